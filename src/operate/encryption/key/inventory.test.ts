// The inventory of keys: who needs one, and whether it may go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncryptionConfiguration } from '../configuration/configuration.ts';
import { fingerprintOf } from './fingerprint.ts';
import { readInspectionUses } from './inspection-uses.ts';
import { type ExaminedData, type KeyUse, keyInventory } from './inventory.ts';
import { nextReceipt } from './receipts.ts';
import { KeySecret } from './secret.ts';

const BYTES: Readonly<Record<string, Uint8Array>> = { K: new Uint8Array(32).fill(1), L: new Uint8Array(32).fill(2) };

function configuration(...names: readonly string[]): EncryptionConfiguration {
  const keys = names.map((name) => ({ name, secret: KeySecret.of(BYTES[name] ?? new Uint8Array(32)) }));
  return {
    kind: 'EncryptionConfiguration',
    rules: [{ resources: ['secrets'], providers: [{ kind: 'aescbc', keys }, { kind: 'identity' }] }],
  };
}

function use(place: string, kind: KeyUse['kind'], current: number, old: number, more: Partial<KeyUse> = {}): KeyUse {
  return { key: 'aescbc:K', place, kind, current, old, unreachable: 0, ...more };
}

/** The answer about K, where L writes. */
function answer(uses: readonly KeyUse[], more: Partial<ExaminedData> = {}): string {
  const data = {
    uses,
    places: uses.length === 0 ? ['m1.db'] : uses.map(({ place }) => place),
    hasDatabase: true,
    gaps: [],
    ...more,
  };
  const [row] = keyInventory([{ name: 'm001.yaml', configuration: configuration('L', 'K') }], data, []);
  assert.equal(row?.key, 'aescbc:K');
  return `${row.removal.answer}: ${row.removal.reason}`;
}

test('a key stays as long as anything within reach needs it', () => {
  assert.equal(
    answer([use('B3', 'backup', 6, 0), use('B4', 'backup', 5, 6)]),
    'keep: backups B3 and B4 need it (11 current and 6 old)',
  );
  assert.equal(
    answer([use('B3', 'backup', 1, 0), use('m1.db', 'member', 0, 2)]),
    'keep: m1.db needs it (2 old); backup B3 needs it (1 current)',
  );
  assert.match(answer([use('m1.wal', 'member', 0, 0, { unreachable: 9 })]), /^removable: nothing in m1\.wal needs it/);
  assert.match(
    answer([]),
    /^removable: nothing in m1\.db needs it; other members and backups that were not examined may$/,
  );
  assert.equal(answer([], { gaps: ['m1.db: cut off'] }), 'unknown: not found, but not all was read: m1.db: cut off');
  assert.match(answer([], { places: [] }), /^unknown: no data was examined/);
});

test('what writes stays, what no configuration has is missing, two keys of one name are told', () => {
  const writes = keyInventory(
    [{ name: 'm001.yaml', configuration: configuration('K', 'L') }],
    { uses: [], places: [], hasDatabase: false, gaps: [] },
    [],
  );
  assert.deepEqual(
    writes.map(({ key, removal }) => [key, removal.answer]),
    [
      ['aescbc:K', 'keep'],
      ['aescbc:L', 'unknown'],
    ],
  );
  const without = [{ name: 'm001.yaml', configuration: configuration('L') }];
  const missing = keyInventory(
    without,
    { uses: [use('m1.db', 'member', 3, 0)], places: ['m1.db'], hasDatabase: true, gaps: [] },
    [],
  );
  assert.deepEqual(missing[0]?.removal, {
    answer: 'missing',
    reason: 'no configuration has it, but m1.db needs it (3 current)',
  });
  const gone = keyInventory(
    without,
    { uses: [use('w', 'member', 0, 0, { unreachable: 1 })], places: ['w'], hasDatabase: true, gaps: [] },
    [],
  );
  assert.equal(gone[0]?.removal.answer, 'removable');
  const other = fingerprintOf(new Uint8Array(32).fill(9));
  assert.match(
    answer([use('m1.db', 'member', 1, 0, { fingerprint: other })]),
    /^missing: no configuration has the bytes that opened/,
  );
  const ours = fingerprintOf(BYTES['K'] ?? new Uint8Array());
  assert.match(answer([use('m1.db', 'member', 1, 0, { fingerprint: ours })]), /^keep: /);
  const two = [
    { name: 'm001.yaml', configuration: configuration('L', 'K') },
    {
      name: 'm002.yaml',
      configuration: {
        ...configuration(),
        rules: [
          {
            resources: ['secrets'],
            providers: [
              { kind: 'aescbc' as const, keys: [{ name: 'K', secret: KeySecret.of(new Uint8Array(32).fill(7)) }] },
            ],
          },
        ],
      },
    },
  ];
  const [clash] = keyInventory(two, { uses: [], places: ['m1.db'], hasDatabase: true, gaps: [] }, []);
  assert.equal(clash?.fingerprints.length, 2);
  assert.match(clash?.removal.reason ?? '', /give 2 keys this name/);
});

test('revisions, receipts and configurations are joined', () => {
  const fingerprint = fingerprintOf(BYTES['K'] ?? new Uint8Array());
  const receipt = nextReceipt(
    { at: '2022-05-01T00:00:00Z', fingerprint, key: 'aescbc:K', holder: 'h', place: 'p', check: 'opened' },
    [],
  );
  const uses = [
    use('b', 'backup', 1, 0, { firstRevision: 5, lastRevision: 9 }),
    use('a', 'member', 1, 0, { firstRevision: 7, lastRevision: 20 }),
  ];
  const named = ['m002.yaml', 'm001.yaml'].map((name) => ({ name, configuration: configuration('L', 'K') }));
  const [row, other] = keyInventory(named, { uses, places: ['a', 'b'], hasDatabase: true, gaps: [] }, [receipt]);
  assert.deepEqual([row?.firstRevision, row?.lastRevision, row?.bytes], [5, 20, 32]);
  assert.deepEqual(row?.readIn, ['m001.yaml', 'm002.yaml']);
  assert.deepEqual(
    row?.uses.map(({ place }) => place),
    ['a', 'b'],
  );
  assert.deepEqual(row?.receipts, [receipt]);
  assert.deepEqual(other?.receipts, []);
});

test('results of inspections: snapshots are backups, values without a key are left out', () => {
  const writer = { current: 1, old: 2, deleted: 3, wal: 4, firstRevision: 5, lastRevision: 6 };
  const files = [
    {
      path: 's.db',
      kind: 'snapshot',
      writers: [
        { writer: 'aescbc:K', ...writer },
        { writer: 'identity', ...writer },
      ],
    },
    { path: 'db', kind: 'database', writers: [{ writer: 'kms-v2:p', ...writer, fingerprint: 'x' }] },
  ];
  const text = JSON.stringify({
    schemaVersion: 1,
    verdict: 'proof',
    files,
    gaps: [{ kind: 'file-unparsed', target: 'db', reason: 'cut off' }],
  });
  const { uses, places, gaps } = readInspectionUses(text, 'f');
  assert.deepEqual(uses, [
    {
      key: 'aescbc:K',
      place: 's.db',
      kind: 'backup',
      current: 1,
      old: 5,
      unreachable: 4,
      firstRevision: 5,
      lastRevision: 6,
    },
    {
      key: 'kms-v2:p',
      place: 'db',
      kind: 'member',
      current: 1,
      old: 5,
      unreachable: 4,
      fingerprint: 'x',
      firstRevision: 5,
      lastRevision: 6,
    },
  ]);
  assert.deepEqual([places, gaps], [['s.db', 'db'], ['db: cut off']]);
  for (const wrong of [
    '{',
    '[]',
    '{"schemaVersion":2,"files":[],"gaps":[]}',
    '{"schemaVersion":1,"files":[{"path":"a"}],"gaps":[]}',
  ]) {
    assert.throws(() => readInspectionUses(wrong, 'f'), { name: 'ParseError' }, wrong);
  }
});
