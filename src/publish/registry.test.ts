import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS, formatNamed } from './registry.ts';

test('ids are unique, kebab-case and found by name', () => {
  assert.deepEqual(
    FORMATS.map(({ id }) => id),
    [
      ...['table', 'json', 'html', 'xlsx', 'csv', 'csv-findings', 'csv-statistics', 'csv-gaps'],
      ...['markdown', 'sarif', 'cyclonedx', 'spdx', 'openvex', 'csaf'],
    ],
  );
  for (const format of FORMATS) {
    assert.match(format.id, /^[a-z]+(-[a-z]+)*$/);
    assert.match(format.mediaType, /^[a-z]+\/[a-z]+/);
    assert.ok(format.title.length > 20);
    assert.equal(formatNamed(format.id), format);
  }
  assert.equal(formatNamed('constructor'), undefined);
});
