// Rehearsals on a made database and on real snapshots: a plan is proved; what takes a key away too early, and a key of the same name before the right
// one, are found in the values themselves.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { needsShared, sharedPath } from '../../../../test/support/needs.ts';
import type { Provider, Transformer } from '../configuration/configuration.ts';
import { parseConfiguration } from '../configuration/read.ts';
import { plainSecret, testDatabase } from '../etcd/test-files.ts';
import { generateKey } from '../key/generate.ts';
import type { EncryptionState } from '../plan/state.ts';
import { transformerId } from '../plan/transformer-id.ts';
import { openValue, sealValue } from '../provider/open.ts';
import { dataOf, examineFile } from '../status/evidence.ts';
import type { Moment } from './moments.ts';
import { RehearsalReader } from './rehearsal-reader.ts';
import { rehearse } from './rehearse.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rehearse-'));
after(() => rmSync(folder, { recursive: true }));

const KEY = '/registry/secrets/demo/a';
const PLAIN = Buffer.from(plainSecret('demo', 'a'));

function aescbc(name: string): {
  readonly provider: Provider;
  readonly transformer: Exclude<Transformer, { provider: 'kms' }>;
} {
  const key = generateKey('aescbc', randomBytes, name);
  return { provider: { kind: 'aescbc', keys: [key] }, transformer: { provider: 'aescbc', key } };
}

function moment(list: readonly string[], stored: readonly string[], writers: readonly string[] = []): Moment {
  return { servers: [{ name: 'm1', lists: [list] }], stored: new Set(stored), writers };
}

function counts(reader: RehearsalReader): readonly (readonly [stored: number, written: number])[] {
  return reader.unreadable().map((servers) => {
    const { stored = -1, written = -1 } = servers.get('m1') ?? {};
    return [stored, written];
  });
}

test('a key that leaves while its values are within reach is found, and a writer that a server cannot read', () => {
  const [old, next] = [aescbc('old'), aescbc('new')];
  const [a, b] = [transformerId(old.transformer), transformerId(next.transformer)];
  const moments = [moment([a, b], [a], [a]), moment([b], [a], [b]), moment([b], [], [b]), moment([a], [], [b])];
  const reader = new RehearsalReader(moments, [old.provider, next.provider], randomBytes);
  const value = Buffer.from(sealValue(PLAIN, old.transformer, KEY, randomBytes));
  assert.equal(reader.open({ key: Buffer.from(KEY), value, revision: 2, writer: 'aescbc:old' }), a);
  assert.deepEqual(counts(reader), [
    [0, 0],
    [1, 0],
    [0, 0],
    [0, 1],
  ]);
  assert.deepEqual(reader.unreadable()[1]?.get('m1')?.keys, [KEY]);
});

test('a value that another key of the same name takes for its own is misread where that key comes first', () => {
  const [right, wrong] = [aescbc('key1'), aescbc('key1')];
  const [a, b] = [transformerId(right.transformer), transformerId(wrong.transformer)];
  // The padding of some 256 values looks right by chance.
  let value = Buffer.alloc(0);
  for (let tries = 0; tries < 20_000; tries += 1) {
    value = Buffer.from(sealValue(PLAIN, right.transformer, KEY, randomBytes));
    if (openValue(value, [wrong.transformer], KEY).state === 'open') break;
  }
  assert.equal(openValue(value, [wrong.transformer], KEY).state, 'open');
  const reader = new RehearsalReader(
    [moment([b, a], [a]), moment([a, b], [a])],
    [wrong.provider, right.provider],
    randomBytes,
  );
  assert.equal(reader.open({ key: Buffer.from(KEY), value, revision: 2, writer: 'aescbc:key1' }), a);
  assert.deepEqual(counts(reader), [
    [1, 0],
    [0, 0],
  ]);
});

function stateOf(
  lists: readonly (readonly string[])[],
  data: EncryptionState['data'],
  atHand: readonly string[],
): EncryptionState {
  const servers = lists.map((transformers, index) => ({
    name: `m${index + 1}`,
    file: { state: 'read', transformers } as const,
    running: { state: 'loaded', transformers, startedAt: '2000-01-01T00:00:00.000Z', ready: true } as const,
  }));
  return { servers, backups: [], atHand, escrowed: [], ...(data === undefined ? {} : { data }) };
}

test('enabling is proved on a database without encryption; without the new key it is not', async () => {
  const path = join(folder, 'plain.db');
  writeFileSync(path, testDatabase({ revisions: [{ key: KEY, value: PLAIN }] }));
  const next = aescbc('new');
  const target = transformerId(next.transformer);
  const data = dataOf([await examineFile({ path, name: 'plain.db' }, { resource: 'secrets', providers: [] })], []);
  const state = stateOf([['identity'], ['identity']], data, [target]);
  const input = { state, goal: { kind: 'enable', target }, resource: 'secrets', random: randomBytes } as const;
  const whole = await rehearse({ path, name: 'plain.db' }, { ...input, providers: [next.provider] });
  assert.deepEqual([whole.verdict, whole.values, whole.moments.length], ['proved', 1, 9]);
  const without = await rehearse({ path, name: 'plain.db' }, { ...input, providers: [] });
  assert.notEqual(without.verdict, 'proved');
});

test('of a key management service the rehearsal says what it saw and what to do instead; a list that drops it early is refuted', async () => {
  const path = join(folder, 'kms.db');
  const sealed = Buffer.from('k8s:enc:kms:v2:vault:0123456789abcdef');
  writeFileSync(path, testDatabase({ revisions: [{ key: KEY, value: sealed }] }));
  const next = aescbc('new');
  const target = transformerId(next.transformer);
  const data = dataOf([await examineFile({ path, name: 'kms.db' }, { resource: 'secrets', providers: [] })], []);
  const input = { goal: { kind: 'provider', target }, resource: 'secrets', random: randomBytes } as const;
  const providers = [next.provider];
  const state = stateOf([['kms-v2:vault'], ['kms-v2:vault']], data, [target]);
  const { verdict, reason, moments } = await rehearse({ path, name: 'kms.db' }, { ...input, state, providers });
  assert.equal(verdict, 'not-proved');
  assert.match(
    reason,
    /1 values of kms-v2:vault, and what servers write with kms-v2:vault: seen is which server names it .* ask every server for \/readyz\?verbose/,
  );
  assert.ok(moments.every(({ servers }) => servers.every(({ stored }) => stored === 0)));
  const reader = new RehearsalReader([moment([target], ['kms-v2:vault'])], providers, randomBytes);
  reader.open({ key: Buffer.from(KEY), value: sealed, revision: 2, writer: 'kms-v2:vault' });
  assert.deepEqual(counts(reader), [[1, 0]]);
});

const SNAPSHOT = 'data/encryption/snapshots/1-aescbc-old-revisions-kept.snapshot.db.gz';
const CONFIG = 'data/encryption/configs/3-rotate-b.yaml';

test(
  'a rotation from a broken beginning is proved on a real snapshot, plain old revisions included',
  needsShared(SNAPSHOT, CONFIG),
  async () => {
    const { rules } = parseConfiguration(readFileSync(sharedPath(CONFIG), 'utf8'), CONFIG);
    const providers = rules.flatMap((rule) => rule.providers);
    const path = sharedPath(SNAPSHOT);
    const file = await examineFile({ path, name: 'snapshot' }, { resource: 'secrets', providers });
    const data = dataOf([file], []);
    const [key1 = ''] = (data?.values ?? [])
      .map(({ transformer }) => transformer)
      .filter((id) => id.startsWith('aescbc:key1#'));
    const key2 =
      providers
        .flatMap((provider) =>
          'keys' in provider ? provider.keys.map((key) => transformerId({ provider: provider.kind, key })) : [],
        )
        .find((id) => id.startsWith('aescbc:key2#')) ?? '';
    // One server lost identity while plain values are within reach.
    const state = stateOf([[key1, 'identity'], [key1]], data, [key1, key2]);
    const goal = { kind: 'rotate', target: key2 } as const;
    const { verdict, values, moments } = await rehearse(
      { path, name: 'snapshot' },
      { state, goal, resource: 'secrets', providers, random: randomBytes },
    );
    assert.deepEqual([verdict, values], ['proved', 23]);
    const lost = moments.map(({ servers }) => servers.map(({ stored }) => stored));
    assert.deepEqual(lost[0], [0, 12]);
    assert.ok(
      lost
        .slice(1)
        .flat()
        .every((count) => count === 0),
    );
  },
);
