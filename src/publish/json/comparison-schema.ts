// The JSON form of a comparison as the reader accepts it: the fields that the program uses, checked; unknown ones are passed over.
// schema/comparison-1.json describes the same form for others, and forbids more.
import { z } from 'zod';
import { BASES, type Change, type ChangeEvidence, LABELS, type Tallies } from '../../explain/compare/change.ts';
import { FACTORS } from '../../explain/compare/factors.ts';
import type { DeclaredChange } from '../../explain/narrative/declared.ts';
import type { BasisFigures } from '../../explain/statistics.ts';
import { isDigest } from '../../platform/canonical.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import { COMPARISON_SCHEMA_VERSION, type ComparisonDocument, type ComparisonSide } from './comparison.ts';
import { feed } from './schema.ts';

/** A field for every member of the record, optional ones too: what the program adds to a record, its reader must know. */
type FieldsOf<T> = Readonly<Record<keyof T, z.ZodType>>;

const digest = z.string().refine(isDigest, 'is not a SHA-256 digest');
const integer = z.number().int();
const count = integer.nonnegative();
const texts = z.array(z.string());

/** A field for every severity. */
function eachLevel<Field extends z.ZodType>(field: Field) {
  return { critical: field, high: field, medium: field, low: field, negligible: field, unknown: field };
}

const tally = z.object({ total: integer, ...eachLevel(integer), fixable: integer });
const tallies = z.object({ instances: tally, distinct: tally, images: tally } satisfies FieldsOf<Tallies>);
const figure = z.object({ count, percent: z.number(), fixable: count, fullyFixable: count });
const figures = z.object({
  total: count,
  ...eachLevel(figure),
  fixable: count,
  fullyFixable: count,
} satisfies FieldsOf<BasisFigures>);

const side = z.object({
  id: digest,
  release: z.object({ name: z.string(), version: z.string(), target: z.string() }),
  asOf: z.string(),
  advisorySet: z.object({
    id: digest,
    builtAt: z.string().exactOptional(),
    starter: z.boolean(),
    feeds: z.array(feed),
  } satisfies FieldsOf<ComparisonSide['advisorySet']>),
  figures: z.object({ instances: figures, distinct: figures, images: figures }),
} satisfies FieldsOf<ComparisonSide>);

const image = z.object({ logical: z.string(), digest: digest.exactOptional() });
const cause = z.enum([...FACTORS, 'method']);
const label = z.enum(LABELS);

const state = z.object({
  severity: z.enum([...SEVERITY_LEVELS, 'any']),
  fixState: z.enum(['fixed', 'not-fixed', 'will-not-fix', 'deferred', 'subscription', 'unknown']),
  fixable: z.boolean(),
  fullyFixable: z.boolean(),
  statement: z.string().exactOptional(),
} satisfies FieldsOf<NonNullable<Change['to']>>);

const evidencePackage = z.object({
  purl: z.string(),
  version: z.string(),
  fixedIn: z.string().exactOptional(),
  severity: z.enum(SEVERITY_LEVELS),
  severitySource: z.string(),
  rawSeverity: z.string(),
  advisories: texts,
} satisfies FieldsOf<NonNullable<ChangeEvidence['packages']>['to'][number]>);

const evidence = z.object({
  kind: z.enum(['evaluated', 'inferred']),
  packages: z.object({ from: z.array(evidencePackage), to: z.array(evidencePackage) }).exactOptional(),
  digests: z.object({ from: digest.exactOptional(), to: digest.exactOptional() }).exactOptional(),
  charts: z.object({ from: texts, to: texts }).exactOptional(),
  feeds: z
    .array(z.object({ feed: z.string(), from: z.string().exactOptional(), to: z.string().exactOptional() }))
    .exactOptional(),
  notSeparable: z.literal(true).exactOptional(),
  instances: z.object({ concerned: count, ofThisCause: count }).exactOptional(),
} satisfies FieldsOf<ChangeEvidence>);

const change = z.object({
  basis: z.enum(BASES),
  cell: z.string(),
  slot: z.string().exactOptional(),
  vulnerability: z.string().exactOptional(),
  from: state.exactOptional(),
  to: state.exactOptional(),
  cause,
  label,
  also: z.array(z.enum(FACTORS)),
  evidence,
} satisfies FieldsOf<Change>);

const declared = z.object({
  charts: z.object({
    from: count,
    to: count,
    changed: z.array(
      z.object({
        release: z.string(),
        chart: z.string(),
        from: z.string().exactOptional(),
        to: z.string().exactOptional(),
      }),
    ),
  }),
  images: z.object({
    added: count,
    removed: count,
    renamed: count,
    retagged: count,
    unchangedReferences: count,
    rebuilt: count,
  }),
} satisfies FieldsOf<DeclaredChange>);

/** The document. */
export const comparisonSchema = z.object({
  schemaVersion: z.literal(COMPARISON_SCHEMA_VERSION),
  tool: z.object({ name: z.string(), version: z.string() }),
  from: side,
  to: side,
  difference: tallies,
  causes: z.array(z.object({ cause, label, difference: tallies })),
  method: z.object({ from: tallies, to: tallies }),
  narrative: texts,
  declared,
  slots: z.array(
    z.object({
      slot: z.string(),
      from: image.exactOptional(),
      to: image.exactOptional(),
      renamed: z.literal(true).exactOptional(),
    }),
  ),
  suspectedRenames: z.array(z.object({ from: z.string(), to: z.string() })),
  changes: z.array(change),
} satisfies FieldsOf<ComparisonDocument>);
