// What the mitigation commands work on: bundles by path or id, the site's keys, the ledger, the cluster.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ApiClient } from '../kubernetes/api/client.ts';
import { NAMESPACES } from '../kubernetes/api/resource.ts';
import type { MinimalRole, RoleRule } from '../kubernetes/api/role.ts';
import { signerOf } from '../operate/mitigation/bundle/read.ts';
import {
  BUNDLE_FILE,
  bundleFiles,
  openBundle,
  type StoredBundle,
  shippedFolder,
} from '../operate/mitigation/content.ts';
import { Ledger, type ReadLedger, readLedger } from '../operate/mitigation/ledger/ledger.ts';
import { ledgerState, targetKind } from '../operate/mitigation/ledger/state.ts';
import { apiDriver } from '../operate/mitigation/run/api-driver.ts';
import type { ObjectDriver } from '../operate/mitigation/run/driver.ts';
import { releaseReader } from '../operate/mitigation/run/release-values.ts';
import type { ReadRelease } from '../operate/mitigation/run/releases.ts';
import { parseTarget } from '../operate/mitigation/step/target.ts';
import { readVerificationKey } from '../platform/dsse.ts';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { compareText } from '../platform/order.ts';
import { type ClusterOptions, openApi } from './cluster-access.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { mitigationsPath } from './locations.ts';
import { readConfig } from './release-input.ts';

/** Options of commands with a ledger. */
export interface LedgerOptions extends CommonOptions {
  readonly ledger?: string;
  readonly site: string;
}

/** Adds the options of the ledger. */
export function withLedger(command: Command): Command {
  return command
    .option('--ledger <dir>', "folder of the ledger (in the user's data directory, one a site)")
    .option('--site <name>', 'which cluster or system this is about', 'default');
}

/**
 * The bundle of an id among those that come with the program, or in a file or folder.
 * @throws PlimsollError `input-missing`; ParseError, LimitError
 */
export function bundleAt(name: string, context: CommandContext): StoredBundle {
  const path = resolve(context.workingDirectory, name);
  if (existsSync(path)) {
    return statSync(path).isDirectory()
      ? openBundle(join(path, BUNDLE_FILE), join(name, BUNDLE_FILE))
      : openBundle(path, name);
  }
  const shipped = shippedFolder();
  const own = shipped === undefined ? undefined : join(shipped, name, BUNDLE_FILE);
  if (own !== undefined && /^[\w-]+$/.test(name) && existsSync(own)) return openBundle(own, `${name}/${BUNDLE_FILE}`);
  throw new PlimsollError(
    'input-missing',
    `there is no file and no mitigation "${name}": \`plimsoll mitigation list\` shows those that come with the program`,
  );
}

/** Bundles of folders, or those that come with the program, by id. @throws as bundleAt, `input-unreadable` */
export function allBundles(folders: readonly string[], context: CommandContext): readonly StoredBundle[] {
  const shipped = shippedFolder();
  const paths =
    folders.length > 0
      ? folders.map((folder) => resolve(context.workingDirectory, folder))
      : shipped === undefined
        ? []
        : [shipped];
  return paths
    .flatMap(bundleFiles)
    .map((file) => openBundle(file, file))
    .sort((a, b) => compareText(a.bundle.mitigation, b.bundle.mitigation));
}

/** Who signed a bundle, of the keys that --key names, else `mitigations.keys`. @throws PlimsollError `unauthorized`, `input-missing` */
export async function signerOfBundle(
  bundle: StoredBundle,
  keys: readonly string[] | undefined,
  options: CommonOptions,
  context: CommandContext,
): Promise<string> {
  // Whoever names keys means these and no others.
  const files = keys ?? (await readConfig(options, context)).mitigations?.keys ?? [];
  const read = files.map((file) => readVerificationKey(readTextFile(file, context), file));
  return signerOf(bundle, bundle.signature, read);
}

/** The ledger to write to. Close it. @throws PlimsollError `usage`, `digest-mismatch`; ParseError, LimitError */
export function openLedger({ ledger, site }: LedgerOptions, context: CommandContext): Ledger {
  const who = context.environment['SUDO_USER'] || context.environment['USER'] || 'unknown';
  return new Ledger(mitigationsPath(context, ledger, site), site, { now: context.now, who, randomBytes });
}

/** The ledger to read; undefined when nothing was ever applied. */
export function lookIntoLedger({ ledger, site }: LedgerOptions, context: CommandContext): ReadLedger | undefined {
  return readLedger(mitigationsPath(context, ledger, site));
}

/** The objects of the cluster. Close it. */
export interface OpenCluster {
  readonly api: ApiClient;
  readonly driver: ObjectDriver;
  readonly releases: ReadRelease;
}

/** Opens the cluster that the options name. Nothing is sent. @throws PlimsollError `cluster` */
export async function openCluster(options: ClusterOptions, context: CommandContext): Promise<OpenCluster> {
  const api = await openApi(options, context);
  return { api, driver: apiDriver(api), releases: releaseReader(api) };
}

/**
 * Writes down which cluster a ledger is of, or finds that it is of another.
 * @throws PlimsollError `usage`: what the ledger says of one cluster must not be done to another
 */
export async function bindCluster(ledger: Ledger, { api }: OpenCluster): Promise<void> {
  const uid = (await api.get(NAMESPACES, { name: 'kube-system' })).metadata.uid ?? '';
  const { cluster } = ledgerState(ledger.entries);
  if (cluster === undefined) ledger.append({ event: 'cluster', uid });
  else if (cluster !== uid) {
    throw new PlimsollError(
      'usage',
      `the ledger is of another cluster than ${api.server}: name the right one with --site or --ledger`,
    );
  }
}

/** The least role for objects of a bundle. */
export function roleFor(
  command: string,
  targets: readonly string[],
  verbs: readonly ('get' | 'create' | 'patch' | 'delete')[],
): MinimalRole {
  const rules = [...new Set(targets)].sort(compareText).flatMap((target): readonly RoleRule[] => {
    if (targetKind(target) === 'release') return releaseRules(target);
    const { resource, name } = parseTarget(target);
    const place = name.namespace === undefined ? {} : { namespace: name.namespace };
    const common = { group: resource.group, resources: [resource.plural], ...place };
    const named = verbs.filter((verb) => verb !== 'create');
    const why = `${resource.plural} ${name.name}`;
    return [
      { ...common, verbs: named, names: [name.name], why },
      ...(verbs.includes('create') ? [{ ...common, verbs: ['create' as const], why: `to make ${why}` }] : []),
    ];
  });
  const own = {
    group: '',
    resources: ['namespaces'],
    verbs: ['get' as const],
    names: ['kube-system'],
    why: 'to tell clusters apart',
  };
  return { name: `plimsoll-${command.replaceAll(' ', '-')}`, command: `plimsoll ${command}`, rules: [own, ...rules] };
}

/** Helm's records cannot be told from other Secrets in a role. */
function releaseRules(target: string): readonly RoleRule[] {
  const [namespace = ''] = target.slice('release '.length).split('/');
  const why = `the values of ${target}, which Helm keeps in one of these`;
  return [{ group: '', resources: ['secrets', 'configmaps'], verbs: ['list'], namespace, why }];
}

/** A file that the command line names. @throws PlimsollError `input-missing` */
export function readTextFile(file: string, context: CommandContext): string {
  try {
    return readFileSync(resolve(context.workingDirectory, file), 'utf8');
  } catch (error) {
    throw new PlimsollError('input-missing', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
