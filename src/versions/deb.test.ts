import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { needsPrograms } from '../../test/support/needs.ts';
import {
  answer,
  askProgram,
  assertAgrees,
  assertLines,
  type Pair,
  samplePairs,
  versionsOf,
} from './testing/differential.ts';

/** Without a colon: Dpkg::Version lets one pass where dpkg itself does not. */
const PIECES = ['0', '1', '9', '00', '10', 'a', 'Z', '.', '+', '~', '~~', '-', '-1', '.0', 'rc1', '_', ' '];
const VERSIONS = versionsOf(['0', '1', '2', '0:1', '1:1', '01:2', ':1', 'a'], PIECES, 6);

/** Without libdpkg-perl the program says so instead of failing to start. */
const PERL = `
  require Dpkg::Version;
  while (<STDIN>) {
    chomp; my @v = map { Dpkg::Version->new($_) } split /\\t/, $_, -1;
    if (grep { !defined($_) || !$_->is_valid } @v) { print "invalid\\n" } else { print $v[0] <=> $v[1], "\\n" }
  }`;

function needsDpkgPerl(): { skip: string | false } {
  const needs = needsPrograms('perl');
  if (needs.skip !== false) return needs;
  return { skip: spawnSync('perl', ['-MDpkg::Version', '-e', '0']).status === 0 ? false : 'needs libdpkg-perl' };
}

test('deb: agrees with Dpkg::Version on validity and order', needsDpkgPerl(), () => {
  const pairs = samplePairs(VERSIONS, PIECES, 8_000);
  const reference = askProgram('perl', ['-e', PERL], pairs);
  assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
  assertAgrees('deb', pairs, reference);
});

/** One answer a line, from dpkg itself. */
const SHELL = `
  tab=$(printf '\\t')
  while IFS=$tab read -r a b; do
    if ! dpkg --validate-version "$a" || ! dpkg --validate-version "$b"; then echo invalid
    elif dpkg --compare-versions "$a" lt "$b"; then echo -1
    elif dpkg --compare-versions "$a" gt "$b"; then echo 1
    else echo 0; fi
  done 2>/dev/null`;

test('deb: agrees with dpkg --validate-version and --compare-versions', needsPrograms('dpkg', 'sh'), () => {
  const pairs: readonly Pair[] = [
    ['1.0~rc1-1', '1.0-1'],
    ['1:0.1', '9.9'],
    ['1.0', '1.0-0'],
    ['1.0-1', '1.0-1~bpo12+1'],
    ['1.0a', '1.0+'],
    ['1.0-', '1.0'],
    ['2147483648:1', '1'],
    ['2147483647:1', '1'],
    ['0001:1', '1:1'],
    ['a1', '1'],
    ['1:2:3', '1:2.3'],
    ['1:2-3:4', '1'],
    [':1', '1'],
    ['1:', '1'],
    ['1.99999999999999999999', '1.100000000000000000000'],
    ...samplePairs(VERSIONS, PIECES, 150).filter((pair) => pair.every((version) => !version.includes(' '))),
  ];
  assertAgrees('deb', pairs, askProgram('sh', ['-c', SHELL], pairs));
});

test('deb: rules of the Policy', () => {
  assertLines('deb', [
    '1.0~~ < 1.0~~a',
    '1.0~~a < 1.0~',
    '1.0~ < 1.0',
    '1.0 < 1.0a',
    '1.0a < 1.0+',
    '1.0Z < 1.0a',
    '1.0 = 1.0-0',
    '1.0 = 0:1.0',
    '1.01 = 1.1',
    '1:1 > 2',
    '1.2.11.dfsg-2 < 1:1.2.11.dfsg-2',
    'invalid: 1.0_1',
    'invalid: a:1',
    'invalid: -1:1',
    'invalid: 1:',
    'invalid: 1:2-3:4',
    'invalid: unfixed',
    'invalid: v1.0',
    'invalid: -1',
    'invalid: 1-',
    'invalid: 1 0',
  ]);
  assert.equal(answer('deb', ['', '1']), 'invalid');
});
