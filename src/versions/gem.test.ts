import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsPrograms } from '../../test/support/needs.ts';
import { askProgram, assertAgrees, assertLines, samplePairs, versionsOf } from './testing/differential.ts';

const PIECES = ['0', '1', '10', '00', '.', '-', '.0', '.1', '.a', 'b', '.rc1', 'Z', '-1', '-x', '_', '+1', ' '];
const VERSIONS = versionsOf(['0', '1', '1.0', '2.0.0', '1.0.a', ' 1', '10'], PIECES, 5);
const PROGRAM = `
require "rubygems"
STDIN.each_line do |line|
  pair = line.chomp.split("\\t", -1)
  puts(pair.all? { |v| Gem::Version.correct?(v) } ? Gem::Version.new(pair[0]) <=> Gem::Version.new(pair[1]) : "invalid")
end
`;

test('gem: agrees with Gem::Version on validity and order', needsPrograms('ruby'), () => {
  const pairs = samplePairs(VERSIONS, PIECES, 8_000);
  const reference = askProgram('ruby', ['-e', PROGRAM], pairs);
  assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
  assertAgrees('gem', pairs, reference);
});

test('gem: rules', () => {
  assertLines('gem', [
    '1.0 = 1.0.0',
    '1.0.a < 1.0',
    '1.8.2.a < 1.8.2.b',
    '1.8.2.a9 < 1.8.2.a10',
    '1.2.b1 = 1.2.b.1',
    '1.0.0.rc1 < 1.0.0',
    '1.0-1 < 1.0',
    '1.0-rc1 = 1.0.pre.rc1',
    '1.0.0.a = 1.a',
    '1.0.a.0 = 1.0.a',
    '1.0.A < 1.0.a',
    '1.10 > 1.9',
    '1.99999999999999999999 < 1.100000000000000000000',
    'invalid: junk',
    'invalid: 1.0_1',
    'invalid: 1..0',
    'invalid: 1.0+1',
  ]);
});
