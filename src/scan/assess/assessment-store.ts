// The table of assessments: kept whole under their id, listed by release for the burn-down. Append-only: an id's content never changes.
// Their rows are parts that assessments share (assessment-parts.ts).
import { isDigest } from '../../platform/canonical.ts';
import { PlimsollError } from '../../platform/errors.ts';
import type { Migration, Row, Store } from '../../platform/store.ts';
import type { SeverityLevel } from '../advisory/advisory.ts';
import { ASSESSMENT_SCHEMA_VERSION, type Assessment } from './assessment.ts';
import { type AssessmentHead, joinParts, keepParts } from './assessment-parts.ts';
import { BOOK_TABLE } from './book-store.ts';
import { PART_TABLE, packText, partKeeper, partLoader, unpackText } from './part-store.ts';

/** Tables of this area. */
export const ASSESSMENT_MIGRATIONS: readonly Migration[] = [
  {
    area: 'assess',
    version: 1,
    sql: `
      CREATE TABLE assessment (
        id TEXT PRIMARY KEY, release_name TEXT NOT NULL, release_version TEXT NOT NULL,
        as_of TEXT NOT NULL, advisory_set TEXT NOT NULL, advisories_built_at TEXT NOT NULL,
        saved_at TEXT NOT NULL, figures TEXT NOT NULL,
        schema_version INTEGER NOT NULL, document BLOB NOT NULL
      ) STRICT;
      CREATE INDEX assessment_by_release ON assessment (release_name, as_of, saved_at);
    `,
  },
  {
    area: 'assess',
    version: 2,
    sql: `ALTER TABLE assessment ADD COLUMN form INTEGER NOT NULL DEFAULT 1; ${PART_TABLE}; ${BOOK_TABLE}`,
  },
];

/** What a document holds: 1 the whole assessment, as the first version kept it; 2 the head of one in parts. */
const FORM = { whole: 1, parts: 2 } as const;

/** Gross cells of one basis. */
export interface ListedCounts extends Readonly<Record<SeverityLevel, number>> {
  readonly total: number;
  readonly fixable: number;
}

/** Figures that a listing shows without reading the assessment. Counts of gross instances unless they say otherwise. */
export interface ListedFigures extends Readonly<Record<SeverityLevel, number>> {
  readonly total: number;
  readonly fixable: number;
  /** Different vulnerabilities. */
  readonly distinct: number;
  readonly images: number;
  readonly unreadImages: number;
  readonly imagesWithCriticalOrHigh: number;
  readonly gaps: number;
  /** Whether the totals may be quoted. */
  readonly headline: boolean;
  /** The same on the other bases; absent on assessments that an earlier version of the program kept. */
  readonly bases?: { readonly distinct: ListedCounts; readonly images: ListedCounts };
}

/** A line of the listing. */
export interface ListedAssessment {
  readonly id: string;
  readonly release: { readonly name: string; readonly version: string };
  readonly asOf: string;
  readonly advisorySet: { readonly id: string; readonly builtAt?: string };
  /** When it was first kept, ISO 8601. */
  readonly savedAt: string;
  readonly figures: ListedFigures;
}

/** Keeps an assessment. One that is there already stays as it is. */
export async function saveAssessment(
  store: Store,
  assessment: Assessment,
  figures: ListedFigures,
  savedAt: Date,
): Promise<void> {
  const { id, release, asOf, advisorySet } = assessment;
  if ((await store.get('SELECT 1 FROM assessment WHERE id = ?', id)) !== undefined) return;
  await store.transact(async () => {
    const head = await keepParts(assessment, partKeeper(store));
    await store.run(
      `INSERT INTO assessment (id, release_name, release_version, as_of, advisory_set, advisories_built_at, saved_at, figures, schema_version, document, form)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      id,
      release.name,
      release.version,
      asOf,
      advisorySet.id,
      advisorySet.builtAt ?? '',
      savedAt.toISOString(),
      JSON.stringify(figures),
      ASSESSMENT_SCHEMA_VERSION,
      packText(JSON.stringify(head)),
      FORM.parts,
    );
  });
}

/** Shortest abbreviation of an id, in hexadecimal digits. */
const SHORTEST_PREFIX = 6;

/** Whether the text can be an assessment's id or the start of one, with or without `sha256:`. */
export function isAssessmentId(text: string): boolean {
  const digits = text.replace(/^sha256:/, '');
  return new RegExp(`^[0-9a-f]{${SHORTEST_PREFIX},64}$`).test(digits);
}

/**
 * Reads an assessment by its id or the start of it; undefined when there is none.
 * @throws PlimsollError `usage` when several begin like that; `store` when the kept bytes are damaged.
 */
export async function readAssessment(store: Store, idOrPrefix: string): Promise<Assessment | undefined> {
  if (!isAssessmentId(idOrPrefix)) return undefined;
  const prefix = idOrPrefix.startsWith('sha256:') ? idOrPrefix : `sha256:${idOrPrefix}`;
  // Behind every hexadecimal digit comes g.
  const rows = await store.all('SELECT id FROM assessment WHERE id >= ? AND id < ? LIMIT 2', prefix, `${prefix}g`);
  if (rows.length > 1) {
    throw new PlimsollError('usage', `several assessments begin with ${idOrPrefix}: give more of the id`);
  }
  const id = rows[0]?.['id'];
  if (typeof id !== 'string') return undefined;
  const row = await store.get('SELECT schema_version, form, document FROM assessment WHERE id = ?', id);
  if (row?.['schema_version'] !== ASSESSMENT_SCHEMA_VERSION) {
    throw new PlimsollError('store', `assessment ${id} was kept by another version of the program; scan again`);
  }
  return unpack(store, id, row);
}

/** The kept assessments, of one release name when one is given: by release name, date of judgement, then time of keeping. */
export async function listAssessments(store: Store, releaseName?: string): Promise<readonly ListedAssessment[]> {
  const columns = 'id, release_name, release_version, as_of, advisory_set, advisories_built_at, saved_at, figures';
  const order = 'ORDER BY release_name, as_of, saved_at, id';
  const rows =
    releaseName === undefined
      ? await store.all(`SELECT ${columns} FROM assessment ${order}`)
      : await store.all(`SELECT ${columns} FROM assessment WHERE release_name = ? ${order}`, releaseName);
  return rows.map(listed);
}

function listed(row: Row): ListedAssessment {
  const builtAt = String(row['advisories_built_at']);
  return {
    id: String(row['id']),
    release: { name: String(row['release_name']), version: String(row['release_version']) },
    asOf: String(row['as_of']),
    advisorySet: { id: String(row['advisory_set']), ...(builtAt === '' ? {} : { builtAt }) },
    savedAt: String(row['saved_at']),
    figures: figuresOf(row),
  };
}

function figuresOf({ id, figures }: Row): ListedFigures {
  try {
    return JSON.parse(String(figures));
  } catch (error) {
    throw new PlimsollError('store', `the store's figures of assessment ${id} are damaged; scan or reassess again`, {
      cause: error,
    });
  }
}

async function unpack(store: Store, id: string, { form, document }: Row): Promise<Assessment> {
  try {
    const kept: unknown = JSON.parse(unpackText(document));
    const assessment =
      form === FORM.whole ? (kept as Assessment) : await joinParts(kept as AssessmentHead, partLoader(store));
    if (!isDigest(assessment.id) || assessment.id !== id) throw new TypeError('another assessment');
    return assessment;
  } catch (error) {
    throw new PlimsollError('store', `the store's copy of assessment ${id} is damaged; scan or reassess again`, {
      cause: error,
    });
  }
}
