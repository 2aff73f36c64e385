// Checks of secrets in images: in files of any layer, deleted ones included, and in what the configuration tells. What a package brings is no leak, since
// everybody has it; it is told, because a service that uses such a key is open to everybody.
import { z } from 'zod';
import type { ConfigSecret } from '../../../scan/image/secrets/config-secrets.ts';
import type { RecognizedSecret, SecretKind } from '../../../scan/image/secrets/secret.ts';
import type { FoundSecret, ImageSecrets } from '../../../scan/inventory/secrets/image-secrets.ts';
import { type CheckTemplate, checkTemplate, type HygieneInput, type Judgement } from '../check.ts';
import { type ImageJudgement, judgeImages, listed } from '../release-view.ts';

/** How a kind is told. */
const KIND_WORDS: Record<SecretKind, readonly [one: string, several: string]> = {
  'private-key': ['private key', 'private keys'],
  'key-store': ['key store', 'key stores'],
  'registry-login': ['registry login', 'registry logins'],
  'cluster-login': ['cluster login', 'cluster logins'],
  'cloud-key': ['cloud key', 'cloud keys'],
  token: ['token', 'tokens'],
  password: ['password', 'passwords'],
  'password-hash': ['password hash', 'password hashes'],
};

/** Secrets in files. */
const layerSecrets: CheckTemplate = checkTemplate('layer-secrets', z.strictObject({}), (input) =>
  judgeSecrets(input, ({ files, unread }) => {
    const own = files.filter(({ publishedBy }) => publishedBy === undefined);
    const published = files.filter(({ publishedBy }) => publishedBy !== undefined);
    const evidence = listed([...[...own, ...published].map(fileLine), ...unread.map((line) => `not read: ${line}`)]);
    const open = own.filter(isOpen);
    if (open.length > 0) {
      const deleted = open.filter(({ removed }) => removed === true).length;
      const tail =
        deleted === 0
          ? ''
          : deleted === open.length
            ? ', deleted later and still there'
            : `, ${deleted} of them deleted later and still there`;
      return { verdict: 'fail', evidence, reason: `${counted(open)}${tail}` };
    }
    if (own.length > 0) {
      return {
        verdict: 'warn',
        evidence,
        reason: `${counted(own)}, locked by a passphrase or known to everybody anyway`,
      };
    }
    if (files.length > 0) {
      const packages = [...new Set(files.map(({ publishedBy = '' }) => publishedBy))];
      const names =
        packages.length > 3
          ? `${packages.slice(0, 3).join(', ')} and ${packages.length - 3} more`
          : packages.join(', ');
      return { verdict: 'warn', evidence, reason: `${counted(files)} for tests or as an example, brought by ${names}` };
    }
    if (unread.length > 0) {
      return { verdict: 'no-evidence', evidence, reason: `${unread.length} files that may hold secrets were not read` };
    }
    return { verdict: 'pass', evidence: [], reason: 'no secret in any layer' };
  }),
);

/** Secrets in environment, labels and history. */
const configSecrets: CheckTemplate = checkTemplate('config-secrets', z.strictObject({}), (input) =>
  judgeSecrets(input, ({ config }) => {
    if (config.length === 0) return { verdict: 'pass', evidence: [], reason: 'no secret in the configuration' };
    const open = config.filter(isOpen);
    const evidence = listed(config.map(configLine));
    if (open.length > 0) return { verdict: 'fail', evidence, reason: `${counted(open)} in ${placesOf(open)}` };
    return { verdict: 'warn', evidence, reason: `${counted(config)} in ${placesOf(config)}, known to everybody` };
  }),
);

/** All of this folder. */
export const SECRET_TEMPLATES: readonly CheckTemplate[] = [layerSecrets, configSecrets];

function judgeSecrets(input: HygieneInput, judge: (secrets: ImageSecrets) => ImageJudgement): readonly Judgement[] {
  return judgeImages(input, ({ inventory }) =>
    inventory.secrets === undefined ? NOT_LOOKED : judge(inventory.secrets),
  );
}

function isOpen({ locked, wellKnown }: RecognizedSecret): boolean {
  return locked !== true && wellKnown !== true;
}

/** `2 private keys, 1 token`. */
function counted(secrets: readonly RecognizedSecret[]): string {
  const kinds = Map.groupBy(secrets, ({ kind }) => kind);
  return [...kinds].map(([kind, { length }]) => `${length} ${KIND_WORDS[kind][length === 1 ? 0 : 1]}`).join(', ');
}

function fileLine({ path, layer, kind, fingerprint, locked, wellKnown, removed, publishedBy }: FoundSecret): string {
  const notes = [
    ...(fingerprint === undefined ? [] : [fingerprint]),
    ...(locked ? ['locked'] : []),
    ...(wellKnown ? ['a well-known default'] : []),
    ...(removed ? ['deleted by a later layer'] : []),
    ...(publishedBy === undefined ? [] : [`brought by ${publishedBy}`]),
  ];
  return `layer ${layer + 1}, ${path}: ${KIND_WORDS[kind][0]}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function configLine({ place, name, kind, wellKnown }: ConfigSecret): string {
  return `${place}${name === '' ? '' : `, ${name}`}: ${KIND_WORDS[kind][0]}${wellKnown ? ' (a well-known default)' : ''}`;
}

function placesOf(secrets: readonly ConfigSecret[]): string {
  return [...new Set(secrets.map(({ place }) => place))].join(' and ');
}

const NOT_LOOKED: ImageJudgement = {
  verdict: 'no-evidence',
  evidence: [],
  reason: 'the layers of the image were not looked at: scan it again with this version, not from a bill of materials',
};
