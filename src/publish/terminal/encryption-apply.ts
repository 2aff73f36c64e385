// What a step on a control plane did, or would do, as text for a terminal: the answer, the lists, the lines of the manifest, and every check.
import type { Application } from '../../operate/encryption/apply/apply.ts';
import type { UpgradeSource } from '../../operate/encryption/apply/upgrade-sources.ts';
import { listText } from '../../operate/encryption/plan/transformer-id.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** What is shown. */
export interface ShownApplication extends Application {
  readonly upgrade: readonly UpgradeSource[];
}

const SOURCES: Readonly<Record<UpgradeSource['state'], string>> = {
  agrees: 'has what the manifest has',
  differs: 'an upgrade would write another manifest; it needs',
  changed: 'was changed',
  absent: 'is not there',
  'not-known': 'cannot be read',
};

const ANSWERS: Readonly<Record<Application['outcome'], readonly [words: string, ink: Ink]>> = {
  'would-apply': ['would take this step; nothing was changed', 'strong'],
  refused: ['refused, nothing was changed', 'critical'],
  applied: ['took the step', 'strong'],
  'went-back': ['went back to what it had', 'critical'],
  stayed: ['is not as it should be, and was left so', 'critical'],
  interfered: ['stopped: somebody else changed its files', 'critical'],
};

const NEXT: Readonly<Record<Application['outcome'], string>> = {
  'would-apply': 'the same with --yes',
  refused: 'mend what it says, or plan again',
  applied: 'plan again: plimsoll encryption plan says the next step',
  'went-back': "find out why from the server's own log, then plan again",
  stayed: "look at the server's own log, and plan again: a configuration that reads everything is its answer",
  interfered: 'find out who writes these files, then plan again',
};

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function encryptionApplyText(result: ShownApplication, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { node, outcome, reason, from, to, checks, manifest, configuration, resumed, kept, remark, upgrade } = result;
  const [words, ink] = ANSWERS[outcome];
  const line = (first: string, text: string): readonly string[] => indented(first, shown(text, options), width);
  const lines = [
    ...wrap(shown(`${glyphsOf(options).mark} ${node} ${words}`, options), width, '  ').map((text) =>
      paint(text, ink, options),
    ),
    ...line('  ', reason),
    ...(resumed ? line('  ', 'a run that was ended before its time was taken up') : []),
    ...line(
      `  ${shown(configuration, options)}: `,
      `${from === undefined ? 'not readable' : listText(from)} -> ${listText(to)}`,
    ),
    ...(remark === undefined ? [] : line('  not carried over: ', remark)),
    ...(kept === undefined ? [] : line('  kept, it has keys that are needed: ', kept)),
    ...manifest.map((text) => shown(`    ${text}`, options)),
    ...checks.flatMap(({ check, when, outcome: found, reason: why }) =>
      line(`  ${when} ${check} ${found}: `, why).map((text) =>
        paint(text, found === 'passed' ? 'faint' : 'warning', options),
      ),
    ),
    ...upgrade.flatMap((source) => sourceLines(source, width, options)),
    ...line('next: ', NEXT[outcome]),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function sourceLines(
  { name, state, lines, reason }: UpgradeSource,
  width: number,
  options: TerminalOptions,
): readonly string[] {
  const words = `${SOURCES[state]}${reason === undefined ? '' : ` (${reason})`}`;
  return [
    ...indented(`  ${shown(name, options)}: `, shown(words, options), width),
    ...lines.map((text) => shown(`    ${text}`, options)),
  ];
}
