// Holds docs/reference/versions.md to the truth: one section a scheme, every example line checked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { VERSION_SCHEMES } from './scheme.ts';
import { assertLines } from './testing/differential.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/versions.md'), 'utf8');
const SECTIONS = PAGE.split(/^## /m).slice(1);

test('the reference page has a section for every scheme', () => {
  assert.deepEqual(
    SECTIONS.map((section) => section.split('\n', 1)[0]),
    VERSION_SCHEMES,
  );
});

for (const [i, scheme] of VERSION_SCHEMES.entries()) {
  test(`${scheme}: the examples of the reference page are true`, () => {
    const lines =
      /^```text\n(.*?)^```$/ms
        .exec(SECTIONS[i] ?? '')?.[1]
        ?.trimEnd()
        .split('\n') ?? [];
    assert.ok(lines.length >= 3, 'three examples or more');
    assertLines(scheme, lines);
  });
}

test('the statements on equality and the 256 characters of npm are true', () => {
  for (const scheme of ['pep440', 'maven', 'gem', 'nuget'] as const) assertLines(scheme, ['1.0 = 1.0.0']);
  for (const scheme of ['apk', 'deb', 'rpm'] as const) assertLines(scheme, ['1.0 < 1.0.0']);
  assertLines('npm', [`1.0.${'0'.repeat(252)} = 1.0.0`, `invalid: 1.0.${'0'.repeat(253)}`]);
  assertLines('maven', ['1-0-rc < 1', '1 < 1x1', '1x1 < 1-0-rc']);
});
