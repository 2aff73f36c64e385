import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { openImage } from '../open.ts';
import { formatTarget, parseTarget } from '../target.ts';
import { regionOf } from './region.ts';
import { readSif } from './sif.ts';
import { makeSif, makeSquashfs, type TestObject } from './test-squashfs.ts';

const SYSTEM = makeSquashfs([{ name: 'etc', children: [{ name: 'name', body: 'inside' }] }]);
const DEFINITION: TestObject = { kind: 0x4001, body: Buffer.from('bootstrap: docker') };

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sif-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function partition(fileSystem: number, role: number, body: Uint8Array = SYSTEM): TestObject {
  return { kind: 0x4004, body, partition: [fileSystem, role, '04'] };
}

test('finds the system among other objects, and names what lies over it', () => {
  const file = makeSif([DEFINITION, partition(1, 3), partition(1, 2), partition(2, 4, Buffer.alloc(100))]);
  const found = readSif(regionOf(file));
  assert.deepEqual(file.subarray(found.offset, found.offset + found.length), SYSTEM);
  assert.equal(found.architecture, 'arm64');
  assert.deepEqual(found.unread, ['overlay partition 4 (ext3)']);
});

test('is an image like any other: recognised by what it holds, of its own platform and date', async () => {
  const path = join(folder, 'tool.sif');
  writeFileSync(path, makeSif([DEFINITION, partition(1, 2)]));
  assert.equal(formatTarget(parseTarget(path)), `sif:${path}`);
  const source = await openImage(path, {});
  assert.equal(source.platform, 'linux/arm64');
  assert.equal(source.config.created, '2020-09-13T12:28:20.000Z');
  assert.deepEqual(source.layers, []);
  assert.equal(source.tree?.kind, 'squashfs');
  const bare = join(folder, 'tool.squashfs');
  writeFileSync(bare, SYSTEM);
  assert.equal(formatTarget(parseTarget(bare)), `squashfs:${bare}`);
  assert.equal((await openImage(bare, {})).config.created, '2020-09-13T12:26:40.000Z');
  await assert.rejects(openImage(`sif:${bare}`, {}), ParseError);
  await assert.rejects(openImage(`squashfs:${folder}`, {}), { code: 'input-unreadable' });
  await assert.rejects(openImage(`squashfs:${bare}.not`, {}), { code: 'input-missing' });
});

test('systems that are not plain squashfs are named', () => {
  assert.throws(() => readSif(regionOf(makeSif([partition(5, 2)]))), {
    code: 'unsupported',
    message: /encrypted squashfs/,
  });
  assert.throws(() => readSif(regionOf(makeSif([partition(2, 2)]))), { code: 'unsupported', message: /ext3/ });
  const oci = makeSif([{ kind: 0x400a, body: Buffer.from('{}') }]);
  assert.throws(() => readSif(regionOf(oci)), { code: 'unsupported', message: /OCI image/ });
});

test('files without one system, cut or absurd, are refused', () => {
  assert.throws(() => readSif(regionOf(makeSif([DEFINITION]))), { code: 'parse', message: /no primary system/ });
  const two = makeSif([partition(1, 2), partition(1, 2)]);
  assert.throws(() => readSif(regionOf(two)), { code: 'parse', message: /several/ });
  const many = makeSif([partition(1, 2)]);
  many.writeBigUInt64LE(2n ** 63n, 88);
  assert.throws(() => readSif(regionOf(many)), LimitError);
});

test('law: a file that was cut is refused, wherever', () => {
  const whole = makeSif([DEFINITION, partition(1, 2)]);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      assert.throws(() => readSif(regionOf(whole.subarray(0, length))), ParseError);
    }),
    { numRuns: 200 },
  );
});
