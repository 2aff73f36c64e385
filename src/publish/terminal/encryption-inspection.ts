// An inspection of etcd's data as text for a terminal: the verdict, what each file holds, where plain text is, what to do, and what was not examined.
import type { FileInspection, Inspection } from '../../operate/encryption/inspect/inspection.ts';
import { gapPlace } from '../../platform/gap.ts';
import {
  countsText,
  fileFacts,
  inspectionTitle,
  placeText,
  plaintextOf,
  plaintextText,
  unopenedText,
} from '../encryption-inspection.ts';
import { count } from '../words.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Places of one file that are shown. */
const SHOWN = 5;

const INKS: Readonly<Record<Inspection['verdict'], Ink>> = {
  proof: 'strong',
  'not-proven': 'warning',
  'plaintext-found': 'critical',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionInspectionText(inspection: Inspection, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { verdict, files, gaps, next, notExamined } = inspection;
  const title = `${glyphsOf(options).mark} ${inspectionTitle(inspection)}`;
  const list = (heading: string, items: readonly string[]): readonly string[] =>
    items.length === 0
      ? []
      : [
          '',
          paint(heading, 'strong', options),
          ...items.flatMap((item) => indented('  ', shown(item, options), width)),
        ];
  const lines = [
    ...wrap(shown(title, options), width, '  ').map((line) => paint(line, INKS[verdict], options)),
    ...files.flatMap((file) => ['', ...fileLines(file, width, options)]),
    ...list(
      'Could not be read or judged',
      gaps.map((gap) => `${gapPlace(gap)}: ${gap.reason}`),
    ),
    ...list(
      'To do, in this order',
      next.map(({ command, reason }, index) => `${index + 1}. ${command}: ${reason}`),
    ),
    ...list(
      'Not examined',
      notExamined.map(({ what, why }) => `${what}: ${why}`),
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function fileLines(file: FileInspection, width: number, options: TerminalOptions): readonly string[] {
  const { path, kind, values, writers, places, opened } = file;
  const plaintext = plaintextOf(file);
  const isDatabase = kind === 'database' || kind === 'snapshot';
  const line = (text: string, ink: Ink = 'plain'): readonly string[] =>
    indented('  ', shown(text, options), width).map((one) => paint(one, ink, options));
  const inLog = writers.filter(({ wal }) => wal > 0).map(({ writer, wal }) => `${writer} ${count(wal)}`);
  return [
    ...wrap(shown(`${path}: ${fileFacts(file)}`, options), width, '  ').map((one) => paint(one, 'strong', options)),
    ...(isDatabase
      ? [
          ...line(`current values  ${countsText(values.current)}`),
          ...line(`earlier values  ${countsText(values.old)}`),
          ...line(`of deleted keys ${countsText(values.deleted)}`),
        ]
      : line(`written values  ${inLog.length === 0 ? 'none' : inLog.join(', ')}`)),
    ...line(`in plain text   ${plaintextText(file)}`, plaintext > 0 ? 'critical' : 'plain'),
    ...listed(places.map(placeText), plaintext, width, options),
    ...(opened === undefined ? [] : line(`opened          ${count(opened.right)} right, ${count(opened.wrong)} not`)),
    ...(opened === undefined ? [] : listed(opened.places.map(unopenedText), opened.wrong, width, options)),
  ];
}

function listed(items: readonly string[], all: number, width: number, options: TerminalOptions): readonly string[] {
  const more = all - Math.min(items.length, SHOWN);
  return [
    ...items.slice(0, SHOWN).flatMap((item) => indented('    ', shown(item, options), width)),
    ...(more > 0 ? [`    and ${count(more)} more`] : []),
  ];
}
