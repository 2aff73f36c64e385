// Checks of the keys themselves. What they say names a key by its place and name, and never shows a part of it.
import type { Verdict } from '../../../../platform/verdict.ts';
import { derivedFrom } from '../../key/derived-name.ts';
import { weaknessOf } from '../../key/weakness.ts';
import type { KeyProviderKind } from '../configuration.ts';
import type { DocumentKey, EncryptionDocument } from '../document.ts';
import { type Found, verdictsOf } from './verdicts.ts';

interface PlacedKey extends DocumentKey {
  readonly provider: KeyProviderKind;
  /** For messages: the provider and the key's name, unless the name holds the key. */
  readonly shown: string;
}

/** Shortest key that is judged: what is shorter is no key of any provider. */
const SHORTEST = 16;
const NEW_KEY = 'rotate to a key of 32 random bytes: plimsoll encryption keys generate';

/** Verdicts of the checks weak-key, key-name-derived, key-under-two-names, key-name-twice and key-name-form. */
export function keyVerdicts(document: EncryptionDocument, file: string): readonly Verdict[] {
  const keys = document.rules.flatMap(({ providers }) =>
    providers.flatMap(({ keyed }) => keyed.flatMap(({ kind, keys: some }) => some.map((key) => placedKey(key, kind)))),
  );
  return [
    ...verdictsOf('weak-key', file, keys.flatMap(weak), 'no key looks typed, regular or published'),
    ...verdictsOf('key-name-derived', file, keys.flatMap(named), 'no name of a key is made from the key'),
    ...verdictsOf('key-under-two-names', file, pairs(keys, sameBytes), 'no key stands under two names'),
    ...verdictsOf('key-name-twice', file, pairs(keys, sameName), 'no name stands for two keys'),
    ...verdictsOf('key-name-form', file, keys.flatMap(form), 'names of keys are letters, digits, dots and dashes'),
  ];
}

function placedKey(key: DocumentKey, provider: KeyProviderKind): PlacedKey {
  const isShown = derivedFrom(key.name.value, key.secret.value.reveal()) !== 'the key itself';
  return { ...key, provider, shown: `${provider} ${isShown ? key.name.value : '(name not shown)'}` };
}

function weak({ secret, shown }: PlacedKey): readonly Found[] {
  const bytes = secret.value.reveal();
  const weakness = bytes.length < SHORTEST ? undefined : weaknessOf(bytes);
  if (weakness === undefined) return [];
  return [
    {
      place: secret,
      verdict: 'fail',
      evidence: [shown, weakness.weakness],
      reason: weakness.reason,
      remediation: NEW_KEY,
    },
  ];
}

function named({ name, secret, shown }: PlacedKey): readonly Found[] {
  const source = derivedFrom(name.value, secret.value.reveal());
  if (source === undefined) return [];
  const reason =
    source === 'the key itself'
      ? 'the name holds the key itself, and stands in every value in etcd'
      : `the name holds ${source}: it stands in every value in etcd and in backups, and whoever sees it can test guesses`;
  return [{ place: name, verdict: 'fail', evidence: [shown], reason, remediation: `${NEW_KEY} (its name is random)` }];
}

function form({ name, shown }: PlacedKey): readonly Found[] {
  if (name.value === '' || /^[A-Za-z0-9._-]+$/.test(name.value)) return [];
  const reason = name.value.includes(':')
    ? 'a colon in the name: in etcd the name ends at the first one, so tools take its beginning for the key'
    : 'the name has characters that tools may read or print differently';
  const remediation =
    'give the next key a name of letters, digits, dots and dashes; this one keeps its name as long as it reads';
  return [{ place: name, verdict: 'warn', evidence: [shown], reason, remediation }];
}

/** The first earlier key of which the comparison says something, for each key. */
function pairs(
  keys: readonly PlacedKey[],
  compare: (key: PlacedKey, earlier: PlacedKey) => Found | undefined,
): readonly Found[] {
  return keys.flatMap((key, index) => {
    for (const earlier of keys.slice(0, index)) {
      const found = compare(key, earlier);
      if (found !== undefined) return [found];
    }
    return [];
  });
}

function sameBytes(key: PlacedKey, earlier: PlacedKey): Found | undefined {
  const isSame = key.name.value === earlier.name.value && key.provider === earlier.provider;
  if (isSame || key.secret.value.length === undefined || !key.secret.value.equals(earlier.secret.value)) {
    return undefined;
  }
  const reason =
    key.provider === earlier.provider
      ? 'the same key as under another name: going from one to the other is no rotation'
      : 'one key with two ciphers: no proof of either holds for that, and a rotation to the other provider keeps the key';
  const evidence = [`${key.shown}, line ${key.secret.line}`, `${earlier.shown}, line ${earlier.secret.line}`];
  return { place: key.secret, verdict: 'fail', evidence, reason, remediation: NEW_KEY };
}

function sameName(key: PlacedKey, earlier: PlacedKey): Found | undefined {
  const isSame = key.name.value === earlier.name.value && key.provider === earlier.provider;
  if (!isSame || key.secret.value.equals(earlier.secret.value)) return undefined;
  return {
    place: key.name,
    verdict: 'warn',
    evidence: [`${key.shown}, line ${key.name.line}`, `${earlier.shown}, line ${earlier.name.line}`],
    reason: 'two keys of one name: both are tried, but neither values nor status tell which of them is needed',
    remediation: 'give every key a name of its own: plimsoll encryption keys generate makes random ones',
  };
}
