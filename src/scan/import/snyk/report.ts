// The fields of the JSON of `snyk container test` that are used, as a schema. Source: docs.snyk.io, "Snyk CLI for container security"; CSM adds
// `docker.image` (github.com/Cray-HPE/csm, hack/snyk-scan.sh).
import { z } from 'zod';

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const anything = z.array(z.unknown()).nullish();

/** A row of `vulnerabilities`: one path of dependencies to one vulnerable package. */
export const vulnerability = z.object({
  id: z.string().min(1),
  type: text,
  name: z.string(),
  version: z.string(),
  packageName: text,
  packageManager: text,
  severity: text,
  cvssScore: z.number().nullish().catch(null),
  CVSSv3: text.catch(null),
  identifiers: z.record(z.string(), texts).nullish(),
  isUpgradable: z.boolean().nullish(),
  nearestFixedInVersion: text,
  fixedIn: texts,
  epssDetails: z.object({ probability: z.union([z.string(), z.number()]).nullish() }).nullish(),
  creationTime: text,
  modificationTime: text,
  publicationTime: text,
});

const project = z.object({
  vulnerabilities: z.array(z.unknown()),
  packageManager: text,
  displayTargetFile: text,
  targetFile: text,
  dependencyCount: z.number().nullish(),
  filtered: z.object({ ignore: anything, patch: anything }).nullish(),
});

/** The results of an image: its distribution's packages, and `applications` in it. */
export const report = project.extend({
  path: text,
  projectName: text,
  platform: text,
  docker: z.object({ image: z.object({ logicalRef: text, physicalRef: text }).nullish() }).nullish(),
  applications: z.array(project).nullish(),
});

/** What is printed instead of results when a test failed. */
export const failure = z.object({ ok: z.literal(false), error: z.string() });

export type SnykVulnerability = z.infer<typeof vulnerability>;
export type SnykProject = z.infer<typeof project>;
export type SnykReport = z.infer<typeof report>;
