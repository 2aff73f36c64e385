// For tests only: pairs of version strings, and the comparison of a scheme's answers with those of the reference program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { compareVersions } from '../compare.ts';
import type { VersionScheme } from '../scheme.ts';
import { VersionError } from '../version-error.ts';

/** Two version strings to compare. */
export type Pair = readonly [a: string, b: string];
/** What `plimsoll versions compare` prints for a pair. */
export type Answer = '-1' | '0' | '1' | 'invalid';

/** Seed of every sample, so that a failure can be seen again. */
export const SEED = 20_260_401;

/** Versions made of a start and some pieces. */
export function versionsOf(starts: readonly string[], pieces: readonly string[], most: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...starts), fc.array(fc.constantFrom(...pieces), { maxLength: most }))
    .map(([start, rest]) => start + rest.join(''));
}

/** Pairs of unrelated versions, and of versions that differ by one piece put in. */
export function samplePairs(versions: fc.Arbitrary<string>, pieces: readonly string[], count: number): readonly Pair[] {
  const edited = fc
    .tuple(versions, fc.nat({ max: 12 }), fc.constantFrom(...pieces))
    .map(([version, at, piece]): Pair => [version, version.slice(0, at + 1) + piece + version.slice(at + 1)]);
  return fc.sample(fc.oneof(fc.tuple(versions, versions), edited), { seed: SEED, numRuns: count });
}

/** What the scheme says of a pair. */
export function answer(scheme: VersionScheme, [a, b]: Pair): Answer {
  try {
    const order = compareVersions(scheme, a, b);
    return order === 0 ? '0' : order === 1 ? '1' : '-1';
  } catch (error) {
    if (error instanceof VersionError) return 'invalid';
    throw error;
  }
}

/** Runs a reference program once: `A<TAB>B` lines in, one answer a line out. */
export function askProgram(program: string, args: readonly string[], pairs: readonly Pair[]): readonly string[] {
  const input = pairs.map((pair) => `${pair.join('\t')}\n`).join('');
  const run = spawnSync(program, [...args], { input, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout.trimEnd().split('\n');
}

/** Fails with the first pairs on which the scheme and the reference disagree. */
export function assertAgrees(scheme: VersionScheme, pairs: readonly Pair[], reference: readonly string[]): void {
  assert.equal(reference.length, pairs.length, 'one answer of the reference a pair');
  const wrong = pairs
    .map((pair, i) => ({ pair, ours: answer(scheme, pair), theirs: reference[i] }))
    .filter(({ ours, theirs }) => ours !== theirs);
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${pairs.length} pairs differ`);
}

/** Checks lines `A < B`, `A = B`, `A > B` and, one version a line, `invalid: A`; both ways round. */
export function assertLines(scheme: VersionScheme, lines: readonly string[]): void {
  for (const line of lines) {
    const invalid = /^invalid: (.*)$/s.exec(line);
    if (invalid !== null) {
      const version = invalid[1] ?? '';
      assert.equal(answer(scheme, [version, version]), 'invalid', line);
      continue;
    }
    const [a = '', sign = '', b = ''] = line.split(/ ([<=>]) /);
    const expected = { '<': ['-1', '1'], '=': ['0', '0'], '>': ['1', '-1'] }[sign];
    assert.deepEqual([answer(scheme, [a, b]), answer(scheme, [b, a])], expected, line);
  }
}
