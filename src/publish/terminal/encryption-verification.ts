// The proof over a cluster as text for a terminal: the verdict, a row a member and backup, what remains, what was done, and what to do next.
import type { VerifyResult } from '../../operate/encryption/verify/result.ts';
import {
  actionText,
  holdingText,
  PLACE_WORDS,
  PLACES,
  remainderText,
  verificationTitle,
  writerFigures,
} from '../encryption-verification.ts';
import { count } from '../words.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

const INKS: Readonly<Record<VerifyResult['verdict'], Ink>> = {
  proof: 'strong',
  'not-proven': 'warning',
  'plaintext-found': 'critical',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionVerificationText(result: VerifyResult, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { verdict, results, remains, action, next, notExamined } = result;
  const title = `${glyphsOf(options).mark} ${verificationTitle(result)}`;
  const table = (rows: readonly (readonly string[])[]): readonly string[] => {
    if (rows.length < 2) return [];
    const safe = rows.map((row) => row.map((cell) => shown(cell, options)));
    const [titles = '', ...lines] = alignedRows(safe, width, glyphsOf(options).cut);
    return ['', paint(titles, 'faint', options), ...lines];
  };
  const list = (heading: string, items: readonly string[]): readonly string[] =>
    items.length === 0
      ? []
      : [
          '',
          paint(heading, 'strong', options),
          ...items.flatMap((item) => indented('  ', shown(item, options), width)),
        ];
  const unseen = results.filter((row) => row.verdict === 'no-evidence');
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((line) => paint(line, INKS[verdict], options)),
    ...table([['member', '', 'plain text in its database', 'in its log', 'revision'], ...memberRows(result)]),
    ...table([['backup', 'plain text'], ...backupRows(result)]),
    ...table([['values by', ...PLACES.map((place) => PLACE_WORDS[place])], ...figureRows(result)]),
    ...list('Remains in plain text', remains.map(remainderText)),
    ...list(
      'Could not be judged',
      unseen.map(({ subject, check, reason }) => `${subject} (${check}): ${reason}`),
    ),
    ...(action === undefined
      ? []
      : list(
          actionText(action),
          action.commands.map(({ command, reason }) => `${command}: ${reason}`),
        )),
    ...(action === undefined || action.commands.length > 0
      ? []
      : ['', ...wrap(shown(actionText(action), options), width, '  ')]),
    ...(action === undefined
      ? list(
          'To do, in this order',
          next.map(({ command, reason }, index) => `${index + 1}. ${command}: ${reason}`),
        )
      : []),
    ...list(
      'Not examined',
      notExamined.map(({ what, why }) => `${what}: ${why}`),
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function memberRows({ members }: VerifyResult): readonly (readonly string[])[] {
  return members.map(({ name, isLeader, isHealthy, database, log, revision }) => [
    name,
    isHealthy === false ? 'not healthy' : isLeader === true ? 'leader' : '',
    holdingText(database),
    holdingText(log),
    revision === undefined ? String(database?.lastRevision ?? '') : String(revision),
  ]);
}

function backupRows({ backups }: VerifyResult): readonly (readonly string[])[] {
  return backups.map(({ name, holding, problem }) => [name, problem ?? holdingText(holding)]);
}

function figureRows(result: VerifyResult): readonly (readonly string[])[] {
  return writerFigures(result).map(({ writer, counts }) => [
    writer,
    ...PLACES.map((place) => {
      const values = counts[place];
      return values === undefined ? '' : count(values);
    }),
  ]);
}
