// Statements, what is wrong with them, and the watch list, as text for a terminal.
import type { WatchedItem, WatchedScore } from '../../respond/watch/watched.ts';
import type { StatementProblem } from '../../statements/check.ts';
import type { StatementState } from '../../statements/judge.ts';
import { type Statement, statementText } from '../../statements/statement.ts';
import { plural } from '../words.ts';
import { type Ink, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** A statement with what is known of it. */
export type ListedStatement = Statement & {
  readonly state: StatementState;
  /** Findings that it applies to; absent when there is no assessment. */
  readonly findings?: number;
};

/** Problems a line each, with what was looked at. */
export function checkText(
  statements: number,
  problems: readonly StatementProblem[],
  asOf: string,
  options: TerminalOptions,
): string {
  const errors = problems.filter(({ weight }) => weight === 'error').length;
  const head = `${plural(statements, 'statement')} on ${asOf}: ${plural(errors, 'error')}, ${plural(problems.length - errors, 'remark')}`;
  return text([
    paint(head, errors > 0 ? 'warning' : 'strong', options),
    ...problems.flatMap(({ file, line, statement, problem, weight, reason }) => {
      const place = `${file}${line === undefined ? '' : `:${line}`}`;
      const whole = shown(`${place}: ${statement}: ${problem}: ${reason}`, options);
      return wrap(whole, options.columns, '  ').map((one) =>
        paint(one, weight === 'error' ? 'plain' : 'faint', options),
      );
    }),
  ]);
}

/** Statements, a paragraph each. */
export function listText(statements: readonly ListedStatement[], options: TerminalOptions): string {
  return text([
    paint(plural(statements.length, 'statement'), 'strong', options),
    ...statements.flatMap((statement) => statementLines(statement, options)),
  ]);
}

function statementLines(statement: ListedStatement, options: TerminalOptions): readonly string[] {
  const { id, scope, state, expires, owner, findings, renewals } = statement;
  const { images = ['all images'], packages = ['all packages'], lines = [] } = scope;
  const facts = [
    `${state.replace('-', ' ')} until ${expires}`,
    ...(renewals === 0 ? [] : [`renewed ${plural(renewals, 'time')}`]),
    ...(findings === undefined ? [] : [plural(findings, 'finding')]),
    owner,
    images.join(' '),
    packages.join(' '),
    ...(lines.length === 0 ? [] : [`lines ${lines.join(' ')}`]),
  ];
  return [
    ...wrap(shown(`${id}: ${scope.vulnerability} ${statementText(statement)}`, options), options.columns, '  '),
    ...indented(facts.join('; '), state === 'in-force' ? 'faint' : 'warning', options),
  ];
}

/** The watch list, a paragraph an item. */
export function watchText(items: readonly WatchedItem[], options: TerminalOptions): string {
  return text(items.flatMap((item) => watchLines(item, options)));
}

function watchLines(item: WatchedItem, options: TerminalOptions): readonly string[] {
  const { vulnerability, title, state, statement, owner, date, ticket, scores, images, kev } = item;
  const said = scores.map(scoreText).join(', ');
  const facts = [
    said === '' ? 'no scores' : said,
    ...(kev ? ['known exploited'] : []),
    ...(images === undefined
      ? []
      : [images.length === 0 ? 'in no image' : `in ${plural(images.length, 'image')}: ${images.join(', ')}`]),
    `${owner}, ${date}`,
    ...(ticket === undefined ? [] : [ticket]),
  ];
  const head = shown(`${state.replace('-', ' ')}: ${vulnerability} ${title}`, options);
  return [
    ...wrap(head, options.columns, '  ').map((line) => paint(line, 'strong', options)),
    ...indented(statement, 'plain', options),
    ...indented(facts.join('; '), 'faint', options),
  ];
}

/** A paragraph below a line that says what it is about. */
function indented(whole: string, ink: Ink, options: TerminalOptions): readonly string[] {
  const lines = wrap(shown(whole, options), options.columns - 2, '');
  return lines.map((line) => `  ${paint(line, ink, options)}`);
}

function scoreText({ source, score, level }: WatchedScore): string {
  return [source, ...(score === undefined ? [] : [score.toFixed(1)]), ...(level === undefined ? [] : [level])].join(
    ' ',
  );
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
