// Files of etcd: databases, snapshots, segments of the WAL.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseConfiguration } from '../../../src/operate/encryption/configuration/read.ts';
import { inspect } from '../../../src/operate/encryption/inspect/inspect.ts';
import type { Inspection } from '../../../src/operate/encryption/inspect/inspection.ts';
import { JudgedResources } from '../../../src/operate/encryption/inspect/judged-resources.ts';
import { objectName } from '../../../src/operate/encryption/inspect/value-opener.ts';
import { LIMITS } from '../../../src/platform/limits.ts';
import { expect } from '../expect.ts';
import { mendEtcdDatabase, mendEtcdWal } from '../mend.ts';
import type { FuzzTarget } from '../target.ts';

const WORDS = ['/registry/secrets/', 'k8s:enc:aescbc:v1:key1:', 'k8s\0', 'Secret', 'key', 'meta', '_\0\0\0\0\0\0\0\0'];
const JUDGED = new JudgedResources(['secrets', 'keys.example.org']);
const KEY = '8uT6Gx9gMKQ5BriJA77uKXX2Yw2a5BTRxLOWmPMfJoU=';
const CONFIGURATION = parseConfiguration(
  `apiVersion: v1\nkind: EncryptionConfig\nresources: [{resources: [secrets], providers: [{aescbc: {keys: [{name: key1, secret: ${KEY}}]}}]}]\n`,
  'f',
);

/** One target a form of file, and one for the objects inside values. */
export const ETCD_TARGETS: readonly FuzzTarget[] = [
  { id: 'etcd-database', form: 'binary', codes: ['input-unreadable'], words: WORDS, mend: mendEtcdDatabase, run },
  { id: 'etcd-wal', form: 'binary', codes: ['input-unreadable'], words: WORDS, mend: mendEtcdWal, run },
  {
    id: 'stored-object',
    form: 'binary',
    words: ['k8s\0', '"metadata"', '"name"', '\n\x02v1\x12\x06Secret'],
    run: (input) => objectName(input)?.includes('/'),
  },
];

/** Inspects the bytes as they are and packed: the same must come of both. */
async function run(input: Buffer, folder: string): Promise<unknown> {
  // What looks packed is unpacked once: then the two are not the same input.
  if (input[0] === 0x1f && input[1] === 0x8b) return 'packed';
  const plain = await inspected(input, join(folder, 'plain'));
  const packed = await inspected(gzipSync(input), join(folder, 'packed'));
  const [file] = plain.files;
  expect(file !== undefined, 'a file is lost');
  const { packed: _, ...same } = packed.files[0] ?? { packed: undefined };
  expect(JSON.stringify([same, packed.gaps]) === JSON.stringify([file, plain.gaps]), 'packed it gives another result');
  const { reachable, free, wal } = file?.plaintext ?? { reachable: 0, free: 0, wal: 0 };
  const found = reachable + free + wal;
  expect(found > 0 === (plain.verdict === 'plaintext-found'), 'the verdict is not that of the counts');
  expect((file?.places.length ?? 0) === Math.min(found, LIMITS.etcdPlaces), 'places and counts differ');
  expect(file?.places.every(({ offset }) => offset < input.length) === true, 'a place is outside of the file');
  return [
    plain.verdict,
    plain.gaps.map(({ kind }) => kind),
    file?.kind,
    Object.keys(file?.values.current ?? {}).length,
  ];
}

async function inspected(bytes: Uint8Array, path: string): Promise<Inspection> {
  writeFileSync(path, bytes);
  return await inspect([{ path, name: 'f' }], { judged: JUDGED, configuration: CONFIGURATION });
}
