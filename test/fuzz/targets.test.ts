// Holds the list of fuzz targets against the registries, and the corpus against the parsers: valid inputs are read, and what was once found stays mended.
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { FEEDS } from '../../src/scan/advisory/registry.ts';
import { IMPORTERS } from '../../src/scan/import/registry.ts';
import { CATALOGUERS } from '../../src/scan/inventory/registry.ts';
import { RELEASE_ADAPTERS } from '../../src/scan/release/registry.ts';
import { VERSION_SCHEMES } from '../../src/versions/scheme.ts';
import { CORPUS, corpusOf } from './corpus.ts';
import { execute } from './execute.ts';
import { mutate } from './mutate.ts';
import { seededRandom } from './random.ts';
import { TARGETS } from './targets.ts';

/** All of the corpus together: it is cloned with the sources. */
const MOST_BYTES = 2 * 1024 ** 2;
/** Whole images cannot be written as one small input: that they are refused at the last step is as far as they come. */
const REFUSED_IN_THE_END: ReadonlySet<string> = new Set(['oci-layout', 'dir-image']);

/** What hands on the errors that parsers raised in other threads. */
const NO_PARSERS: ReadonlySet<string> = new Set(['platform/pool.ts']);

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-corpus-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('every member of every registry has a target', () => {
  const covered = new Set(TARGETS.flatMap((target) => target.covers ?? []));
  const members = [
    ...CATALOGUERS.map(({ id }) => `cataloguer ${id}`),
    ...FEEDS.map(({ id }) => `feed ${id}`),
    ...IMPORTERS.map(({ id }) => `importer ${id}`),
    ...RELEASE_ADAPTERS.map(({ id }) => `release ${id}`),
    ...VERSION_SCHEMES.map((scheme) => `version ${scheme}`),
  ];
  assert.deepEqual(
    members.filter((member) => !covered.has(member)),
    [],
  );
  assert.deepEqual(
    [...covered].filter((member) => !members.includes(member)),
    [],
  );
});

test('every target has a name of its own and valid inputs, and every folder of the corpus a target', () => {
  const ids = TARGETS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(readdirSync(CORPUS).sort(), ids.toSorted());
  const sizes = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).map(
    (path) => statSync(join(CORPUS, path)).size,
  );
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < MOST_BYTES);
});

test('every file that can refuse an input is reached from the targets', () => {
  const source = resolve(import.meta.dirname, '../../src');
  const reached = new Set<string>();
  const pending = globSync('targets/*.ts', { cwd: import.meta.dirname }).map((path) => join(import.meta.dirname, path));
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g)) {
      pending.push(resolve(dirname(file), path ?? ''));
    }
  }
  const parsers = globSync('**/*.ts', { cwd: source }).filter(
    (path) => !path.endsWith('.test.ts') && readFileSync(join(source, path), 'utf8').includes('new ParseError('),
  );
  assert.ok(parsers.length > 50);
  assert.deepEqual(
    parsers.filter((path) => !reached.has(join(source, path)) && !NO_PARSERS.has(path)),
    [],
  );
});

for (const target of TARGETS) {
  test(`${target.id}: its corpus is read as it should be, and a few changes do no harm`, async () => {
    const inputs = corpusOf(target.id);
    assert.ok(inputs.some(({ found }) => !found));
    for (const { name, bytes, found } of inputs) {
      const outcome = await execute(target, bytes, join(folder, target.id));
      assert.ok(outcome.ok, outcome.ok ? '' : `${name}: ${outcome.finding.message}`);
      if (!found && !REFUSED_IN_THE_END.has(target.id))
        assert.ok(
          outcome.accepted,
          `${name} is refused (make-corpus.ts writes those of our own formats again): ${outcome.trace}`,
        );
    }
    const random = seededRandom(2026);
    const pool = inputs.map(({ bytes }) => bytes);
    for (let run = 0; run < 20; run += 1) {
      const input = mutate(target, random.pick(pool), pool, random);
      const outcome = await execute(target, input, join(folder, target.id));
      assert.ok(outcome.ok, outcome.ok ? '' : `${outcome.finding.message}\n${input.toString('base64').slice(0, 2000)}`);
    }
  });
}
