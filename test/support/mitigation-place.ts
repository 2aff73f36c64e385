// A folder with a site's keys, in which mitigations are signed and commands about them run.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CommandOutcome, runCommand } from './run-command.ts';

/** The folder, and what is done in it. */
export interface MitigationPlace {
  readonly folder: string;
  /** `plimsoll mitigation ARGS`, on 2022-05-01 unless told otherwise. */
  readonly mitigation: (args: readonly string[], now?: string) => Promise<CommandOutcome>;
  /** Signs a bundle of its own, or a copy of one that comes with the program; gives its name as an argument. */
  readonly signed: (name: string, text?: string) => Promise<string>;
  /** Folder of the bundles that come with the program. */
  readonly shipped: string;
  /** The site's key as arguments. */
  readonly key: readonly string[];
  /** Members that every bundle needs, behind its id. */
  readonly head: string;
  readonly remove: () => void;
}

const HEAD = `version: 1
title: t
cves: [CVE-2022-0185]
owner: o
created: 2022-01-01
expires: 2022-12-31
assurance: tested
effect: removes
impact: none
restarts: none
`;

/** Makes the folder. */
export function mitigationPlace(): MitigationPlace {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-mitigation-'));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, 'site.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'site.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  const shipped = resolve(import.meta.dirname, '../../content/mitigations');
  const mitigation = (args: readonly string[], now = '2022-05-01T00:00:00Z'): Promise<CommandOutcome> =>
    runCommand(['mitigation', ...args], { folder, now });
  return {
    folder,
    mitigation,
    signed: async (name, text) => {
      mkdirSync(join(folder, name), { recursive: true });
      if (text === undefined) cpSync(join(shipped, name), join(folder, name), { recursive: true });
      else writeFileSync(join(folder, name, 'mitigation.yaml'), text);
      const { code, stderr } = await mitigation(['sign', name, '--key', 'site.pem']);
      assert.equal(code, 0, stderr);
      return name;
    },
    shipped,
    key: ['--key', 'site.pub.pem'],
    head: HEAD,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
