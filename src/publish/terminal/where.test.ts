import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from '../../respond/where/query.ts';
import type { SearchedRelease, UndecidedMatch, WhereMatch } from '../../respond/where/where.ts';
import { whereTable } from './where.ts';

function searched(name: string, fields: Partial<SearchedRelease> = {}): SearchedRelease {
  return {
    release: { name, version: '1' },
    assessment: `sha256:${name}`,
    asOf: '2022-04-06',
    advisorySet: { id: 'sha256:set', builtAt: '2022-04-05T00:00:00Z' },
    headline: true,
    images: 2,
    unreadImages: 0,
    matchingImages: 0,
    ...fields,
  };
}

function match(name: string, fields: Partial<WhereMatch> = {}): WhereMatch {
  return {
    release: { name, version: '1' },
    assessment: `sha256:${name}`,
    slot: 'api|linux/amd64',
    image: 'api:1',
    package: 'requests',
    version: '2.28.1',
    purl: 'pkg:pypi/requests@2.28.1',
    vulnerabilities: [],
    ...fields,
  };
}

test('what was not read or not compared is not said to be free of it', () => {
  const undecided: readonly UndecidedMatch[] = [{ ...match('odd', { version: 'odd' }), scheme: 'pep440' }];
  const text = whereTable(
    'requests@<3',
    parseQuery('requests@<3'),
    {
      searched: [
        searched('found', { matchingImages: 1, headline: false }),
        searched('free', { unreadImages: 1 }),
        searched('odd'),
        searched('unread', { images: 0, unreadImages: 52 }),
      ],
      matches: [match('found', { ownedBy: 'pkg:deb/debian/python3-requests@2.28.1%2Bdfsg-1?arch=all' })],
      undecided,
      unsearched: [],
      similar: [],
    },
    [],
    { columns: 140, color: false, unicode: true },
  );
  assert.equal(
    text,
    [
      'requests@<3: 1 image in 1 of 4 stored assessments',
      '',
      'found 1: 1 of 2 images',
      '  as of 2022-04-06, advisories of 2022-04-05; figures incomplete',
      '  api:1  requests in python3-requests  2.28.1  nothing known',
      '',
      'Found in no image',
      '  free 1  as of 2022-04-06, advisories of 2022-04-05; 1 image not read',
      '',
      'Not known: none of their images was read',
      '  unread 1  as of 2022-04-06, advisories of 2022-04-05; 52 images not read',
      '',
      'Could not be compared: the version is none of its scheme (1)',
      '  api:1  requests  odd  pep440  odd 1',
      '',
    ].join('\n'),
  );
});
