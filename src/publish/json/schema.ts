// The JSON form of an assessment as the reader accepts it: the fields that the program uses, checked; unknown ones are passed over.
// schema/assessment-1.json describes the same form for others, and forbids more.
import { z } from 'zod';
import { isDigest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { type FeedFacts, SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import {
  ASSESSMENT_SCHEMA_VERSION,
  type AssessedImage,
  type Assessment,
  type Finding,
  type InventoryIdentity,
} from '../../scan/assess/assessment.ts';
import { NEED_KINDS, type ProgramNeed } from '../../scan/image/program-need.ts';
import type { ConfigSecret } from '../../scan/image/secrets/config-secrets.ts';
import { type RecognizedSecret, SECRET_KINDS } from '../../scan/image/secrets/secret.ts';
import type { ImageEntry, ImageTraits, TraitFile, TraitFiles } from '../../scan/inventory/image-traits.ts';
import type { Package } from '../../scan/inventory/package.ts';
import { PACKAGE_TYPES } from '../../scan/inventory/package-types.ts';
import type { FoundSecret, ImageSecrets } from '../../scan/inventory/secrets/image-secrets.ts';
import { type ContainerNeed, NEED_PLACES } from '../../scan/release/manifests/container-needs.ts';
import type { ChartRelease, ReleaseContainer } from '../../scan/release/release.ts';
import { EXCEPTION_REASONS, JUSTIFICATIONS, type Statement, VEX_STATUSES } from '../../statements/statement.ts';
import { VERSION_SCHEMES } from '../../versions/scheme.ts';

/** A field for every member of the record, optional ones too: what the program adds to a record, its reader must know. */
type FieldsOf<T> = Readonly<Record<keyof T, z.ZodType>>;

const digest = z.string().refine(isDigest, 'is not a SHA-256 digest');
const count = z.number().int().nonnegative();
const texts = z.array(z.string());

const gap = z.object({
  kind: z.enum([
    'end-of-life',
    'no-feed',
    'partial-feed',
    'starter-set',
    'set-older-than-image',
    'image-unreadable',
    'file-unparsed',
    'not-scanned',
    'limit-reached',
    'undecidable',
  ]),
  target: z.string(),
  location: z.string().exactOptional(),
  reason: z.string(),
} satisfies FieldsOf<Gap>);

/** What an advisory set says of a feed. */
export const feed = z.object({
  id: z.string(),
  upstreamUpdatedAt: z.string().exactOptional(),
  content: digest.exactOptional(),
  licence: z.string(),
  records: count,
  skipped: count,
  namespaces: texts,
  partial: z.boolean().exactOptional(),
  partialNamespaces: texts.exactOptional(),
} satisfies FieldsOf<FeedFacts>);

const image = z.object({
  slot: z.string(),
  logical: z.string(),
  physical: z.string(),
  digest: digest.exactOptional(),
  index: digest.exactOptional(),
  platform: z.string(),
  origin: z.enum(['own', 'third-party']),
  charts: texts,
  os: z
    .object({
      id: z.string(),
      version: z.string().exactOptional(),
      endOfLife: z.string().exactOptional(),
    } satisfies FieldsOf<NonNullable<AssessedImage['os']>>)
    .exactOptional(),
  packages: count,
  gaps: z.array(gap),
} satisfies FieldsOf<AssessedImage>);

const traitFiles = z
  .object({
    count,
    first: z.array(
      z.object({ path: z.string(), layer: count, mode: count, uid: count, gid: count } satisfies FieldsOf<TraitFile>),
    ),
  } satisfies FieldsOf<TraitFiles>)
  .exactOptional();

const traits = z.object({
  user: z.string().exactOptional(),
  entry: z
    .object({
      program: z.string(),
      shellForm: z.boolean(),
      need: z.object({ kind: z.enum(NEED_KINDS), program: z.string() } satisfies FieldsOf<ProgramNeed>).exactOptional(),
    } satisfies FieldsOf<ImageEntry>)
    .exactOptional(),
  ports: texts,
  layerBytes: z.array(count),
  files: z.object({
    setuid: traitFiles,
    setgid: traitFiles,
    capabilities: traitFiles,
    'world-writable': traitFiles,
    shell: traitFiles,
    'package-manager': traitFiles,
    tool: traitFiles,
  } satisfies FieldsOf<ImageTraits['files']>),
} satisfies FieldsOf<ImageTraits>);

const secret = {
  kind: z.enum(SECRET_KINDS),
  fingerprint: z.string().exactOptional(),
  locked: z.literal(true).exactOptional(),
  wellKnown: z.literal(true).exactOptional(),
} satisfies FieldsOf<RecognizedSecret>;

const secrets = z.object({
  files: z.array(
    z.object({
      ...secret,
      path: z.string(),
      layer: count,
      removed: z.literal(true).exactOptional(),
      publishedBy: z.string().exactOptional(),
    } satisfies FieldsOf<FoundSecret>),
  ),
  config: z.array(
    z.object({
      ...secret,
      place: z.enum(['environment', 'label', 'history']),
      name: z.string(),
    } satisfies FieldsOf<ConfigSecret>),
  ),
  unread: texts,
} satisfies FieldsOf<ImageSecrets>);

const inventory = z.object({
  digest,
  cataloguers: texts,
  platform: z.string(),
  created: z.string().exactOptional(),
  os: z
    .object({
      id: z.string(),
      version: z.string().exactOptional(),
    } satisfies FieldsOf<NonNullable<InventoryIdentity['os']>>)
    .exactOptional(),
  layers: z.array(digest).exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  traits: traits.exactOptional(),
  secrets: secrets.exactOptional(),
  gaps: z.array(gap),
} satisfies FieldsOf<InventoryIdentity>);

const installed = z.object({
  purl: z.string(),
  type: z.enum(PACKAGE_TYPES),
  name: z.string(),
  version: z.string(),
  scheme: z.enum(VERSION_SCHEMES),
  source: z
    .object({ name: z.string(), version: z.string() } satisfies FieldsOf<NonNullable<Package['source']>>)
    .exactOptional(),
  module: z.string().exactOptional(),
  namespace: z.string().exactOptional(),
  layer: digest,
  location: z.string(),
  ownedBy: z.string().exactOptional(),
  image: digest,
} satisfies FieldsOf<Package & { image: unknown; layer: unknown }>);

const finding = z.object({
  slot: z.string(),
  vulnerability: z.string(),
  aliases: texts,
  severity: z.enum(SEVERITY_LEVELS),
  severitySource: z.string(),
  rawSeverity: z.string(),
  cvss: z
    .object({
      score: z.number().min(0).max(10),
      vector: z.string().exactOptional(),
      source: z.string().exactOptional(),
    } satisfies FieldsOf<NonNullable<Finding['cvss']>>)
    .exactOptional(),
  package: z.string(),
  purl: z.string(),
  version: z.string(),
  fixedIn: z.string().exactOptional(),
  fixState: z.enum(['fixed', 'not-fixed', 'will-not-fix', 'deferred', 'subscription', 'unknown']),
  image: digest,
  layer: digest,
  location: z.string(),
  kev: z.boolean(),
  epss: z.number().min(0).max(1).exactOptional(),
  ssvc: z
    .object({
      exploitation: z.enum(['none', 'poc', 'active']),
      automatable: z.enum(['yes', 'no']),
      technicalImpact: z.enum(['partial', 'total']),
    } satisfies FieldsOf<NonNullable<Finding['ssvc']>>)
    .exactOptional(),
  advisories: texts,
  fixes: z.record(z.string(), z.string()).exactOptional(),
  statement: z.string().exactOptional(),
} satisfies FieldsOf<Finding>);

const chart = z.object({
  manifest: z.string(),
  chart: z.string(),
  version: z.string(),
  release: z.string(),
  namespace: z.string(),
} satisfies FieldsOf<ChartRelease>);

const verdict = z.object({
  check: z.string(),
  subject: z.string(),
  verdict: z.enum(['pass', 'fail', 'warn', 'not-applicable', 'no-evidence', 'unsupported', 'attested']),
  evidence: texts,
  reason: z.string(),
  remediation: z.string().exactOptional(),
  waiver: z.string().exactOptional(),
} satisfies FieldsOf<Verdict>);

const statement = z.object({
  id: z.string(),
  scope: z.object({
    vulnerability: z.string(),
    images: texts.exactOptional(),
    packages: texts.exactOptional(),
    lines: texts.exactOptional(),
  } satisfies FieldsOf<Statement['scope']>),
  status: z.enum(VEX_STATUSES),
  justification: z.enum(JUSTIFICATIONS).exactOptional(),
  impact: z.string().exactOptional(),
  action: z.string().exactOptional(),
  exception: z
    .object({
      reason: z.enum(EXCEPTION_REASONS),
      detail: z.string().exactOptional(),
    } satisfies FieldsOf<NonNullable<Statement['exception']>>)
    .exactOptional(),
  owner: z.string(),
  author: z.string(),
  approver: z.string().exactOptional(),
  date: z.iso.date(),
  expires: z.iso.date(),
  renewals: count,
  origin: z.object({
    kind: z.enum(['site', 'vendor', 'imported']),
    file: z.string(),
    line: count.exactOptional(),
    issuer: z.string().exactOptional(),
    trusted: z.boolean(),
  } satisfies FieldsOf<Statement['origin']>),
} satisfies FieldsOf<Statement>);

const container = z.object({
  chart: z.string(),
  workload: z.string(),
  container: z.string(),
  image: z.string(),
  init: z.literal(true).exactOptional(),
  imageEntry: z.literal(true).exactOptional(),
  needs: z.array(
    z.object({
      place: z.enum(NEED_PLACES),
      kind: z.enum(NEED_KINDS),
      program: z.string(),
    } satisfies FieldsOf<ContainerNeed>),
  ),
} satisfies FieldsOf<ReleaseContainer>);

/** A whole document. */
export const assessmentDocument = z.object({
  schemaVersion: z.literal(ASSESSMENT_SCHEMA_VERSION),
  id: digest,
  tool: z.object({ name: z.string(), version: z.string() }),
  release: z.object({
    name: z.string(),
    version: z.string(),
    target: z.string(),
  } satisfies FieldsOf<Assessment['release']>),
  advisorySet: z.object({
    id: digest,
    builtAt: z.string().exactOptional(),
    starter: z.boolean(),
    feeds: z.array(feed),
  } satisfies FieldsOf<Assessment['advisorySet']>),
  severityPolicy: z.string(),
  asOf: z.iso.date(),
  statements: digest,
  givenStatements: z.array(statement).exactOptional(),
  images: z.array(image),
  charts: z.array(chart),
  containers: z.array(container).exactOptional(),
  lint: z.array(verdict),
  inventories: z.array(inventory),
  packages: z.array(installed),
  findings: z.array(finding),
  gaps: z.array(gap),
} satisfies FieldsOf<Assessment & { schemaVersion: unknown; tool: unknown }>);
