import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GOLDEN_FOLDER, goldenFiles } from './golden.ts';

for (const { path, text } of goldenFiles()) {
  test(`golden file ${path}`, () => {
    assert.equal(text, readFileSync(join(GOLDEN_FOLDER, path), 'utf8'), "run 'npm run golden' and read the difference");
  });
}
