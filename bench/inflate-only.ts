// Reference of B2: unpacks a gzip file through Node's public zlib stream and throws the bytes away.
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
await pipeline(
  createReadStream(process.argv[2] ?? '', { highWaterMark: 1 << 20 }),
  createGunzip({ chunkSize: 256 * 1024 }),
  nowhere,
);
