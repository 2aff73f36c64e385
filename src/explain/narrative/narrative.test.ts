import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Advisory } from '../../scan/advisory/advisory.ts';
import { advisorySetFromRecords } from '../../scan/advisory/set/memory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { reassess } from '../../scan/assess/reassess.ts';
import { compareAssessments } from '../compare/compare.ts';
import { assessmentOf, finding } from '../test-assessment.ts';
import { narrativeOf } from './narrative.ts';

const SLOTS = ['quay.io/a|linux/amd64', 'quay.io/b|linux/amd64'];

function record(id: string, published?: string): Advisory {
  return {
    feed: 'alpine-secdb',
    id,
    aliases: [],
    related: [],
    namespace: 'alpine:3.15',
    package: 'zlib',
    status: 'affected',
    ranges: [{ fixed: '2' }],
    fixState: 'fixed',
    severities: [{ kind: 'nvd', source: 'nvd', raw: 'HIGH', level: 'high' }],
    ...(published === undefined ? {} : { published }),
  };
}

describe('the narrative', () => {
  it('says of what moved most the year of its id, when it was public, and when it reached the feeds', () => {
    const setOf = (day: string, advisories: readonly Advisory[]) =>
      advisorySetFromRecords(
        { advisories, feeds: { 'alpine-secdb': { upstreamUpdatedAt: day, namespaces: ['alpine:3.15'] } } },
        { builtAt: `${day}T00:00:00Z` },
      );
    const old = setOf('2022-03-24', [record('CVE-2022-0001')]);
    const newer = setOf('2022-03-31', [
      record('CVE-2022-0001'),
      record('CVE-2018-25032', '2022-03-25T09:15:00Z'),
      record('CVE-2022-0002'),
    ]);
    const empty = assessmentOf({ slots: SLOTS });
    const read = {
      ...empty,
      inventories: empty.images.flatMap(({ digest, platform }) =>
        digest === undefined ? [] : [{ digest, platform, cataloguers: ['apk@1'], gaps: [] }],
      ),
    };
    const judged = (set: typeof old, asOf: string): Assessment =>
      reassess(read, { set, asOf, severityPolicy: 'vendor-then-cvss-then-nvd' });
    const a = { assessment: judged(old, '2022-03-24'), set: old };
    const b = { assessment: judged(newer, '2022-03-31'), set: newer };
    const sentence = narrativeOf(compareAssessments(a, b)).find((one) => one.startsWith('Vulnerabilities published'));
    assert.equal(
      sentence,
      'Vulnerabilities published, 100.0 % of the changes: +4 high in 2 images. Most: CVE-2018-25032 in 2 images (id of 2018, public 2022-03-25, in our feeds after 2022-03-24), CVE-2022-0002 in 2 images (in our feeds after 2022-03-24).',
    );
    assert.deepEqual(compareAssessments({ assessment: a.assessment }, { assessment: b.assessment }).known, new Map());
  });

  it('says what the figures do not cover: images that were not read, and a set that is not whole', () => {
    const whole = assessmentOf({ slots: SLOTS });
    const unread = { ...whole, images: whole.images.map(({ digest: _, ...image }) => image) };
    const told = narrativeOf(compareAssessments({ assessment: unread }, { assessment: whole }));
    assert.equal(told[1], 'Not read, and in no figure: 2 of 2 images of harbour 1.2.0 (2022-04-06).');
    const starter = { ...whole, advisorySet: { ...whole.advisorySet, starter: true } };
    const [, doubt = ''] = narrativeOf(compareAssessments({ assessment: whole }, { assessment: starter }));
    assert.match(doubt, /^Figures are incomplete: harbour 1\.2\.0 \(2022-04-06\), because the starter/);
    const quiet = narrativeOf(compareAssessments({ assessment: whole }, { assessment: whole }));
    assert.doesNotMatch(quiet.join(), /Not read|incomplete/);
  });

  it('never calls a fallen share an improvement: the count of high stays, lows were added', () => {
    const high = finding({ slot: SLOTS[0] ?? '', vulnerability: 'CVE-2022-0001', severity: 'high' });
    const lows = ['CVE-2022-0002', 'CVE-2022-0003', 'CVE-2022-0004'].map((vulnerability) =>
      finding({ slot: SLOTS[0] ?? '', vulnerability, severity: 'low' }),
    );
    const told = narrativeOf(
      compareAssessments(
        { assessment: assessmentOf({ findings: [high] }) },
        { assessment: assessmentOf({ findings: [high, ...lows] }) },
      ),
    );
    assert.ok(
      told.includes(
        'Shares that moved against their counts, because others did: high fell from 100 to 25 % (count ±0).',
      ),
      told.join('\n'),
    );
    assert.doesNotMatch(told.join('\n'), /improv|worsen|better(?! nor)/i);
  });
});
