import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LIMITS } from '../platform/limits.ts';
import { compareVersions, isValidVersion } from './compare.ts';
import { VERSION_SCHEMES, type VersionScheme } from './scheme.ts';
import { answer, SEED, versionsOf } from './testing/differential.ts';
import { VersionError } from './version-error.ts';

/** Small alphabets, so that equal and nearly equal versions are frequent. */
const VERSIONS: Readonly<Record<VersionScheme, fc.Arbitrary<string>>> = {
  apk: versionsOf(['0', '1', '01'], ['.0', '.1', '.01', 'a', '2', '_rc', '_p1', '_alpha0', '~0', '-r0', '-r1'], 4),
  deb: versionsOf(['0', '1', '0:1', '1:0'], ['0', '1', '.', '~', '+', 'a', '-', '-0', '01'], 5),
  rpm: versionsOf(['0', '1', '0:1', 'a'], ['0', '1', '.', '_', '~', '^', 'a', '-1', '01'], 5),
  npm: versionsOf(['0.0.0', '1.0.0', 'v1.0.0', '01.0.0'], ['-', '0', '1', '.0', '.a', 'a', '+a', '-rc'], 4),
  semver: versionsOf(['0', '1', '1.0', 'v1.0.0', '1.0.0-a'], ['-', '0', '1', '.0', '.a', 'a', '+a', '-rc'], 4),
  pep440: versionsOf(
    ['0', '1', '1!0', '1.0'],
    ['.0', '.1', 'a', 'b1', 'c0', 'rc', '.post', '-1', '.dev', '.dev1', '+a', '+1', '.a'],
    4,
  ),
  // Numbers and at most one qualifier: on lists within lists ComparableVersion itself is not transitive (1-0-rc < 1 < 1x1 < 1-0-rc).
  maven: versionsOf(['0', '1', '1.0', '1.0.1', '1.1', '2'], ['', '.0', '.1', ...mavenTails()], 1),
  go: versionsOf(
    ['go1', 'go1.21', 'go1.20', '1', 'v1.21', '1.21.0', 'v1.21.0-'],
    ['rc1', 'beta', '.0', '.1', '0', 'a', '-0', '+a'],
    3,
  ),
  gem: versionsOf(['0', '1', '1.0'], ['.0', '.1', '.a', 'b', '1', '0', '-a', '-1'], 4),
  nuget: versionsOf(['0', '1', '1.0', '1.0.0', '1.0.0.0'], ['.0', '.1', '-a', '-A', '-1', '01', '.b', '+a'], 4),
};

for (const scheme of VERSION_SCHEMES) {
  test(`${scheme}: the order is a total preorder`, () => {
    const versions = VERSIONS[scheme].filter((version) => isValidVersion(scheme, version));
    const order = (a: string, b: string): number => compareVersions(scheme, a, b);
    fc.assert(
      fc.property(versions, versions, versions, (a, b, c) => {
        assert.equal(order(a, a), 0, 'reflexive');
        assert.equal(order(a, b) + order(b, a), 0, 'antisymmetric');
        if (order(a, b) <= 0 && order(b, c) <= 0) assert.ok(order(a, c) <= 0, 'transitive');
        if (order(a, b) === 0) assert.equal(order(a, c), order(b, c), 'equal versions rank alike');
      }),
      { seed: SEED, numRuns: 5_000 },
    );
  });

  test(`${scheme}: any text is either ordered or refused with VersionError, the longest ones too`, () => {
    const character = fc.constantFrom(...'019.-+~^_:!azvrcAZ \t\n\u00e9\u0661');
    const anyCharacter = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));
    const texts = fc.oneof(
      fc.string({ unit: character, maxLength: 30 }),
      fc.string({ unit: anyCharacter, maxLength: 30 }),
    );
    fc.assert(
      fc.property(texts, texts, (a, b) => ['-1', '0', '1', 'invalid'].includes(answer(scheme, [a, b]))),
      { seed: SEED, numRuns: 1_000 },
    );
    const most = LIMITS.versionLength;
    for (const piece of ['1', '1.', '1-', '1a', '0', '-', 'a', '.a', '~', '_p', ' ', '1.a-', '+1']) {
      const long = `1.0.0${piece.repeat(most)}`.slice(0, most);
      answer(scheme, [long, `${long.slice(1)}2`]);
    }
  });

  test(`${scheme}: limits and the error`, () => {
    assert.equal(isValidVersion(scheme, ''), false);
    assert.equal(isValidVersion(scheme, '1'.repeat(LIMITS.versionLength + 1)), false);
    assert.throws(
      () => compareVersions(scheme, '1.0.0', 'no version'),
      (error) =>
        error instanceof VersionError &&
        error.code === 'version-invalid' &&
        error.exitCode === 2 &&
        error.scheme === scheme &&
        error.message.startsWith(`"no version" is not a valid ${scheme} version: `),
    );
  });
}

function mavenTails(): readonly string[] {
  const qualifiers = [
    'a1',
    '-alpha',
    '-b2',
    '.rc',
    'RC1',
    '-cr-1',
    '-SNAPSHOT',
    '-rc1-SNAPSHOT',
    '.Final',
    '-ga',
    '-sp',
    '.SP1',
  ];
  return [...qualifiers, '-1', '-2-SNAPSHOT', '-jre', '-jre8', '.x', 'x1', '-20240101.1', '-alpha.1'];
}
