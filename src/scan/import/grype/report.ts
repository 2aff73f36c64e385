// The fields of Grype's JSON report that are used, as a schema. Source: github.com/anchore/grype, README "Output formats", and its JSON schemas of
// the database formats 5 (`db.built`) and 6 (`db.status.built`).
import { z } from 'zod';

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const anything = z.array(z.unknown()).nullish();
const number = z.union([z.number(), z.string().transform(Number)]);
const epss = z.array(z.object({ cve: text, epss: number })).nullish();

const cvss = z
  .array(z.object({ source: text, vector: text, metrics: z.object({ baseScore: z.number().nullish() }).nullish() }))
  .nullish()
  .catch(null);

/** A row of `matches`. */
export const match = z.object({
  vulnerability: z.object({
    id: z.string().min(1),
    namespace: text,
    severity: text,
    fix: z.object({ versions: texts, state: text }).nullish(),
    epss,
    cvss,
    knownExploited: anything,
  }),
  relatedVulnerabilities: z.array(z.object({ id: z.string(), epss, cvss })).nullish(),
  artifact: z.object({
    name: z.string(),
    version: z.string(),
    purl: text,
    locations: z.array(z.object({ path: text, layerID: text })).nullish(),
    upstreams: z.array(z.object({ name: z.string(), version: text })).nullish(),
  }),
});

const database = z.object({
  built: text,
  schemaVersion: z.union([z.string(), z.number()]).nullish(),
  checksum: text,
});

/** A report. */
export const report = z.object({
  matches: z.array(z.unknown()),
  ignoredMatches: anything,
  source: z.object({ type: text, target: z.unknown() }).nullish(),
  distro: z.object({ name: text, version: text }).nullish(),
  descriptor: z.object({
    name: z.literal('grype'),
    version: text,
    timestamp: text,
    db: database.extend({ status: database.nullish() }).nullish(),
  }),
});

/** What `source.target` is for an image. */
export const imageTarget = z.object({
  userInput: text,
  imageID: text,
  manifestDigest: text,
  tags: texts,
  repoDigests: texts,
  architecture: text,
  os: text,
});

export type Match = z.infer<typeof match>;
export type Report = z.infer<typeof report>;
