// Encryption configurations, stored values, sealed keys, receipts and inspections of who needs a key.
import { randomBytes } from 'node:crypto';
import type { Transformer } from '../../../src/operate/encryption/configuration/configuration.ts';
import { effective } from '../../../src/operate/encryption/configuration/effective.ts';
import { lintConfiguration } from '../../../src/operate/encryption/configuration/lint/lint.ts';
import { judgeConfiguration } from '../../../src/operate/encryption/configuration/read.ts';
import { writeConfiguration } from '../../../src/operate/encryption/configuration/write.ts';
import { takeKey } from '../../../src/operate/encryption/key/generate.ts';
import { readInspectionUses } from '../../../src/operate/encryption/key/inspection-uses.ts';
import { keyInventory } from '../../../src/operate/encryption/key/inventory.ts';
import { nextReceipt, readReceipts, receiptText } from '../../../src/operate/encryption/key/receipts.ts';
import { readSealedKey, writeSealedKey } from '../../../src/operate/encryption/key/sealed.ts';
import { KeySecret } from '../../../src/operate/encryption/key/secret.ts';
import { openValue, sealValue } from '../../../src/operate/encryption/provider/open.ts';
import { parseStoredValue, storedValueName } from '../../../src/operate/encryption/provider/stored-value.ts';
import { canonicalJson } from '../../../src/platform/canonical.ts';
import { expect, expectRead } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const WORDS = [
  'resources',
  'providers',
  'aescbc',
  'aesgcm',
  'secretbox',
  'kms',
  'identity: {}',
  'keys',
  'name',
  'secret',
  "'*.*'",
  '*a',
  '&a',
  '<<',
  'yes',
  'null',
];
const KEY = new KeySecret('8uT6Gx9gMKQ5BriJA77uKXX2Yw2a5BTRxLOWmPMfJoU=');
const READERS: readonly Exclude<Transformer, { readonly provider: 'kms' }>[] = [
  ...(['aescbc', 'aesgcm', 'secretbox'] as const).map((provider) => ({ provider, key: { name: 'key1', secret: KEY } })),
  { provider: 'identity' },
];
const ETCD_KEY = '/registry/secrets/demo/s1';
/** Shortest secret that cannot stand in a message by chance. */
const TELLING = 12;

/** Encryption at rest, as far as keys go. */
export const ENCRYPTION_KEY_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'encryption-configuration',
    form: 'text',
    words: WORDS,
    run: (input) => {
      const text = input.toString();
      const { configuration, violations } = judgeConfiguration(text, 'f');
      const written = writeConfiguration(configuration);
      const again = expectRead(() => judgeConfiguration(written, 'f').configuration, 'a configuration');
      expect(writeConfiguration(again) === written, 'a configuration changed by writing');
      const { readers, writer } = effective(configuration, 'secrets');
      expect(readers[0] === writer, 'the writer is not the first reader');
      const { verdicts } = lintConfiguration(text, 'f', undefined);
      checkSilence(text, JSON.stringify(verdicts));
      return [violations.map(({ rule }) => rule), verdicts.map(({ check, verdict }) => [check, verdict])];
    },
  },
  {
    id: 'stored-value',
    form: 'binary',
    words: ['k8s:enc:', 'aescbc:v1:', 'aesgcm:v1:', 'secretbox:v1:', 'kms:v2:', 'key1:', 'k8s\0'],
    run: (input) => {
      const opened = openValue(input, READERS, ETCD_KEY);
      if (opened.state === 'open') {
        for (const reader of READERS) {
          const again = openValue(sealValue(opened.plain, reader, ETCD_KEY, randomBytes), READERS, ETCD_KEY);
          const isSame = again.state === 'open' && Buffer.compare(again.plain, opened.plain) === 0;
          // Without encryption, what looks encrypted is taken for it: kube-apiserver never stores such a thing.
          expect(isSame || reader.provider === 'identity', `${reader.provider} does not read what it writes`);
        }
      }
      return [storedValueName(parseStoredValue(input)), opened.state];
    },
  },
  {
    id: 'sealed-key',
    form: 'json',
    words: ['plimsoll-sealed-key', 'secretbox', 'kfp1:', 'AAAA'],
    run: (input) => {
      const sealed = readSealedKey(input.toString(), 'f');
      const again = expectRead(() => readSealedKey(writeSealedKey(sealed), 'f'), 'a sealed key');
      expect(canonicalJson(again) === canonicalJson(sealed), 'a sealed key changed by writing');
      return Object.keys(sealed);
    },
  },
  {
    id: 'key-text',
    form: 'text',
    words: ['=', '==', '\n', 'AAAA'],
    run: (input) => takeKey(input.toString(), 'aescbc', 'k', 'f').secret.length,
  },
  {
    id: 'key-receipts',
    form: 'text',
    words: ['"digest":"sha256:', '"previous":', '"check":"opened"', 'kfp1:', '\n'],
    run: (input) => {
      const lines = readReceipts(input.toString(), 'f');
      const [first] = lines;
      if (first === undefined) return 0;
      const next = nextReceipt({ ...first, holder: 'another' }, lines);
      const text = [...lines, next].map(receiptText).join('');
      expect(
        expectRead(() => readReceipts(text, 'f'), 'a longer ledger').length === lines.length + 1,
        'a receipt is lost',
      );
      return lines.length;
    },
  },
  {
    id: 'key-inspection',
    form: 'json',
    words: ['writers', 'aescbc:key1', 'snapshot', 'firstRevision'],
    run: (input) => {
      const data = readInspectionUses(input.toString(), 'f');
      const rows = keyInventory([], data, []);
      expect(rows.length <= data.uses.length, 'more keys than uses');
      return rows.map(({ removal }) => removal.answer);
    },
  },
];

/** A secret that stands in the file once stands in no verdict. */
function checkSilence(text: string, shown: string): void {
  const { document } = judgeConfiguration(text, 'f');
  for (const { providers } of document.rules) {
    for (const { secret } of providers.flatMap(({ keyed }) => keyed.flatMap(({ keys }) => keys))) {
      const written = secret.value.revealText();
      if (written.length < TELLING || text.split(written).length !== 2) continue;
      expect(!shown.includes(written), 'a verdict shows a secret');
    }
  }
}
