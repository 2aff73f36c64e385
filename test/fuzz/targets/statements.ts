// What people write beside a release and keep in version control: statements, VEX documents of others, watch lists, release lines, a group's ledger and
// programme, series of figures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importSeries } from '../../../src/explain/history-import.ts';
import { flagged } from '../../../src/explain/history-report.ts';
import { canonicalJson } from '../../../src/platform/canonical.ts';
import { lineOf, parseLines } from '../../../src/respond/lines/lines.ts';
import { lineStatuses } from '../../../src/respond/lines/status.ts';
import { parseNotes } from '../../../src/respond/patch-set/notes.ts';
import { ledgerLine, ledgerState, nextId, readLedger } from '../../../src/respond/review/ledger.ts';
import { readProgramme } from '../../../src/respond/review/programme.ts';
import { isDay } from '../../../src/statements/day.ts';
import { isAbout, judgeOf } from '../../../src/statements/judge.ts';
import { readStatementPaths } from '../../../src/statements/read.ts';
import { releaseNotesTable } from '../../../src/statements/release-notes.ts';
import type { Statement } from '../../../src/statements/statement.ts';
import { readNote, withNote } from '../../../src/statements/vex/note.ts';
import { readVex } from '../../../src/statements/vex/read.ts';
import { readWatchList } from '../../../src/statements/watch-list.ts';
import {
  appendStatement,
  readStatements,
  renewStatement,
  rowOf,
  writeStatements,
} from '../../../src/statements/yaml.ts';
import { expect, expectRead } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

const FILE = { file: 'a.yaml', maximumDays: 180, trusts: (issuer: string) => issuer === 'Vendor' };
const VEX_WORDS = [
  'CVE-2022-37434',
  'not_affected',
  'affected',
  'component_not_present',
  'pkg:oci/alpine@sha256%3A00?repository_url=docker.io/library/alpine&tag=3.15',
  'pkg:apk/alpine/zlib@1.2.12-r0',
  '*',
  '+275760-09-13T00:00:00Z',
  '2022-13-45',
  'a\nException (no-upstream-fix): b\nApplies until 2022-06-01.',
  'Applies until 2022-02-31.',
];
const STATEMENT_WORDS = [
  ...YAML_WORDS,
  'vulnerability: ',
  'status: affected\n',
  'not_affected',
  'exception: ',
  'reason: next-release',
  'expires: ',
  '2022-06-01',
  'renewals: 3',
  'issuer: Vendor\n',
  'pkg:apk/alpine/*',
];
const FINDING = { vulnerability: 'CVE-2022-37434', aliases: ['GHSA-a'], purl: 'pkg:apk/alpine/zlib@1.2.12-r0' };
const IMAGE = { logical: 'docker.io/library/alpine:3.15', digest: `sha256:${'0'.repeat(64)}` } as const;

/** Statements and what belongs to them; what a group keeps. */
export const STATEMENT_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'statements',
    form: 'text',
    words: STATEMENT_WORDS,
    run: (input) => {
      const text = input.toString();
      const statements = readStatements(text, FILE);
      checkStatements(statements);
      const [first] = statements;
      const written = writeStatements(statements, first?.origin.issuer);
      const again = expectRead(() => readStatements(written, FILE), 'a file of statements');
      expect(contentOf(again) === contentOf(statements), 'statements changed by writing');
      if (first !== undefined) checkChanges(text, statements, first);
      return [statements, used(statements)];
    },
  },
  {
    id: 'statement-folder',
    form: 'text',
    codes: ['input-unreadable'],
    words: STATEMENT_WORDS,
    run: (input, folder) => {
      mkdirSync(join(folder, 'a/b'), { recursive: true });
      writeFileSync(join(folder, 'a/b/c.yaml'), input);
      writeFileSync(join(folder, 'a/watch.yaml'), 'not read');
      writeFileSync(join(folder, 'other.yaml'), SOUND_STATEMENTS);
      const statements = readStatementPaths([folder], { maximumDays: 180, trusted: ['Vendor'] });
      expect(new Set(statements.map(({ id }) => id)).size === statements.length, 'two statements of one id');
      return statements;
    },
  },
  ...['openvex', 'csaf', 'cyclonedx'].map(
    (form): FuzzTarget => ({
      id: `vex-${form}`,
      form: 'json',
      words: VEX_WORDS,
      run: (input) => {
        const statements = readVex(input.toString(), { file: 'a.json', trusts: FILE.trusts });
        expect(new Set(statements.map(({ id }) => id)).size === statements.length, 'two statements of one id');
        checkStatements(statements);
        for (const statement of statements.slice(0, 50)) checkNote(statement);
        return [statements, used(statements)];
      },
    }),
  ),
  {
    id: 'watch-list',
    form: 'text',
    words: [...YAML_WORDS, 'watch:', 'vulnerability: ', 'state: ', 'responding', 'scores:', 'source: '],
    run: (input) => readWatchList(input.toString(), 'watch.yaml'),
  },
  {
    id: 'lines',
    form: 'text',
    words: [...YAML_WORDS, 'lines:', 'name: "1.2"', 'state: ', 'supported', 'start: 2022-01-01', 'end: 2023-01-01'],
    run: (input) => {
      const lines = parseLines(input.toString(), 'lines.yaml');
      for (const { name, release } of lines) {
        expect(lineOf(lines, { name: release ?? 'a', version: name }) !== undefined, `no line has ${name}`);
      }
      return lineStatuses(lines, [], '2022-04-06');
    },
  },
  {
    id: 'patch-notes',
    form: 'text',
    words: [...YAML_WORDS, 'id: a', 'restarts:', 'category: ', 'subject: ', 'steps:'],
    run: (input) => parseNotes(input.toString(), 'notes.yaml'),
  },
  {
    id: 'programme',
    form: 'text',
    words: [...YAML_WORDS, 'initiatives:', 'state: ', 'in-progress', 'owner: ', 'target: '],
    run: (input) => readProgramme(input.toString(), 'programme.yaml'),
  },
  {
    id: 'review-ledger',
    form: 'text',
    words: [
      '"kind":"done"',
      '"kind":"action"',
      '"id":"A1"',
      'D99999999999999999999',
      '2022-02-31',
      '\\ud800',
      '{',
      '}',
    ],
    run: (input) => {
      const entries = readLedger(input.toString(), 'review.jsonl');
      const written = entries.map(ledgerLine).join('');
      const again = expectRead(() => readLedger(written, 'review.jsonl'), 'a ledger');
      expect(canonicalJson(again) === canonicalJson(entries), 'a ledger changed by writing');
      for (const letter of ['D', 'A'] as const) {
        const id = nextId(entries, letter);
        expect(/^[DA]\d+$/.test(id) && entries.every((entry) => entry.id !== id), `${id} is not free`);
      }
      const { open, closed } = ledgerState(entries, '9999-12-31', undefined);
      const actions = entries.filter(({ kind }) => kind === 'action').length;
      expect(open.length + closed.length === actions, 'an action item is lost');
      return entries;
    },
  },
  {
    id: 'history-import',
    form: 'text',
    words: [
      'date',
      'critical',
      'high_pct',
      'total',
      'images',
      'note',
      ',',
      '"',
      '""',
      '\r\n',
      '\ufeff',
      '2022-04-06',
      '-1',
    ],
    run: (input) => flagged(importSeries(input.toString(), 'a.csv')),
  },
];

const SOUND_STATEMENTS = `statements:
  - id: sound
    scope: { vulnerability: CVE-2022-0001 }
    status: under_investigation
    owner: a
    author: b
    date: 2022-04-06
    expires: 2022-05-06
`;

function checkStatements(statements: readonly Statement[]): void {
  for (const { date, expires } of statements) {
    expect(isDay(date) && isDay(expires), `${date} to ${expires} are no days`);
  }
}

/** Everything but the place in the file. */
function contentOf(statements: readonly Statement[]): string {
  return canonicalJson(statements.map(rowOf));
}

/** One statement more, and one renewed, change nothing of the others. */
function checkChanges(text: string, statements: readonly Statement[], first: Statement): void {
  const id = statements.some((one) => one.id === 'added') ? undefined : 'added';
  if (id !== undefined) {
    const longer = appendStatement(text, { ...rowOf(first), id }, FILE.file);
    const read = expectRead(() => readStatements(longer, FILE), 'a file with one statement more');
    expect(contentOf(read.slice(0, -1)) === contentOf(statements), 'another statement changed');
    expect(contentOf(read.slice(-1)) === contentOf([{ ...first, id }]), 'the added statement is another');
  }
  if (first.renewals >= 1000) return;
  const { date, expires } = first;
  const renewed = renewStatement(text, first.id, { author: 'Somebody else', date, expires }, FILE.file);
  const [head, ...rest] = expectRead(() => readStatements(renewed, FILE), 'a file with a statement renewed');
  expect(head?.renewals === first.renewals + 1 && head.approver === undefined, 'the statement is not renewed');
  expect(contentOf(rest) === contentOf(statements.slice(1)), 'another statement changed');
}

/** What goes into a VEX document's free text comes back. */
function checkNote(statement: Statement): void {
  const text = statement.impact ?? statement.action;
  const note = readNote(withNote(text, statement));
  expect(
    note.text === text && note.expires === statement.expires && same(note.exception, statement.exception),
    `a note changed by writing: ${JSON.stringify([text, statement.exception])}`,
  );
}

function same(a: object | undefined, b: object | undefined): boolean {
  return (a === undefined) === (b === undefined) && (a === undefined || canonicalJson(a) === canonicalJson(b));
}

/** What callers do with statements. */
function used(statements: readonly Statement[]): unknown {
  const judge = judgeOf(statements, { releaseVersion: '1.2.0', asOf: '2022-04-07' });
  const found = judge(FINDING, IMAGE);
  const about = statements.filter((statement) => isAbout(statement, FINDING, IMAGE)).length;
  expect(found === undefined || about > 0, 'a statement applies that is about something else');
  releaseNotesTable(statements, { releaseVersion: '1.2.0', asOf: '2022-04-07' });
  return found?.status;
}
