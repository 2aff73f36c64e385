import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWatchList } from './watch-list.ts';

const TEXT = `watch:
  - vulnerability: CVE-2022-23218
    title: glibc, svcunix_create
    state: watching
    statement: The vendor rates it lower than NVD; an update is expected.
    owner: security
    date: 2022-03-16
    scores: [{source: SUSE, score: 5.3}, {source: NVD, score: 9.8}]
  - vulnerability: CVE-2022-23648
    title: containerd on the nodes
    state: responding
    statement: No image has it; the nodes are updated with the next release.
    owner: platform
    date: 2022-03-09
    ticket: SEC-12
`;

describe('the watch list', () => {
  it('is read by state, with scores side by side, also of what no image has', () => {
    const items = readWatchList(TEXT, 'watch.yaml');
    assert.deepEqual(
      items.map(({ vulnerability, state, scores, ticket, origin }) => [
        vulnerability,
        state,
        scores.length,
        ticket,
        origin.line,
      ]),
      [
        ['CVE-2022-23648', 'responding', 0, 'SEC-12', 9],
        ['CVE-2022-23218', 'watching', 2, undefined, 2],
      ],
    );
    assert.deepEqual(readWatchList('watch:\n', 'watch.yaml'), []);
  });

  const wrong: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ['an unknown field', TEXT.replace('owner:', 'team: x\n    owner:'), /^w:6:5: there is no key "watch\.0\.team"$/],
    ['an unknown state', TEXT.replace('watching', 'ignoring'), /^w:4:12: watch\.0\.state: /],
    ['a score of eleven', TEXT.replace('9.8', '11'), /watch\.0\.scores\.1\.score/],
    ['no day', TEXT.replace('2022-03-16', '2022-03-32'), /must be a day/],
  ];
  for (const [name, text, message] of wrong) {
    it(`${name} is an error with line and column`, () => {
      assert.throws(() => readWatchList(text, 'w'), { code: 'parse', message });
    });
  }
});
