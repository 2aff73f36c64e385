// The state of encryption as text for a terminal: the answer, a row a control plane, a row a writer of values, and what is wrong.
import type { Fault } from '../../operate/encryption/plan/faults.ts';
import { idText, listText } from '../../operate/encryption/plan/transformer-id.ts';
import type { EncryptionStatus, ServerRow } from '../../operate/encryption/status/status.ts';
import { failureTexts } from '../encryption-status.ts';
import { count } from '../words.ts';
import { alignedRows } from './columns.ts';
import { glyphsOf, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionStatusText(status: EncryptionStatus, resource: string, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { settled, reason, servers, data, faults, goal } = status;
  const to = goal === undefined ? '' : `, goal ${idText(goal)}`;
  const head = `${glyphsOf(options).mark} ${resource}${to}: ${settled === 'yes' ? 'settled' : 'not settled'}: ${reason}`;
  const table = (rows: readonly (readonly string[])[]): readonly string[] => {
    const [titles = '', ...lines] = alignedRows(
      rows.map((row) => row.map((cell) => shown(cell, options))),
      width,
      glyphsOf(options).cut,
    );
    return [paint(titles, 'faint', options), ...lines];
  };
  const stored = data.map(({ transformer, current, past }) => [idText(transformer), count(current), count(past)]);
  const lines = [
    ...wrap(shown(head, options), width, '  ').map((line) =>
      paint(line, settled === 'yes' ? 'strong' : 'critical', options),
    ),
    '',
    ...table([['control plane', 'file says', 'process loaded', 'started', 'ready'], ...servers.map(serverRow)]),
    ...(stored.length === 0 ? [] : ['', ...table([['values of', 'current', 'old'], ...stored])]),
    ...faultLines(faults, width, options),
    ...servers
      .flatMap(failureTexts)
      .flatMap((text, index) => [
        ...(index === 0 && faults.length === 0 ? [''] : []),
        ...indented('note: ', shown(text, options), width).map((line) => paint(line, 'warning', options)),
      ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What is wrong, errors first; nothing when nothing is. */
export function faultLines(faults: readonly Fault[], width: number, options: TerminalOptions): readonly string[] {
  return faults.flatMap(({ id, weight, reason }, index) => [
    ...(index === 0 ? [''] : []),
    ...indented(weight === 'error' ? 'fault: ' : 'note: ', shown(`${reason} (${id})`, options), width).map((line) =>
      paint(line, weight === 'error' ? 'critical' : 'warning', options),
    ),
  ]);
}

function serverRow({ name, file, running }: ServerRow): readonly string[] {
  const says = file.state === 'read' ? listText(file.transformers) : file.state;
  if (running.state !== 'loaded') return [name, says, running.state === 'down' ? 'down' : 'not known', '', ''];
  const same = file.state === 'read' && listText(running.transformers) === says;
  const ready = running.ready === undefined ? 'not asked' : running.ready ? 'yes' : 'no';
  const loaded = same ? 'the same' : listText(running.transformers);
  return [name, says, loaded, running.startedAt.slice(0, 19).replace('T', ' '), ready];
}
