import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import npmSemver from 'semver';
import { type FeedOutput, readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { ParseError } from '../../../platform/errors.ts';
import { npm } from '../../../versions/npm.ts';
import { gitlab } from './index.ts';
import { readIntervals } from './intervals.ts';
import { affectedRanges, type GitlabScheme } from './ranges.ts';

const DATA = 'data/vuln/gitlab-community/gitlab-advisories-community-20220523-maven-npm-pypi-go.tar.xz';

function advisory(fields: Readonly<Record<string, unknown>>): string {
  const members = {
    identifier: 'CVE-2020-7598',
    identifiers: ['CVE-2020-7598', 'GHSA-vh95-rmgr-6w4m', 'CWE-201'],
    package_slug: 'npm/minimist',
    date: '2021-07-21',
    pubdate: '2020-03-11',
    affected_range: '<1.2.2',
    fixed_versions: ['1.2.2'],
    urls: ['see below', 'https://nvd.nist.gov/vuln/detail/CVE-2020-7598'],
    cvss_v2: 'AV:N/AC:M/Au:N/C:P/I:P/A:P',
    cvss_v3: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L',
    ...fields,
  };
  const lines = Object.entries(members).filter(([, value]) => value !== undefined);
  return `# community-sync\n---\n${lines.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join('\n')}\n`;
}

function read(fields: Readonly<Record<string, unknown>>): FeedOutput {
  return readFeed(gitlab, advisory(fields), 'npm/minimist/CVE-2020-7598.yml');
}

test('an advisory becomes one record', () => {
  const { advisories, covered, updated, skipped } = read({});
  assert.deepEqual(advisories, [
    {
      feed: 'gitlab',
      id: 'CVE-2020-7598',
      aliases: ['GHSA-vh95-rmgr-6w4m'],
      related: [],
      namespace: 'npm',
      package: 'minimist',
      status: 'affected',
      ranges: [{ fixed: '1.2.2' }],
      fixState: 'fixed',
      severities: [
        {
          kind: 'cvss',
          source: 'gitlab',
          raw: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L',
          level: 'medium',
          score: 5.6,
        },
      ],
      published: '2020-03-11',
      modified: '2021-07-21',
      reference: 'https://nvd.nist.gov/vuln/detail/CVE-2020-7598',
    },
  ]);
  assert.deepEqual([covered, updated, skipped], [{ npm: 'whole' }, '2021-07-21', []]);
});

test('package types become namespaces, names as their ecosystem compares them', () => {
  const named = (package_slug: string, more: Readonly<Record<string, unknown>> = {}) =>
    read({ package_slug, affected_range: '', ...more }).advisories.map(
      ({ namespace, package: name }) => `${namespace} ${name}`,
    );
  assert.deepEqual(named('maven/org.apache.logging.log4j/log4j-core'), ['maven org.apache.logging.log4j:log4j-core']);
  assert.deepEqual(named('npm/@diez/generation'), ['npm @diez/generation']);
  assert.deepEqual(named('pypi/Flask_User'), ['pypi flask-user']);
  assert.deepEqual(named('gem/rails'), ['gem rails']);
  assert.deepEqual(named('go/github.com/containerd/containerd'), ['go github.com/containerd/containerd']);
  assert.deepEqual(named('go/k8s.io/client-go/discovery', { _git_import_path: 'k8s.io/client-go' }), [
    'go k8s.io/client-go',
  ]);
  assert.deepEqual(read({ package_slug: 'conan/openssl' }).skipped, [
    'a package type that is not matched @ npm/minimist/CVE-2020-7598.yml: CVE-2020-7598',
  ]);
});

function ranges(scheme: GitlabScheme, condition: string, ...fixed: readonly string[]): unknown {
  const intervals = readIntervals(condition);
  return intervals === undefined ? undefined : affectedRanges(intervals, fixed, scheme);
}

test('conditions become ranges, the fix being the first fixed version behind an interval', () => {
  assert.deepEqual(ranges('maven', '[2.0,2.3.1],[2.4.0,2.12.2),[2.13.0,2.17.1)', '2.3.2', '2.12.2', '2.17.1'), [
    { introduced: '2.0', fixed: '2.3.2', lastAffected: '2.3.1' },
    { introduced: '2.4.0', fixed: '2.12.2' },
    { introduced: '2.13.0', fixed: '2.17.1' },
  ]);
  assert.deepEqual(ranges('maven', '(,0.2.5], [0.3.0]', '0.4.0'), [
    { fixed: '0.4.0', lastAffected: '0.2.5' },
    { introduced: '0.3.0', fixed: '0.4.0', lastAffected: '0.3.0' },
  ]);
  assert.deepEqual(ranges('maven', '[5.0.0,6.0.0)[6.0.0,6.0.4]'), [
    { introduced: '5.0.0', limit: '6.0.0' },
    { introduced: '6.0.0', lastAffected: '6.0.4' },
  ]);
  assert.deepEqual(ranges('maven', '(,)'), [{}]);
  assert.deepEqual(ranges('maven', '(1.0,1.3.10]'), [{ introduced: '1.0', lastAffected: '1.3.10' }]);
  assert.deepEqual(ranges('pep440', '>=2.2,<2.2.21||>=3.1, <3.1.9 || ==3.2', '2.2.21', '3.1.9', '3.2.1'), [
    { introduced: '2.2', fixed: '2.2.21' },
    { introduced: '3.1', fixed: '3.1.9' },
    { introduced: '3.2', fixed: '3.2.1', lastAffected: '3.2' },
  ]);
  assert.deepEqual(ranges('pep440', '>2.7.0,<2.8.0', '2.8.0'), [{ introduced: '2.7.0.post0.dev0', fixed: '2.8.0' }]);
  assert.deepEqual(ranges('pep440', '==2.4.0-rc0,==2.4.0-rc1'), [
    { introduced: '2.4.0-rc0', lastAffected: '2.4.0-rc0' },
    { introduced: '2.4.0-rc1', lastAffected: '2.4.0-rc1' },
  ]);
  assert.deepEqual(ranges('go', '<1.4.13||>=1.5.0 <1.5.10', '1.4.13', '1.5.10'), [
    { fixed: '1.4.13' },
    { introduced: '1.5.0', fixed: '1.5.10' },
  ]);
  assert.deepEqual(ranges('go', '>1.8.3 <1.9.0'), [{ introduced: '1.8.4-0', limit: '1.9.0' }]);
  assert.deepEqual(ranges('npm', '< 3.1.3  || >= 4 <4.1'), [
    { limit: '3.1.3' },
    { introduced: '4.0.0', limit: '4.1.0' },
  ]);
  assert.deepEqual(ranges('npm', '0.5.1', '0.7.1'), [{ introduced: '0.5.1', fixed: '0.7.1', lastAffected: '0.5.1' }]);
  assert.deepEqual(ranges('npm', ''), [{}]);
  // A fix that another interval calls affected is none.
  assert.deepEqual(ranges('npm', '<1.2.0||=1.2.1', '1.2.0', '1.2.1', '1.2.2'), [
    { fixed: '1.2.0' },
    { introduced: '1.2.1', fixed: '1.2.2', lastAffected: '1.2.1' },
  ]);
  for (const [scheme, condition] of [
    ['maven', '(.2.244]'],
    ['maven', '(1.0)'],
    ['maven', '[1.0,2.0'],
    ['maven', '[1,2,3]'],
    ['npm', '2.0.x || 2.1.x'],
    ['npm', '>=1.0.0 >=2.0.0'],
    ['npm', '<1.0.0 <2.0.0'],
    ['npm', '=1.0.0 <2.0.0'],
    ['npm', '=3.4.3||=4.0.0.Beta2'],
    ['npm', '||'],
    ['npm', '>'],
    ['pep440', '>=9.0.0,<9.3.2|>=10.0.0,<10.0.3'],
    ['pep440', '<b301'],
    ['go', '<RELEASE.2020-04-23T00-58-49Z'],
    ['npm', `<${'1'.repeat(20_000)}`],
  ] as const) {
    assert.equal(ranges(scheme, condition), undefined, condition);
  }
});

test('law: a version is affected exactly where npm sees the condition hold, and a fix never is', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const version = fc
    .tuple(
      fc.tuple(number, number, number).map((parts) => parts.join('.')),
      fc.constantFrom('', '', '-alpha', '-rc.1'),
    )
    .map((parts) => parts.join(''));
  const alternative = fc.oneof(
    fc
      .tuple(fc.constantFrom('>=', '>'), version, fc.constantFrom(' ', ','), fc.constantFrom('<=', '<'), version)
      .map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('>=', '>', '<', '<=', '=', ''), version).map((parts) => parts.join('')),
  );
  const conditions = fc.array(alternative, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(conditions, fc.array(version, { maxLength: 4 }), version, (alternatives, fixed, candidate) => {
      const intervals = readIntervals(alternatives.join('||')) ?? assert.fail();
      const said = affectedRanges(intervals, fixed, 'npm') ?? assert.fail();
      const isHeld = (one: string) =>
        alternatives.some((text) => npmSemver.satisfies(one, text.replaceAll(',', ' '), { includePrerelease: true }));
      const isAffected = said.some(
        ({ introduced, fixed: fix, lastAffected, limit }) =>
          (introduced === undefined || npm.compare(candidate, introduced) >= 0) &&
          [fix, limit].every((end) => end === undefined || npm.compare(candidate, end) < 0) &&
          (lastAffected === undefined || npm.compare(candidate, lastAffected) <= 0),
      );
      assert.equal(isAffected, isHeld(candidate), JSON.stringify({ alternatives, candidate, said }));
      for (const { fixed: fix } of said) assert.ok(fix === undefined || (fixed.includes(fix) && !isHeld(fix)));
    }),
    { numRuns: 3000 },
  );
});

test('states of the fix, ids, and what is skipped', () => {
  const state = (fields: Readonly<Record<string, unknown>>) => read(fields).advisories[0]?.fixState;
  assert.equal(state({ affected_range: '>=0', fixed_versions: [] }), 'not-fixed');
  assert.equal(state({ affected_range: '<=1.2.2', fixed_versions: ['1.0.0'] }), 'unknown');
  assert.equal(state({ affected_range: '<=1.2.2', fixed_versions: ['1.2.3'] }), 'fixed');
  const reasons = (fields: Readonly<Record<string, unknown>>) =>
    read(fields).skipped.map((line) => line.split(' @ ')[0]);
  assert.deepEqual(reasons({ identifier: 'CWE-201' }), ['an id that is not known']);
  assert.deepEqual(reasons({ identifier: 'All versions' }), ['an id that is not known']);
  assert.deepEqual(reasons({ affected_range: undefined }), ['affected versions that cannot be read']);
  assert.equal(read({ identifier: 'cvE-2020-7598' }).advisories[0]?.id, 'CVE-2020-7598');
  assert.equal(read({ identifier: 'skcsirt-sa-20170909-pypi' }).advisories.length, 1);
  for (const fields of [{ identifier: undefined }, { package_slug: undefined }, { package_slug: 'npm' }]) {
    assert.throws(() => read(fields), ParseError);
  }
  assert.throws(() => readFeed(gitlab, '[1, 2', 'npm/x/y.yml'), ParseError);
  assert.deepEqual(['npm/x/CVE-1.yml', '.gitlab-ci.yml', 'README.md'].filter(gitlab.accepts), ['npm/x/CVE-1.yml']);
});

test('the whole community database of May 2022', needsUnpacked(DATA), () => {
  const root = unpacked(DATA);
  const files: Record<string, number> = {};
  const records: Record<string, number> = {};
  const unfixed: Record<string, number> = {};
  const reasons: Record<string, number> = {};
  const count = (counts: Record<string, number>, key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  for (const path of globSync('*/**/*.yml', { cwd: root })) {
    const type = path.split('/')[0] ?? '';
    count(files, type);
    let output: FeedOutput;
    try {
      output = readFeed(gitlab, readFileSync(join(root, path)), path);
    } catch (error) {
      assert.ok(error instanceof ParseError, path);
      count(reasons, 'not YAML');
      continue;
    }
    for (const { namespace, fixState } of output.advisories) {
      count(records, namespace);
      if (fixState === 'not-fixed') count(unfixed, namespace);
    }
    for (const line of output.skipped) count(reasons, line.split(' @ ')[0] ?? '');
  }
  assert.deepEqual(files, { maven: 3128, npm: 3185, pypi: 2075, go: 785 });
  assert.deepEqual(records, { maven: 3126, npm: 3181, pypi: 2069, go: 770 });
  assert.deepEqual(unfixed, { maven: 486, npm: 1378, pypi: 139, go: 58 });
  assert.deepEqual(reasons, {
    'affected versions that cannot be read': 23,
    'an id that is not known': 3,
    'not YAML': 1,
  });
});
