// What a rewrite did as text for a terminal: the answer, the counts, and every object that is not what it should be.
import type { Rewriting, Trouble } from '../../operate/encryption/rewrite/rewrite.ts';
import { count } from '../words.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** What is shown. */
export interface ShownRewriting extends Rewriting {
  readonly server: string;
  readonly resource: string;
  readonly rehearsal: boolean;
}

const WORDS: Readonly<Record<Trouble['kind'], string>> = {
  'not-kept': 'the server does not keep it as it was sent (an admission webhook, or a default that it adds)',
  answered: 'it was changed right after the rewrite of the canary namespace: something answers to it',
  contended: 'others wrote it at every try: run the rewrite again',
  refused: 'the server does not accept it as it is: it has to be mended by hand',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionRewriteText(result: ShownRewriting, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { stopped, left } = result;
  const trouble = [...(stopped === undefined ? [] : [stopped]), ...left];
  const head = `${glyphsOf(options).mark} ${answer(result)}`;
  const lines = [
    ...wrap(shown(head, options), width, '  ').map((line) =>
      paint(line, trouble.length === 0 ? 'strong' : 'critical', options),
    ),
    ...wrap(shown(figures(result), options), width, '  ').map((line) => `  ${line}`),
    ...trouble.flatMap(({ object, kind, fields }) => {
      const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
      const where = fields.length === 0 ? '' : `; it differs in ${fields.join(', ')}`;
      return indented(`${name}: `, shown(`${WORDS[kind]}${where}`, options), width);
    }),
    ...indented('next: ', shown(next(result), options), width),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function answer({ rehearsal, stopped, left, resource, server, canary }: ShownRewriting): string {
  if (stopped !== undefined) return `${resource} at ${server}: stopped`;
  if (rehearsal)
    return `${resource} at ${server}: the canary namespace ${canary ?? ''} can be rewritten; nothing was written`;
  return left.length === 0
    ? `${resource} at ${server}: all are as the server writes them now`
    : `${resource} at ${server}: ${count(left.length)} not rewritten`;
}

function figures({ objects, namespaces, written, current, gone, conflicts, rehearsal }: ShownRewriting): string {
  const all = `${count(objects)} objects in ${count(namespaces)} namespaces`;
  if (rehearsal) return all;
  return `${all}: ${count(written)} written, ${count(current)} were so already, ${count(gone)} deleted meanwhile; ${count(conflicts)} writes by others came between and are kept`;
}

function next({ rehearsal, stopped, left, canary }: ShownRewriting): string {
  if (stopped !== undefined)
    return 'find out who changes these objects, then run it again: what is written stays valid';
  if (left.length > 0) return 'run it again when these objects are quiet or mended';
  if (rehearsal) return `the same with --yes rewrites ${canary ?? 'the namespaces'} first, then all others`;
  return 'old revisions, free pages, logs and backups still hold what was: plimsoll encryption verify';
}
