// The fields of Trivy's JSON report that are used, as a schema. Source: trivy.dev/docs, "Reporting"; reports that the program wrote (trivy.test.ts).
import { z } from 'zod';

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const anything = z.array(z.unknown()).nullish();
const layer = z.object({ Digest: text, DiffID: text }).nullish();
const identifier = z.object({ PURL: text }).nullish();
/** A row of `Packages`. */
export const installed = z.object({
  ID: text,
  Name: z.string(),
  Version: text,
  Release: text,
  Epoch: z.number().nullish(),
  Arch: text,
  SrcName: text,
  SrcVersion: text,
  SrcRelease: text,
  SrcEpoch: z.number().nullish(),
  Modularitylabel: text,
  Identifier: identifier,
  FilePath: text,
  Layer: layer,
});
/** The scores of one source. */
const scores = z.object({
  V2Vector: text,
  V2Score: z.number().nullish(),
  V3Vector: text,
  V3Score: z.number().nullish(),
  V40Vector: text,
  V40Score: z.number().nullish(),
});
/** A row of `Vulnerabilities`. */
export const vulnerability = z.object({
  VulnerabilityID: z.string().min(1),
  VendorIDs: texts,
  PkgID: text,
  PkgName: z.string(),
  PkgPath: text,
  PkgIdentifier: identifier,
  InstalledVersion: z.string(),
  FixedVersion: text,
  Status: text,
  Severity: text,
  SeveritySource: text,
  CVSS: z.record(z.string(), scores).nullish().catch(null),
  Layer: layer,
});
/** What one package database, lock file or kind of package holds. */
export const result = z.object({
  Target: text,
  Class: text,
  Type: text,
  Packages: anything,
  Vulnerabilities: anything,
  ExperimentalModifiedFindings: anything,
});
/** A report. */
export const report = z.object({
  SchemaVersion: z.literal(2),
  CreatedAt: text,
  ArtifactName: z.string(),
  ArtifactType: text,
  Trivy: z.object({ Version: text }).nullish(),
  Metadata: z
    .object({
      OS: z.object({ Family: text, Name: text }).nullish(),
      ImageID: text,
      RepoTags: texts,
      RepoDigests: texts,
      ImageConfig: z.object({ architecture: text, os: text, variant: text, created: text }).nullish(),
    })
    .nullish(),
  Results: anything,
});

export type Installed = z.infer<typeof installed>;
export type Vulnerability = z.infer<typeof vulnerability>;
export type Result = z.infer<typeof result>;
export type Report = z.infer<typeof report>;
