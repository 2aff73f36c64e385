// What `publish` wrote and what `publish verify` found, as text for a terminal.
import type { Bundle } from '../bundle/contents.ts';
import type { Verification } from '../bundle/verify.ts';
import { paint, shown, type TerminalOptions } from './terminal.ts';

/** The files of a bundle, and the id by which a later one can take its place. */
export function publishedTable(
  { id, files }: Bundle,
  directory: string,
  signed: boolean,
  options: TerminalOptions,
): string {
  const width = Math.max(...files.map(({ path }) => path.length));
  return [
    paint(
      shown(`${directory}: ${files.length} files, ${signed ? 'signed' : 'not signed'}`, options),
      'strong',
      options,
    ),
    `bundle ${id}`,
    '',
    ...files.map(({ path, about }) => `${path.padEnd(width)}  ${shown(about, options)}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Every check with its verdict, and the verdict of the whole. */
export function verificationTable({ bundle, verdict, checks }: Verification, options: TerminalOptions): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.map(
    ({ check, subject, verdict: one, reason }) =>
      `${check.padEnd(width)}  ${one.padEnd('not-applicable'.length)}  ${shown(`${subject}: ${reason}`, options)}`,
  );
  const whole = `${bundle === undefined ? 'no bundle' : `bundle ${bundle}`}: ${verdict}`;
  return [paint(whole, 'strong', options), '', ...lines].map((line) => `${line}\n`).join('');
}
