import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '../platform/canonical.ts';
import type { AssessedImage, Assessment } from '../scan/assess/assessment.ts';
import { agesOf } from './age.ts';
import { feedFlaps } from './history-flaps.ts';
import { assessmentOf, finding, imageOf } from './test-assessment.ts';

/** Images as `name:content`, findings as `name CVE severity`; content `?` was not read. */
function on(asOf: string, images: readonly string[], findings: readonly string[]): Assessment {
  const made = images.map((text): AssessedImage => {
    const [name = '', content = ''] = text.split(':');
    const { digest: _, ...unread } = imageOf(`${name}|linux/amd64`);
    return content === '?' ? unread : { ...unread, digest: digestOf(text) };
  });
  const rows = findings.map((text) => {
    const [name = '', vulnerability = '', severity = 'high'] = text.split(' ');
    const slot = `${name}|linux/amd64`;
    const digest = made.find((one) => one.slot === slot)?.digest ?? digestOf('none');
    return finding({ slot, vulnerability, severity: severity === 'critical' ? 'critical' : 'high', image: digest });
  });
  return { ...assessmentOf({ findings: rows }), images: made, asOf };
}

describe('ages', () => {
  const weeks = [
    on('2022-04-01', ['a:1', 'b:1', 'c:1'], ['a X', 'b X', 'c X', 'a Y critical']),
    on('2022-04-08', ['a:2', 'b:?', 'c:1'], ['a Y critical', 'c X']),
    on('2022-04-15', ['a:2', 'b:1'], ['b X', 'a Y', 'a Z']),
    on('2022-04-22', ['a:2', 'b:1'], ['b X', 'a Y']),
  ];

  it('outlive rebuilds, unread images and a new severity; a removed image is no fix', () => {
    assert.deepEqual(
      agesOf(weeks, () => 'us'),
      [
        {
          owner: 'us',
          severity: 'high',
          open: 2,
          medianAge: 21,
          oldestAge: 21,
          fixed: 1,
          medianDaysToFix: 7,
          longestDaysToFix: 7,
          removed: 1,
          withdrawn: 1,
        },
      ],
    );
  });

  it('stay open while a gap may hide them', () => {
    const [first, second] = [on('2022-04-01', ['a:1'], ['a X']), on('2022-04-08', ['a:2'], [])];
    const gap = { kind: 'file-unparsed', target: 'a|linux/amd64', reason: 'broken' } as const;
    const blind = { ...second, images: second.images.map((image) => ({ ...image, gaps: [gap] })) };
    const open = (week: Assessment) => agesOf([first, week], () => '').map((line) => [line.open, line.fixed]);
    assert.deepEqual([open(second), open(blind)], [[[0, 1]], [[1, 0]]]);
  });

  it('are told by owner', () => {
    const owners = agesOf(weeks.slice(0, 1), ({ slot }) => (slot.startsWith('a') ? 'us' : 'them'));
    assert.deepEqual(
      owners.map(({ owner, severity, open }) => `${owner} ${severity} ${open}`),
      ['them high 2', 'us critical 1', 'us high 1'],
    );
    assert.deepEqual(
      agesOf([], () => ''),
      [],
    );
  });
});

describe('feed flaps', () => {
  it('are vulnerabilities that come and go in unchanged images', () => {
    const flaps = feedFlaps([
      on('2022-04-08', ['a:1', 'b:1', 'c:1'], ['b V']),
      on('2022-04-09', ['a:1', 'b:1', 'c:2'], ['a X', 'b X', 'c X']),
      on('2022-04-10', ['a:1', 'b:1', 'c:1'], ['b V']),
    ]);
    assert.deepEqual(flaps, [
      { vulnerability: 'V', kind: 'vanished', from: '2022-04-09', to: '2022-04-10', images: 1 },
      { vulnerability: 'X', kind: 'appeared', from: '2022-04-09', to: '2022-04-10', images: 2 },
    ]);
  });

  it('are not what another list of feeds says', () => {
    const [a, b, c] = ['2022-04-08', '2022-04-09', '2022-04-10'].map((day) =>
      on(day, ['a:1'], day === '2022-04-09' ? [] : ['a X']),
    );
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    assert.equal(feedFlaps([a, b, c]).length, 1);
    assert.deepEqual(feedFlaps([a, { ...b, advisorySet: { ...b.advisorySet, feeds: [] } }, c]), []);
  });

  it('are not what was published and stays, nor what is not seen again', () => {
    assert.deepEqual(feedFlaps([on('2022-04-08', ['a:1'], []), on('2022-04-09', ['a:1'], ['a X'])]), []);
    assert.deepEqual(feedFlaps([on('2022-04-08', ['a:1'], ['a X']), on('2022-04-09', ['a:1'], [])]), []);
  });
});
