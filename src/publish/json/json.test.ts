import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { z } from 'zod';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { type Statistics, statisticsOf } from '../../explain/statistics.ts';
import { ParseError } from '../../platform/errors.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { readAssessmentJson } from './read.ts';
import { assessmentDocument } from './schema.ts';
import { assessmentJson } from './write.ts';

const SCHEMA = resolve(import.meta.dirname, '../../../schema/assessment-1.json');
const sample = sampleAssessment();
const statistics = statisticsOf(sample);
const text = assessmentJson(sample, statistics);

function schema(): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { date: /^\d{4}-\d\d-\d\d$/, 'date-time': true } });
  return ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
}

/** The document with the member at a dotted path set, or left out. */
function changed(path: string, value: unknown): unknown {
  const document: unknown = JSON.parse(text);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let place = document;
  for (const step of steps) place = Reflect.get(Object(place), step);
  Reflect.set(Object(place), last, value);
  return JSON.parse(JSON.stringify(document));
}

test('the output follows the published schema', () => {
  const validate = schema();
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors, undefined, 2));
});

test('the schema catches mistakes', () => {
  const validate = schema();
  const mistakes: readonly (readonly [path: string, value: unknown])[] = [
    ['statistics.images', undefined],
    ['findings.0.severity', 'severe'],
    ['findings.0.extra', 1],
    ['images.0.digest', 'sha256:abc'],
    ['gaps.0.kind', 'other'],
    ['statistics.instances.critical.percent', 101],
    ['asOf', 'yesterday'],
    ['schemaVersion', 2],
    ['packages.0.purl', 'zlib'],
  ];
  for (const [path, value] of mistakes) {
    assert.equal(validate(changed(path, value)), false, path);
  }
  assert.ok(validate(changed('release.name', 'other')), 'what is no mistake passes');
});

/** Dotted names of all properties below a JSON schema, `[]` for items; references are followed. */
function propertyPaths(node: unknown, root: unknown, at = ''): readonly string[] {
  const part = (name: string): unknown => Reflect.get(Object(node), name);
  const reference = part('$ref');
  if (typeof reference === 'string') {
    return propertyPaths(
      Reflect.get(Object(Reflect.get(Object(root), '$defs')), reference.replace('#/$defs/', '')),
      root,
      at,
    );
  }
  const inItems = part('items') === undefined ? [] : propertyPaths(part('items'), root, `${at}[]`);
  const members = Object.entries(Object(part('properties') ?? {}));
  return [
    ...inItems,
    ...members.flatMap(([name, member]) => [`${at}.${name}`, ...propertyPaths(member, root, `${at}.${name}`)]),
  ];
}

test('the published schema and the reader know the same fields, but for the figures, which are counted again', () => {
  const published: unknown = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const read: unknown = z.toJSONSchema(assessmentDocument, { unrepresentable: 'any' });
  const isFigure = (path: string): boolean => /^\.statistics|\.counts/.test(path);
  const fields = (schema: unknown): readonly string[] =>
    propertyPaths(schema, schema)
      .filter((path) => !isFigure(path))
      .sort();
  assert.deepEqual(fields(published), fields(read));
  assert.ok(fields(published).includes('.findings[].fixes'));
});

test('schemaVersion stands first, and every row has its line', () => {
  const [first] = Object.keys(JSON.parse(text));
  assert.equal(first, 'schemaVersion');
  const lines = text.split('\n');
  assert.equal(lines.filter((line) => line.includes('"severitySource"')).length, sample.findings.length);
});

test('the same assessment gives the same bytes, whatever the order in which its objects were made', () => {
  const shuffled = structuredClone(sample);
  const reversed = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).reverse()) as T;
  const again = assessmentJson(
    { ...reversed(shuffled), findings: shuffled.findings.map(reversed), images: shuffled.images.map(reversed) },
    reversed(statistics),
  );
  assert.equal(again, text);
});

test('counts of images add up to the statistics; an image that was not read has none', () => {
  const images: readonly { digest?: string; counts?: Record<string, number> }[] = JSON.parse(text).images;
  const total = (name: string): number => images.reduce((sum, image) => sum + (image.counts?.[name] ?? 0), 0);
  for (const level of SEVERITY_LEVELS) assert.equal(total(level), statistics.instances[level].count, level);
  assert.equal(total('fixable'), statistics.instances.fixable);
  assert.equal(total('total'), statistics.instances.total);
  const unread = images.filter((image) => image.digest === undefined);
  assert.deepEqual(
    unread.map((image) => image.counts),
    [undefined],
  );
});

test('reading back loses nothing', async () => {
  const { assessment, tool } = await readAssessmentJson(text);
  assert.deepEqual(assessment, sample);
  assert.equal(tool.name, 'plimsoll');
  assert.deepEqual(statisticsOf(assessment), statistics);
  assert.equal(assessmentJson(assessment, statistics), text);
});

test('fields of a later program are passed over, other schema versions are refused', async () => {
  const later = JSON.parse(text);
  later.added = true;
  later.findings[0].added = { deep: [1] };
  assert.deepEqual((await readAssessmentJson(JSON.stringify(later))).assessment, sample);
  await assert.rejects(readAssessmentJson(JSON.stringify({ ...later, schemaVersion: 2 })), /schema version 2/);
});

test('what is not an assessment is refused with the place that is wrong', async () => {
  const wrong = JSON.parse(text);
  wrong.findings[3].image = 'latest';
  await assert.rejects(readAssessmentJson(JSON.stringify(wrong)), /findings\.3\.image: is not a SHA-256 digest/);
  for (const input of ['', '[]', 'null', '{}', '{"schemaVersion":1}', text.slice(0, -20)]) {
    await assert.rejects(readAssessmentJson(input), ParseError, input.slice(0, 30));
  }
});

test('a damaged file never raises anything but ParseError', async () => {
  const document: Record<string, unknown> = JSON.parse(text);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(document)), fc.jsonValue(), async (key, value) => {
      try {
        await readAssessmentJson(JSON.stringify({ ...document, [key]: value }));
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error));
      }
    }),
    { numRuns: 60 },
  );
});

test('an assessment of nothing is written and read', async () => {
  const empty = { ...sample, images: [], inventories: [], packages: [], findings: [], gaps: [], charts: [] };
  const none: Statistics = statisticsOf(empty);
  const { assessment } = await readAssessmentJson(assessmentJson(empty, none));
  assert.deepEqual(assessment, empty);
  assert.ok(schema()(JSON.parse(assessmentJson(empty, none))));
});
