// Files of statements, YAML kept in version control: reads them strictly and writes them. Form: docs/guide/statements.md.
import { isMap, isSeq, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type CheckedYaml, checkedYaml } from '../platform/checked-yaml.ts';
import { ParseError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import type { Statement } from './statement.ts';
import { type StatementFields, statementFields } from './statement-fields.ts';

/** How a file of statements is read. */
export interface StatementFileOptions {
  /** Name for messages and origins. */
  readonly file: string;
  readonly maximumDays: number;
  /** Whether an issuer is trusted. */
  readonly trusts: (issuer: string) => boolean;
}

interface StatementFile {
  readonly issuer?: string | undefined;
  readonly statements: readonly StatementFields[];
}

/**
 * Reads a file of statements. One with an `issuer` is a vendor's, and applies when the issuer is trusted; any other is the site's own.
 * @throws ParseError with file, line and column; LimitError
 */
export function readStatements(text: string, options: StatementFileOptions): readonly Statement[] {
  const { file, maximumDays, trusts } = options;
  if (text.length > LIMITS.statementFileBytes)
    throw new ParseError(`${file}: more than ${LIMITS.statementFileBytes} bytes`);
  const checked: CheckedYaml<StatementFile> = checkedYaml(
    text,
    file,
    z.strictObject({
      issuer: z.string().trim().min(1).exactOptional(),
      statements: z.preprocess((value) => value ?? [], z.array(statementFields(maximumDays)).max(LIMITS.statements)),
    }),
  );
  const { issuer, statements } = checked.value;
  const seen = new Set<string>();
  return statements.map((fields, index) => {
    const { line, column } = checked.placeOf(['statements', index, 'id']);
    if (seen.has(fields.id)) throw new ParseError(`${file}:${line}:${column}: the id ${fields.id} is there twice`);
    seen.add(fields.id);
    return {
      ...fields,
      origin:
        issuer === undefined
          ? { kind: 'site', file, line, trusted: true }
          : { kind: 'vendor', file, line, issuer, trusted: trusts(issuer) },
    } satisfies Statement;
  });
}

/** Statements as a file; the origin is the file itself. Reading it gives the statements again. */
export function writeStatements(statements: readonly Statement[], issuer?: string): string {
  const rows = statements.map(rowOf);
  return stringify({ ...(issuer === undefined ? {} : { issuer }), statements: rows }, { lineWidth: 140 });
}

/** A statement in the order in which it is read by people. */
export function rowOf(statement: Statement): object {
  const { id, scope, status, justification, impact, action, exception, owner, author, approver } = statement;
  const { date, expires, renewals } = statement;
  const { vulnerability, images, packages, lines } = scope;
  return {
    id,
    scope: {
      vulnerability,
      ...(images === undefined ? {} : { images }),
      ...(packages === undefined ? {} : { packages }),
      ...(lines === undefined ? {} : { lines }),
    },
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(impact === undefined ? {} : { impact }),
    ...(action === undefined ? {} : { action }),
    ...(exception === undefined ? {} : { exception }),
    owner,
    author,
    ...(approver === undefined ? {} : { approver }),
    date,
    expires,
    ...(renewals === 0 ? {} : { renewals }),
  };
}

/**
 * The text of a file with one more statement at its end; comments and the order of what is there stay.
 * @param text '' for a new file
 * @throws ParseError when the text is no file of statements
 */
export function appendStatement(text: string, row: object, file: string): string {
  if (text.trim() === '') return stringify({ statements: [row] }, { lineWidth: 140 });
  const document = parseDocument(text);
  const list = document.get('statements');
  if (list === null) document.set('statements', document.createNode([row]));
  else if (isSeq(list)) list.add(document.createNode(row));
  else throw new ParseError(`${file}: there is no list of statements to add to`);
  return document.toString({ lineWidth: 140 });
}

/** Who renews a statement, and until when. */
export interface Renewal {
  readonly author: string;
  /** Without one the statement waits, whoever approved it before. */
  readonly approver?: string;
  /** ISO dates. */
  readonly date: string;
  readonly expires: string;
}

/**
 * The text of a file with one statement renewed: its people and days changed, its renewals counted. Everything else stays.
 * @throws ParseError when the file has no such statement
 */
export function renewStatement(text: string, id: string, renewal: Renewal, file: string): string {
  const document = parseDocument(text);
  const list = document.get('statements');
  const row = isSeq(list) ? list.items.find((item) => isMap(item) && item.get('id') === id) : undefined;
  if (!isMap(row)) throw new ParseError(`${file}: there is no statement ${id}`);
  const renewals = row.get('renewals');
  row.set('author', renewal.author);
  if (renewal.approver === undefined) row.delete('approver');
  else row.set('approver', renewal.approver);
  row.set('date', renewal.date);
  row.set('expires', renewal.expires);
  row.set('renewals', (typeof renewals === 'number' ? renewals : 0) + 1);
  return document.toString({ lineWidth: 140 });
}
