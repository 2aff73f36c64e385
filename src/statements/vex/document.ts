// What the three VEX forms share: who issues a document and when, and statements as they are read from one.
import { createHash } from 'node:crypto';
import { canonicalJson, digestOf } from '../../platform/canonical.ts';
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareHiding } from '../judge.ts';
import type { Justification, Statement, VexStatus } from '../statement.ts';
import type { VexEntry } from './entries.ts';
import type { Note } from './note.ts';
import { targetOf } from './product.ts';

/** Who issues a document, of what, and when. */
export interface VexIssue {
  readonly issuer: string;
  /** A URI of the issuer's; CSAF demands one. */
  readonly namespace: string;
  /** What the document is about, in words: `csm 1.2.0`. */
  readonly title: string;
  /** ISO date that stands for the time of the document: equal content, equal bytes. */
  readonly date: string;
  readonly tool: { readonly name: string; readonly version: string };
}

/** How a document is read. */
export interface VexReadOptions {
  /** Name for messages and origins. */
  readonly file: string;
  readonly trusts: (issuer: string) => boolean;
}

/** A decision as a document says it, for some of its products. */
export interface ReadDecision {
  /** Of its names the one that nameOf gives. */
  readonly vulnerability: string;
  readonly status: VexStatus;
  readonly justification?: Justification;
  readonly impact?: string;
  readonly action?: string;
  readonly note: Note;
  /** ISO 8601 instant; the latest word on a product holds. */
  readonly at: string;
  /** Ids of products; each with the ids of packages in it, none meaning the product as a whole. */
  readonly products: readonly { readonly id: string; readonly packages: readonly string[] }[];
}

/** Applies until somebody says otherwise: other issuers' documents have no expiry. */
const ENDLESS = '9999-12-31';

/** Digits that stand for the content of a document, so that equal decisions have equal ids. */
export function documentDigits(entries: readonly VexEntry[], issue: VexIssue): string {
  return digestOf(canonicalJson([issue, entries])).slice('sha256:'.length);
}

/** A UUID that follows from the text (RFC 9562, version 8: the bits are ours to choose; these are of its SHA-256). */
export function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** An instant as ISO 8601 in UTC: timestamps come with offsets, and are compared. What cannot be read is older than everything. */
export function instant(text: string): string {
  const time = Date.parse(text);
  const written = Number.isNaN(time) ? '' : new Date(time).toISOString();
  // Years beyond 9999 have a sign, and are neither ordered like others nor days.
  return /^\d{4}-/.test(written) ? written : '1970-01-01T00:00:00.000Z';
}

/** JSON of a document. @throws ParseError */
export function parseDocument(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ParseError(`${file}: no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Statements of the decisions of one document: one for each product with its packages, the latest word on each; of one instant what hides least. */
export function statementsOf(
  decisions: readonly ReadDecision[],
  issuer: string | undefined,
  { file, trusts }: VexReadOptions,
): readonly Statement[] {
  const latest = new Map<string, { readonly at: string; readonly statement: Statement }>();
  for (const decision of decisions) {
    for (const scope of scopesOf(decision)) {
      const key = canonicalJson(scope);
      const known = latest.get(key);
      if (known !== undefined && known.at > decision.at) continue;
      const statement = statementOf(decision, scope, issuer, file, issuer !== undefined && trusts(issuer));
      if (known !== undefined && known.at === decision.at && compareHiding(known.statement, statement) < 0) continue;
      latest.set(key, { at: decision.at, statement });
    }
  }
  return [...latest.values()].map(({ statement }) => statement);
}

/** Of several names a CVE is what most findings are reported under; else the first, and undefined when there is none. */
export function nameOf(names: readonly string[]): string | undefined {
  return names.find((id) => id.startsWith('CVE-')) ?? names[0];
}

/** Counts what a document's decisions name; given their lengths, it refuses a document that names too much. */
export function productBound(file: string): (more: number) => void {
  let products = 0;
  return (more) => {
    products += more;
    if (products > LIMITS.vexProducts) {
      throw new LimitError(`${file}: decisions on more than ${LIMITS.vexProducts} products and packages`);
    }
  };
}

function scopesOf({ vulnerability, products }: ReadDecision): readonly Statement['scope'][] {
  // A star would be all vulnerabilities here, which only exceptions of the site may say.
  const name = vulnerability.replaceAll('*', '%2A');
  return products.map(({ id, packages }) => {
    const product = targetOf(id);
    const within = packages.flatMap((one) => {
      const target = targetOf(one);
      return 'package' in target ? [target.package] : [];
    });
    // Of a package that could not be understood nothing is said, rather than of the whole image.
    if (packages.length > within.length && within.length === 0) {
      return { vulnerability: name, images: [`product:${id.replace(/\s/g, '%20')}`] };
    }
    const images = 'image' in product ? [product.image] : undefined;
    const purls = 'package' in product ? [product.package] : within;
    return {
      vulnerability: name,
      ...(images === undefined ? {} : { images }),
      ...(purls.length === 0 ? {} : { packages: [...new Set(purls)].sort() }),
    };
  });
}

function statementOf(
  { status, justification, impact, action, note, at }: ReadDecision,
  scope: Statement['scope'],
  issuer: string | undefined,
  file: string,
  trusted: boolean,
): Statement {
  const exception = status === 'affected' ? note.exception : undefined;
  const who = issuer ?? 'unknown';
  return {
    id: `${scope.vulnerability.replace(/[^A-Za-z0-9._-]/g, '-')}-${digestOf(canonicalJson([issuer ?? '', scope])).slice(7, 15)}`,
    scope,
    status,
    ...(status === 'not_affected' && justification !== undefined ? { justification } : {}),
    ...(status === 'not_affected' && impact !== undefined ? { impact } : {}),
    ...(status === 'affected' && action !== undefined ? { action } : {}),
    ...(exception === undefined ? {} : { exception }),
    owner: who,
    author: who,
    date: at.slice(0, 10),
    expires: note.expires ?? ENDLESS,
    renewals: 0,
    origin: { kind: 'imported', file, ...(issuer === undefined ? {} : { issuer }), trusted },
  };
}
