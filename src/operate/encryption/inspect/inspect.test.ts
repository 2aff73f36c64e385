// The verdict on files made for the purpose: what is plain, what is damaged, what is foreign, and what lies across the edges of windows.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { transformersOf } from '../configuration/configuration.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { plainSecret, type TestRevision, testDatabase, testSnapshot, testWal } from '../etcd/test-files.ts';
import { sealValue } from '../provider/open.ts';
import { inspect } from './inspect.ts';
import type { Inspection } from './inspection.ts';
import { JudgedResources } from './judged-resources.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-inspect-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const SECRETS = new JudgedResources(['secrets']);
const SEALED = 'k8s:enc:aescbc:v1:key1:0123456789abcdef0123456789abcdef';
const keyOf = (name: string): string => `/registry/secrets/demo/${name}`;
const plain = (name: string): TestRevision => ({ key: keyOf(name), value: plainSecret('demo', name) });
const sealed = (name: string): TestRevision => ({ key: keyOf(name), value: SEALED });

async function inspected(bytes: Uint8Array, judged = SECRETS): Promise<Inspection> {
  files += 1;
  const path = join(folder, `file-${files}`);
  writeFileSync(path, bytes);
  return await inspect([{ path, name: 'file' }], { judged });
}

test('the middle of a large value that was overwritten in part is not proven to be harmless', async () => {
  const large = { key: keyOf('large'), value: SEALED + 'y'.repeat(10_000) };
  const database = testDatabase({ revisions: [sealed('a')], freed: [large] });
  const whole = await inspected(database);
  assert.deepEqual([whole.verdict, whole.files[0]?.freePages, whole.files[0]?.orphanPages], ['proof', 3, 0]);
  // The first of its three pages is used again, by a leaf of one page.
  database.fill(0, 2 * 4096 + 10, 3 * 4096);
  const { verdict, gaps, files, next } = await inspected(database);
  assert.deepEqual([verdict, gaps[0]?.kind, files[0]?.orphanPages], ['not-proven', 'undecidable', 2]);
  assert.equal(next[0]?.command, 'etcdctl defrag');
  database.fill(0, 3 * 4096, 5 * 4096);
  assert.equal((await inspected(database)).verdict, 'proof');
});

test('values are told apart by what they are to their key', async () => {
  const bytes = testDatabase({
    revisions: [
      plain('kept'),
      plain('rewritten'),
      plain('gone'),
      { key: keyOf('gone') },
      sealed('rewritten'),
      sealed('again'),
      { key: keyOf('again') },
      sealed('again'),
      { key: '/registry/configmaps/demo/c', value: 'k8s\0other' },
      { key: '/registry/secretstores/demo/c', value: 'k8s\0other' },
    ],
  });
  const { verdict, files, gaps } = await inspected(bytes);
  assert.deepEqual([verdict, gaps], ['plaintext-found', []]);
  assert.deepEqual(files[0]?.values, {
    current: { 'aescbc:key1': 2, identity: 1 },
    old: { 'aescbc:key1': 1, identity: 1 },
    deleted: { identity: 1 },
  });
  assert.deepEqual([files[0]?.revisions, files[0]?.plaintext], [10, { reachable: 3, free: 0, wal: 0 }]);
  assert.deepEqual(
    files[0]?.places.map(({ area, key, revision }) => [area, key, revision]),
    [
      ['current', keyOf('kept'), 2],
      ['old', keyOf('rewritten'), 3],
      ['deleted', keyOf('gone'), 4],
    ],
  );
});

test('encrypted values in free pages and in the WAL are no plain text, plain ones are', async () => {
  const clean = await inspected(testDatabase({ revisions: [sealed('a')], freed: [sealed('b')] }));
  assert.equal(clean.verdict, 'proof');
  const dirty = await inspected(testDatabase({ revisions: [sealed('a')], freed: [plain('b'), sealed('c')] }));
  assert.deepEqual([dirty.verdict, dirty.files[0]?.plaintext.free], ['plaintext-found', 1]);
  assert.deepEqual(dirty.files[0]?.places[0]?.key, keyOf('b'));
  const wal = await inspected(testWal([[keyOf('a'), SEALED]]));
  assert.deepEqual([wal.verdict, wal.gaps], ['proof', []]);
  const leaking = await inspected(
    testWal([
      [keyOf('a'), plainSecret('demo', 'a')],
      [keyOf('a'), SEALED],
    ]),
  );
  assert.deepEqual([leaking.verdict, leaking.files[0]?.plaintext.wal], ['plaintext-found', 1]);
});

test('a Secret as JSON, and one under another prefix, are found', async () => {
  const json = '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"}}';
  const prefix = '/kubernetes.io/secrets/demo/b';
  const { files } = await inspected(
    testDatabase({
      revisions: [
        { key: keyOf('a'), value: json },
        { key: prefix, value: SEALED },
      ],
      freed: [{ key: prefix, value: json }],
    }),
  );
  assert.deepEqual(files[0]?.plaintext, { reachable: 1, free: 1, wal: 0 });
  assert.equal(files[0]?.values.current['aescbc:key1'], 1);
});

test('other resources are judged when asked for', async () => {
  const bytes = testDatabase({
    revisions: [
      sealed('a'),
      { key: '/registry/certs.example/keys/demo/k', value: '{"kind":"Key"}' },
      { key: '/registry/deployments/demo/d', value: 'k8s\0d' },
    ],
    freed: [{ key: '/registry/certs.example/keys/demo/old', value: '{"kind":"Key"}' }],
  });
  assert.equal((await inspected(bytes)).verdict, 'proof');
  const custom = await inspected(bytes, new JudgedResources(['keys.certs.example']));
  assert.deepEqual(custom.files[0]?.plaintext, { reachable: 1, free: 1, wal: 0 });
  assert.equal((await inspected(bytes, new JudgedResources(['deployments.apps']))).files[0]?.plaintext.reachable, 1);
  assert.equal((await inspected(bytes, new JudgedResources(['*.*']))).files[0]?.plaintext.reachable, 2);
  assert.throws(() => new JudgedResources(['Secrets']), /no resource/);
});

test('what cannot be judged is not proven', async () => {
  const nothing = await inspected(testDatabase({ revisions: [{ key: '/registry/configmaps/a/b', value: 'k8s\0' }] }));
  assert.deepEqual([nothing.verdict, nothing.gaps[0]?.kind], ['not-proven', 'undecidable']);
  const unknown = await inspected(testDatabase({ revisions: [{ key: keyOf('a'), value: 'k8s:enc:rot13:v1:k:abc' }] }));
  assert.deepEqual([unknown.verdict, unknown.files[0]?.values.current], ['not-proven', { unknown: 1 }]);
});

test('a snapshot with a wrong checksum, or cut short, is not proven; what is left of it is read', async () => {
  const many = Array.from({ length: 200 }, (_, index) => sealed(`s${index}`));
  const snapshot = testSnapshot(testDatabase({ revisions: many }));
  assert.equal((await inspected(snapshot)).verdict, 'proof');
  const altered = Buffer.from(snapshot);
  altered.writeUInt8(1, altered.length - 1);
  const wrong = await inspected(altered);
  assert.equal(wrong.verdict, 'not-proven');
  assert.match(wrong.gaps[0]?.reason ?? '', /SHA-256/);
  for (const length of [snapshot.length - 32 - 4096 * 3, snapshot.length - 5000, 9000]) {
    const cut = await inspected(snapshot.subarray(0, length));
    assert.equal(cut.verdict, 'not-proven', String(length));
    assert.match(cut.gaps.map(({ reason }) => reason).join(), /cut short/);
  }
  const dirty = testSnapshot(testDatabase({ revisions: [plain('first'), ...many] }));
  assert.equal((await inspected(dirty.subarray(0, dirty.length - 6000))).verdict, 'plaintext-found');
});

test('a WAL that was cut, or altered, is not proven; what follows is searched', async () => {
  const whole = testWal(
    [
      [keyOf('a'), SEALED],
      [keyOf('b'), SEALED],
    ],
    0,
  );
  const cut = await inspected(whole.subarray(0, whole.length - 20));
  assert.equal(cut.verdict, 'not-proven');
  assert.match(cut.gaps[0]?.reason ?? '', /ends within the record/);
  const leaking = testWal(
    [
      [keyOf('a'), SEALED],
      [keyOf('b'), plainSecret('demo', 'b')],
    ],
    0,
  );
  const altered = Buffer.from(leaking);
  altered.writeUInt8(altered.readUInt8(70) ^ 1, 70);
  const found = await inspected(altered);
  assert.match(found.gaps[0]?.reason ?? '', /damaged/);
  assert.deepEqual([found.verdict, found.files[0]?.plaintext.wal], ['plaintext-found', 1]);
  const behind = Buffer.concat([testWal([[keyOf('a'), SEALED]], 64), leaking.subarray(60)]);
  assert.equal((await inspected(behind)).files[0]?.plaintext.wal, 1, 'behind the last record');
});

test('foreign files are refused, in a folder they are named', async () => {
  const foreign = testDatabase({ revisions: [sealed('a')], bucket: 'containers' });
  await assert.rejects(inspected(foreign), /not of etcd/);
  await assert.rejects(inspected(Buffer.from('hello')), /holds nothing of etcd/);
  await assert.rejects(inspected(Buffer.alloc(0)), /holds nothing of etcd/);
  await assert.rejects(inspected(gzipSync(testSnapshot(foreign)).subarray(0, 200)), /gzip/);
  await assert.rejects(inspect([{ path: join(folder, 'missing'), name: 'missing' }], { judged: SECRETS }), /missing/);

  const backups = join(folder, 'backups');
  mkdirSync(join(backups, 'member/snap'), { recursive: true });
  writeFileSync(join(backups, 'member/snap/db'), testDatabase({ revisions: [sealed('a')] }));
  writeFileSync(join(backups, 'old.gz'), gzipSync(testSnapshot(testDatabase({ revisions: [plain('a')] }))));
  writeFileSync(join(backups, 'readme.txt'), 'hello');
  const secret = Buffer.alloc(32).toString('base64');
  writeFileSync(join(backups, 'keys.yaml'), `kind: EncryptionConfiguration\nx:\n - secret: ${secret}\n`);
  symlinkSync('/etc/passwd', join(backups, 'link'));
  const result = await inspect(
    [
      { path: backups, name: 'b' },
      { path: '/nowhere', name: 'n' },
    ],
    { judged: SECRETS },
  );
  assert.deepEqual(
    result.files.map(({ path, kind }) => [path, kind]),
    [
      ['b/member/snap/db', 'database'],
      ['b/old.gz', 'snapshot'],
    ],
  );
  assert.equal(result.verdict, 'plaintext-found');
  assert.deepEqual(
    result.gaps.map(({ target }) => target),
    ['n'],
  );
  const why = new Map(result.notExamined.map((one) => [one.what, one.why]));
  assert.match(why.get('b/keys.yaml') ?? '', /keys and data apart/);
  assert.match(why.get('b/link') ?? '', /link/);
  assert.ok(why.has('b/readme.txt'));
});

test('pages that do not fit together are told, and end no walk', async () => {
  const many = Array.from({ length: 60 }, (_, index) => sealed(`s${index}`));
  const database = testDatabase({ revisions: many });
  const pageOf = (flags: number): number => {
    for (let at = 8192; at < database.length; at += 4096) if (database.readUInt16LE(at + 8) === flags) return at / 4096;
    throw new Error('none');
  };
  const branch = pageOf(1);
  const change = async (edit: (bytes: Buffer) => void): Promise<string> => {
    const bytes = Buffer.from(database);
    edit(bytes);
    const { verdict, gaps } = await inspected(bytes);
    assert.equal(verdict, 'not-proven');
    return gaps.map(({ reason }) => reason).join('; ');
  };
  const childAt = (child: number): number => 4096 * branch + 16 + 16 * child + 8;
  assert.match(await change((bytes) => bytes.writeBigUInt64LE(BigInt(branch), childAt(0))), /reached twice/);
  assert.match(await change((bytes) => bytes.writeBigUInt64LE(3n, childAt(0))), /reached twice/);
  assert.match(await change((bytes) => bytes.writeBigUInt64LE(99999n, childAt(0))), /beyond the last/);
  assert.match(await change((bytes) => bytes.writeUInt32LE(1, 4096 * 2 + 12)), /reached twice/);
  assert.match(await change((bytes) => bytes.writeUInt32LE(9999, 4096 * 2 + 12)), /behind the last/);
  assert.match(await change((bytes) => bytes.writeUInt16LE(60000, 4096 * 2 + 10)), /damaged/);
  assert.match(await change((bytes) => bytes.writeUInt32LE(60000, 4096 * 2 + 16 + 4)), /no revision/);
  assert.match(await change((bytes) => bytes.writeBigUInt64LE(1n, 4096 * 3)), /header of another/);
  // One valid meta page is enough, as after a crash; two damaged ones are not.
  const one = Buffer.from(database);
  one.fill(0xff, 16, 60);
  assert.equal((await inspected(one)).verdict, 'proof');
  one.fill(0xff, 4096 + 20, 4096 + 60);
  await assert.rejects(inspected(one), /meta pages/);
});

test('law: whatever the sizes, every value in plain text is found once, wherever it lies', async () => {
  const value = fc.record({ size: fc.oneof(fc.nat(200), fc.nat(9000), fc.nat(400_000)), isPlain: fc.boolean() });
  const law = fc.asyncProperty(
    fc.array(value, { minLength: 1, maxLength: 12 }),
    fc.array(value, { maxLength: 12 }),
    fc.constantFrom(1024, 4096, 16_384),
    async (kept, freed, pageSize) => {
      const revision =
        (area: string) =>
        ({ size, isPlain }: { size: number; isPlain: boolean }, index: number): TestRevision => ({
          key: keyOf(`${area}-${index}`),
          value: isPlain ? plainSecret('demo', `${area}-${index}`, 'x'.repeat(size)) : SEALED + 'y'.repeat(size),
        });
      const revisions = kept.map(revision('kept'));
      const database = testDatabase({ revisions, freed: freed.map(revision('free')), pageSize, perLeaf: 3 });
      const plainOf = (values: typeof kept): number => values.filter(({ isPlain }) => isPlain).length;
      const expected = { reachable: plainOf(kept), free: plainOf(freed), wal: 0 };
      for (const bytes of [database, gzipSync(testSnapshot(database), { level: 1 })]) {
        const { files, gaps } = await inspected(bytes);
        assert.deepEqual([files[0]?.plaintext, gaps], [expected, []]);
      }
      const wal = testWal(revisions.map(({ key, value = '' }) => [key, value] as const));
      assert.deepEqual((await inspected(wal)).files[0]?.plaintext.wal, expected.reachable);
    },
  );
  await fc.assert(law, { numRuns: 25 });
});

test('a free value whose key is searched with one part of the file and whose beginning with the next is counted once', async () => {
  const plain: TestRevision = { key: keyOf('free'), value: plainSecret('demo', 'free') };
  // The first part ends somewhere in this record for some of the sizes: they cover more than what is kept of one part for the next.
  for (let size = 251_200; size < 252_200; size += 10) {
    const filler: TestRevision = { key: keyOf('filler'), value: SEALED + 'y'.repeat(size) };
    const { files } = await inspected(testDatabase({ revisions: [], freed: [filler, plain] }));
    assert.equal(files[0]?.plaintext.free, 1, `behind ${size} bytes`);
  }
});

test('with keys a value that lies under another key is found, and so is one that does not open', async () => {
  const secret = Buffer.alloc(32, 7).toString('base64');
  const keys = `keys: [{name: key1, secret: ${secret}}]`;
  const text = `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{resources: [secrets], providers: [{secretbox: {${keys}}}, {aesgcm: {${keys}}}, {identity: {}}]}]\n`;
  const configuration = parseConfiguration(text, 'keys.yaml');
  const [secretbox, aesgcm] = transformersOf(configuration.rules[0]?.providers ?? []);
  assert.ok(secretbox !== undefined && secretbox.provider !== 'kms');
  assert.ok(aesgcm !== undefined && aesgcm.provider !== 'kms');
  const seal = (writer: typeof secretbox, of: string, bytes: Uint8Array = plainSecret('demo', of)): Uint8Array =>
    sealValue(bytes, writer, keyOf(of), (length) => Buffer.alloc(length, 3));
  const path = join(folder, 'keyed');
  const revisions = [
    { key: keyOf('right'), value: seal(secretbox, 'right') },
    { key: keyOf('gcm'), value: seal(aesgcm, 'gcm') },
    { key: keyOf('swapped'), value: seal(secretbox, 'right') },
    { key: keyOf('gcm-swapped'), value: seal(aesgcm, 'gcm') },
    { key: keyOf('text'), value: seal(secretbox, 'text', Buffer.from('no object')) },
    { key: keyOf('plain-swapped'), value: plainSecret('demo', 'right') },
    {
      key: keyOf('json'),
      value: seal(secretbox, 'json', Buffer.from('{"metadata":{"namespace":"demo","name":"json"}}')),
    },
  ];
  writeFileSync(path, testDatabase({ revisions }));
  const { verdict, files, gaps } = await inspect([{ path, name: 'keyed' }], { judged: SECRETS, configuration });
  assert.equal(verdict, 'plaintext-found');
  assert.equal(gaps.length, 1);
  assert.equal(files[0]?.opened?.right, 3);
  assert.deepEqual(
    files[0]?.opened?.places.map(({ key, reason, holds }) => [key.slice(keyOf('').length), reason, holds]),
    [
      ['swapped', 'swapped', 'demo/right'],
      ['gcm-swapped', 'refused', undefined],
      ['text', 'no-object', undefined],
      ['plain-swapped', 'swapped', 'demo/right'],
    ],
  );
  assert.doesNotMatch(JSON.stringify({ files, gaps }), /content|Opaque/, 'no value leaves it');
});
