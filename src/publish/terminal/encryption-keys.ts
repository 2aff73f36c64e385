// The inventory of encryption keys as text for a terminal: a paragraph a key, whether it may go first.
import type { InventoryKey, Removal } from '../../operate/encryption/key/inventory.ts';
import { plural } from '../words.ts';
import { type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const ANSWERS: Readonly<Record<Removal['answer'], readonly [word: string, ink: Ink]>> = {
  keep: ['do not remove', 'strong'],
  removable: ['may be removed', 'plain'],
  missing: ['MISSING', 'critical'],
  unknown: ['not known whether it may be removed', 'warning'],
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionKeysText(keys: readonly InventoryKey[], options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  if (keys.length === 0) return 'no keys\n';
  const lines = keys.flatMap((key, index) => [...(index === 0 ? [] : ['']), ...keyLines(key, width, options)]);
  return lines.map((line) => `${line}\n`).join('');
}

function keyLines(key: InventoryKey, width: number, options: TerminalOptions): readonly string[] {
  const [word, ink] = ANSWERS[key.removal.answer];
  const identity = [...key.fingerprints, ...(key.bytes === undefined ? [] : [plural(key.bytes, 'byte')])].join(', ');
  const revisions = key.firstRevision === undefined ? [] : [`revisions ${key.firstRevision} to ${key.lastRevision}`];
  const facts = [
    identity,
    ...(key.writesIn.length === 0 ? [] : [`writes in ${key.writesIn.join(', ')}`]),
    `read in ${key.readIn.length === 0 ? 'no configuration' : key.readIn.join(', ')}`,
    ...key.uses.map(
      ({ place, kind, current, old, unreachable }) =>
        `${kind} ${place}: ${current} current, ${old} old${unreachable === 0 ? '' : `, ${unreachable} in the WAL`}`,
    ),
    ...revisions,
    ...(key.receipts.length === 0 ? ['in escrow: no receipt'] : key.receipts.map(escrow)),
  ].filter((fact) => fact !== '');
  return [
    ...wrap(shown(`${key.key}: ${word}: ${key.removal.reason}`, options), width, '  ').map((line) =>
      paint(line, ink, options),
    ),
    ...facts.flatMap((fact) => indented('  ', shown(fact, options), width)),
  ];
}

function escrow({ at, holder, place, check }: InventoryKey['receipts'][number]): string {
  return `in escrow: ${holder}, ${place} (${check} ${at.slice(0, 10)})`;
}
