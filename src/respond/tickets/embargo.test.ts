import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assessmentOf, finding } from '../../explain/test-assessment.ts';
import { embargoedOn, withoutEmbargoed } from './embargo.ts';

describe('embargoes', () => {
  it('last until the end of their last day, or without end', () => {
    const embargoes = [{ vulnerability: 'cve-1', until: '2022-04-20' }, { vulnerability: 'CVE-2' }];
    assert.deepEqual([...embargoedOn(embargoes, '2022-04-20')], ['CVE-1', 'CVE-2']);
    assert.deepEqual([...embargoedOn(embargoes, '2022-04-21')], ['CVE-2']);
  });

  it('hold all rows of a vulnerability back, those too that do not carry the id that is held', () => {
    const slot = 'a|linux/amd64';
    const findings = [
      finding({ slot, vulnerability: 'CVE-1', aliases: ['GHSA-x'], package: 'one' }),
      finding({ slot, vulnerability: 'CVE-1', aliases: [], package: 'two' }),
      finding({ slot, vulnerability: 'CVE-2', aliases: [], package: 'two' }),
    ];
    const { assessment, withheld } = withoutEmbargoed(assessmentOf({ findings }), new Set(['GHSA-X']));
    assert.deepEqual([assessment.findings.map(({ vulnerability }) => vulnerability), withheld], [['CVE-2'], 1]);
  });
});
