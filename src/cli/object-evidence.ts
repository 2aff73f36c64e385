// Objects of releases, or of a cluster that evidence was collected of: what judges the one before an installation judges the other afterwards.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NodeEvidence } from '../kubernetes/evidence/evidence.ts';
import { evidenceObjects, unreadKinds } from '../scan/release/manifests/evidence-objects.ts';
import type { ManifestObjects } from '../scan/release/manifests/objects.ts';
import type { CommandContext, CommonOptions } from './command.ts';
import { type EvidenceOptions, readEvidenceFiles } from './evidence-input.ts';
import { readObjectInputs } from './object-input.ts';
import type { TargetOptions } from './release-input.ts';
import { remarker } from './talk.ts';

/** What was read. */
export interface ObjectsOrEvidence {
  readonly manifests: ManifestObjects;
  /** Kinds that evidence lacks though a collector asked for them. */
  readonly unread: ReadonlySet<string>;
  /** Of evidence. */
  readonly nodes: readonly NodeEvidence[];
  /** Version of the API server that evidence is of. */
  readonly version?: string;
}

/** A bundle is canonical JSON, so its first key is one of these; a part of a node begins with its own word. */
const EVIDENCE = /^(?:\{"(?:cluster|gaps)":|plimsoll-evidence )/;

/**
 * The objects of the targets. Files of evidence are known by how they begin; they do not go together with releases.
 * @throws PlimsollError `usage`, `input-missing`, `unauthorized`; ParseError; LimitError
 */
export async function readObjectsOrEvidence(
  targets: readonly string[],
  context: CommandContext,
  options: CommonOptions & TargetOptions & EvidenceOptions,
): Promise<ObjectsOrEvidence> {
  const [first = ''] = targets;
  if (!isEvidence(resolve(context.workingDirectory, first))) {
    return { manifests: await readObjectInputs(targets, context, options), unread: new Set(), nodes: [] };
  }
  const bundle = await readEvidenceFiles(targets, options, context, remarker(context, options));
  const version = bundle.cluster?.version;
  return {
    manifests: evidenceObjects(bundle, first),
    unread: unreadKinds(bundle),
    nodes: bundle.nodes,
    ...(version === undefined ? {} : { version }),
  };
}

function isEvidence(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(32);
    return EVIDENCE.test(bytes.toString('utf8', 0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}
