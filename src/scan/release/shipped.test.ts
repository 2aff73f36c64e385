import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { expandTargets } from './expand.ts';
import { shipRelease } from './shipped.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-shipped-'));
after(() => rmSync(root, { recursive: true }));
const DIGEST = `sha256:${'0'.repeat(64)}`;
const RULES = [{ match: 'dtr.example' }, { match: 'quay.io', to: 'Bad Place' }, { match: '', to: 'mirror.example' }];

test('every image has its place: the pin, else the rules; refused ones are lint', async () => {
  writeFileSync(
    join(root, 'list'),
    `alpine:3\nr.io/a:1\tm.io/a@${DIGEST}\nr.io/b:1\tm.io/b\ndtr.example/c:1\nquay.io/d:1\n`,
  );
  const { images, lint } = shipRelease(await expandTargets([`images:${root}/list`, 'dir:e']), RULES);
  assert.deepEqual(
    images.map(({ logical, physical, refused }) => [logical, physical, refused?.replace(/:.*/, '')]),
    [
      ['dir:e', undefined, undefined],
      ['docker.io/library/alpine:3', 'mirror.example/docker.io/library/alpine:3', undefined],
      ['dtr.example/c:1', undefined, 'dtr.example/c'],
      ['quay.io/d:1', undefined, '"Bad Place/d" is not an image reference'],
      ['r.io/a:1', `m.io/a@${DIGEST}`, undefined],
      ['r.io/b:1', 'm.io/b:1', undefined],
    ],
  );
  assert.deepEqual(
    lint.map(({ check, subject, verdict, evidence }) => [check, subject, verdict, evidence]),
    [
      ['reference-refused', 'dtr.example/c:1', 'fail', ['list dtr.example/c:1']],
      ['reference-refused', 'quay.io/d:1', 'fail', ['list quay.io/d:1']],
    ],
  );
});
