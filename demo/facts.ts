// Reads demo/facts.yaml: the images of each pre-release and what the advisory feeds said, with the day from which they said it.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const Url = z.string().regex(/^https:\/\//);
const Cve = z.string().regex(/^CVE-\d{4}-\d{4,}$/);

/** `name version [source [version of the source]]`. */
const PackageLine = z.string().transform((line, context): DemoPackage => {
  const [name, version, source, sourceVersion, ...rest] = line.split(' ');
  if (name === undefined || version === undefined || rest.length > 0) {
    context.addIssue(`not a package: ${line}`);
    return z.NEVER;
  }
  return { name, version, source: source ?? name, sourceVersion: sourceVersion ?? version };
});

const Base = z.strictObject({
  system: z.enum(['alpine', 'debian']),
  version: z.string(),
  codename: z.string().optional(),
  created: Day,
  source: Url,
  packages: z.array(PackageLine),
});

const Build = z.strictObject({
  base: z.string(),
  created: Day,
  user: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  packages: z.array(PackageLine).default([]),
  npm: z.array(PackageLine).default([]),
});

const ImageUse = z.strictObject({ reference: z.string(), build: z.string() });

const Chart = z.strictObject({
  chart: z.string(),
  version: z.string(),
  namespace: z.string(),
  images: z.array(ImageUse),
});

const Release = z.strictObject({
  version: z.string(),
  date: Day,
  rpms: z.array(z.string()),
  /** Decisions that its scan is given, a file of this folder. */
  statements: z.string().optional(),
  index: z.array(ImageUse),
  manifests: z.record(z.string(), z.array(Chart)),
});

const AlpineFact = z.strictObject({
  package: z.string(),
  source: Url,
  fixes: z.array(
    z.strictObject({
      ids: z.array(Cve),
      /** By branch. */
      fixed: z.record(z.string().regex(/^v\d+\.\d+$/), z.string()),
      since: Day,
    }),
  ),
});

const DebianFact = z.strictObject({
  package: z.string(),
  id: Cve,
  urgency: z.enum(['low', 'unimportant']).optional(),
  source: Url,
  /** In order of time; the last one up to a day holds on that day. */
  states: z.array(
    z.strictObject({
      since: Day,
      fixed: z.string().optional(),
      nodsa: z.string().optional(),
      reason: z.enum(['ignored', 'postponed']).optional(),
    }),
  ),
});

const NpmFact = z.strictObject({
  id: z.string().regex(/^GHSA-/),
  cve: Cve,
  package: z.string(),
  severity: z.enum(['CRITICAL', 'HIGH', 'MODERATE', 'LOW']),
  cvss: z.string(),
  ranges: z.array(z.strictObject({ introduced: z.string(), fixed: z.string() })),
  since: Day,
  source: Url,
});

const Facts = z.strictObject({
  bases: z.record(z.string(), Base),
  builds: z.record(z.string(), Build),
  releases: z.array(Release),
  alpine: z.array(AlpineFact),
  debian: z.array(DebianFact),
  npm: z.array(NpmFact),
  cvss: z.record(Cve, z.string().regex(/^CVSS:3\.[01]\//)),
  published: z.record(Cve, Day),
  kev: z.strictObject({ source: Url, added: z.record(Cve, Day) }),
});

/** An installed package. */
export interface DemoPackage {
  readonly name: string;
  readonly version: string;
  /** Source package and its version (origin, in Alpine's word). */
  readonly source: string;
  readonly sourceVersion: string;
}

/** The whole of demo/facts.yaml. */
export type DemoFacts = z.infer<typeof Facts>;
/** The root file system that images share. */
export type DemoBase = z.infer<typeof Base>;
/** A pre-release. */
export type DemoRelease = z.infer<typeof Release>;

/** The demo's facts, checked for their shape. */
export function readFacts(): DemoFacts {
  return Facts.parse(parse(readFileSync(new URL('facts.yaml', import.meta.url), 'utf8')));
}
