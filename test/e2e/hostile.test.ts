// Hostile and broken images beside a sound one, through the built program: each is a named gap, the sound one is reported whole, nothing is written
// outside the store, memory stays bounded, and the next scan goes on from what was kept.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packTar } from '../../demo/image/tar.ts';
import { alpine, HOSTILE_IMAGES, writeImage } from './hostile-images.ts';
import { WatchedPlace } from './watched-place.ts';

interface Assessed {
  readonly images: readonly { readonly logical: string; readonly digest?: string }[];
  readonly packages: readonly { readonly name: string; readonly image: string }[];
  readonly gaps: readonly { readonly kind: string; readonly reason: string }[];
}

const SOUND = ['busybox', 'zlib'];

describe('hostile images', () => {
  const place = new WatchedPlace();
  after(() => place.remove());
  const sound = writeImage(join(place.inputs, 'sound'), [gzipSync(packTar(alpine(SOUND)))]);

  for (const [index, { name, make, gap, packages, megabytes = 300 }] of HOSTILE_IMAGES.entries()) {
    test(name, async () => {
      const folder = join(place.inputs, `${index}`);
      mkdirSync(folder);
      const hostile = make(join(folder, 'image'));
      const before = place.snapshot();
      const outcome = await place.watch(['scan', sound, hostile, '--jobs', '2', '--format', 'json']);
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.deepEqual(place.snapshot(), before);
      assert.ok(outcome.peakMegabytes < megabytes, `${outcome.peakMegabytes} MB`);
      const result: Assessed = JSON.parse(outcome.stdout);
      assert.deepEqual(packagesOf(result, sound), SOUND);
      const told = result.gaps.map(({ kind, reason }) => `${kind} ${reason}`);
      assert.ok(
        told.some((line) => gap.test(line)),
        told.join('\n'),
      );
      assert.deepEqual(packagesOf(result, hostile), packages);
      assert.doesNotMatch(outcome.stderr, CONTROL);

      // Alone, what cannot be read at all is no result: exit code 3. The table speaks no control characters either.
      const alone = await place.watch(['scan', hostile, '--format', 'table']);
      assert.equal(alone.status, packages === undefined ? 3 : 0, alone.stderr);
      assert.doesNotMatch(alone.stdout + alone.stderr, CONTROL);
      const next = await place.watch(['scan', sound, '--format', 'json']);
      assert.match(next.stderr, /layers read 0, .*images from store 1/);
      assert.deepEqual(place.snapshot(), before);
    });
  }
});

/** What could steer a terminal: control characters, and those that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Names of the packages of an image; undefined when it could not be read. */
function packagesOf(result: Assessed, logical: string): readonly string[] | undefined {
  const image = result.images.find((candidate) => candidate.logical === logical);
  assert.ok(image !== undefined, logical);
  if (image.digest === undefined) return undefined;
  return result.packages.filter((item) => item.image === image.digest).map((item) => item.name);
}
