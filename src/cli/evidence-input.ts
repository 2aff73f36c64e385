// Evidence that a command is given: a bundle, or the parts of nodes that nobody joined yet. Loaded lazily: reading evidence brings zod.
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { EvidenceBundle } from '../kubernetes/evidence/evidence.ts';
import { joinEvidence, type NodePart } from '../kubernetes/evidence/join.ts';
import { readVerificationKey } from '../platform/dsse.ts';
import { LimitError, messageOf, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { TOOL } from '../publish/tool.ts';
import type { CommandContext } from './command.ts';

/** Options of commands that judge evidence. */
export interface EvidenceOptions {
  readonly evidenceKey?: readonly string[];
}

/** Adds them. */
export function takesEvidence(command: Command): Command {
  return command.option(
    '--evidence-key <file>',
    'only a bundle that this public key signed (PEM), may be repeated',
    (file: string, before: readonly string[] = []) => [...before, file],
  );
}

/**
 * The evidence in files: one bundle, or any number of parts, which become a bundle without a cluster.
 * @param remark told when nobody looked who signed it
 * @throws PlimsollError `input-missing`, `unauthorized`, `usage`; ParseError, LimitError
 */
export async function readEvidenceFiles(
  files: readonly string[],
  { evidenceKey = [] }: EvidenceOptions,
  context: CommandContext,
  remark: (line: string) => void,
): Promise<EvidenceBundle> {
  const [first, ...others] = files;
  if (first === undefined) throw new PlimsollError('usage', 'name a bundle of evidence, or parts of nodes');
  const { isPart } = await import('../kubernetes/evidence/part.ts');
  const text = readEvidenceText(first, context);
  if (!isPart(text)) {
    if (others.length > 0) throw new PlimsollError('usage', `${first} is a bundle: give one bundle, or parts of nodes`);
    return readSigned(text, first, evidenceKey, context, remark);
  }
  if (evidenceKey.length > 0) {
    throw new PlimsollError(
      'unauthorized',
      `${first} is the part of a node, which nobody signs: join parts with benchmark collect`,
    );
  }
  return joinEvidence(await readPartFiles(files, context), undefined, TOOL);
}

/** The parts in files, each of which may hold several. @throws as readEvidenceFiles */
export async function readPartFiles(files: readonly string[], context: CommandContext): Promise<readonly NodePart[]> {
  const { readParts } = await import('../kubernetes/evidence/part.ts');
  return files.flatMap((file) =>
    readParts(readEvidenceText(file, context), file).map((evidence) => ({ file, evidence })),
  );
}

async function readSigned(
  text: string,
  file: string,
  keyFiles: readonly string[],
  context: CommandContext,
  remark: (line: string) => void,
): Promise<EvidenceBundle> {
  const { readEvidence, signaturePath, verifyEvidence } = await import('../kubernetes/evidence/bundle.ts');
  const bundle = readEvidence(text, file);
  const path = resolve(context.workingDirectory, signaturePath(file));
  const signature = existsSync(path) ? readEvidenceText(signaturePath(file), context) : undefined;
  if (keyFiles.length === 0) {
    remark(signature === undefined ? `${file} is not signed` : `who signed ${file} was not looked at (--evidence-key)`);
    return bundle;
  }
  const keys = keyFiles.map((name): KeyObject => readVerificationKey(readEvidenceText(name, context), name));
  verifyEvidence(text, bundle, signature, keys, file);
  return bundle;
}

function readEvidenceText(file: string, { workingDirectory }: CommandContext): string {
  const path = resolve(workingDirectory, file);
  try {
    if (statSync(path).size > LIMITS.evidenceBytes)
      throw new LimitError(`${file}: more than ${LIMITS.evidenceBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof LimitError) throw error;
    throw new PlimsollError('input-missing', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
