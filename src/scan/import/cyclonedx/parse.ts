// Reads the `vulnerabilities` of a CycloneDX document (ECMA-424, "Vulnerability"): which components they affect, their ratings, and the decisions
// in `analysis`. The format has no field for a fixed version; Trivy writes it into `recommendation`.
import { z } from 'zod';
import { ParseError } from '../../../platform/errors.ts';
import type { Package } from '../../inventory/package.ts';
import { readCycloneDx } from '../../release/sbom/cyclonedx.ts';
import { problemGaps } from '../../release/sbom/inventory.ts';
import { distinctPackages, packagesOf } from '../../release/sbom/packages.ts';
import { parseJson } from '../../release/sbom/read-sbom.ts';
import { platformOf } from '../../release/sbom/subject.ts';
import { identifyImage } from '../identity.ts';
import type { ImportedFinding, ParsedReport, ReportFile, ScannerRun } from '../imported.ts';
import { badRows, checked, checkedRows, fixAbove, optional, reportedPackage, versionsAbove } from '../rows.ts';
import { chosenScore, type GivenScore, scoreFrom } from '../score.ts';
import { statementOf } from './analysis.ts';

const text = z.string().nullish();
const anything = z.array(z.unknown()).nullish();
const tool = z.object({ vendor: text, name: text, version: text });
const report = z.object({
  serialNumber: text,
  metadata: z
    .object({
      timestamp: text,
      tools: z.union([z.array(tool), z.object({ components: z.array(tool).nullish() })]).nullish(),
      component: z.object({ properties: z.array(z.object({ name: text, value: text })).nullish() }).nullish(),
    })
    .nullish()
    // Who wrote the document is good to know; that this is told in another form is no reason to refuse it.
    .catch(null),
  vulnerabilities: anything,
});
const vulnerability = z.object({
  id: z.string().min(1),
  source: z.object({ name: text }).nullish(),
  references: z.array(z.object({ id: text })).nullish(),
  ratings: z
    .array(
      z.object({
        source: z.object({ name: text }).nullish(),
        severity: text,
        score: z.number().nullish().catch(null),
        method: text.catch(null),
        vector: text.catch(null),
      }),
    )
    .nullish(),
  recommendation: text,
  analysis: z.object({ state: text, justification: text }).nullish(),
  affects: z
    .array(
      z.object({
        ref: z.string(),
        versions: z.array(z.object({ version: text, range: text, status: text })).nullish(),
      }),
    )
    .nullish(),
});

type Vulnerability = z.infer<typeof vulnerability>;
type Affected = NonNullable<Vulnerability['affects']>[number];
type Metadata = z.infer<typeof report>['metadata'];

/**
 * Reads a document.
 * @throws ParseError when it is none, or lists no vulnerabilities; LimitError
 */
export function parseCycloneDx(bytes: Uint8Array, file: ReportFile): ParsedReport {
  const value = parseJson(bytes);
  const document = readCycloneDx(value);
  const { serialNumber, metadata, vulnerabilities } = checked(report, value, 'CycloneDX');
  if (vulnerabilities == null) {
    throw new ParseError('CycloneDX: the document has no `vulnerabilities`; sbom:FILE assesses its components');
  }
  const configuration = metadata?.component?.properties?.find(
    ({ name }) => name === 'aquasecurity:trivy:ImageID',
  )?.value;
  const identity = identifyImage('cyclonedx', document.subject, optional('configuration', configuration), file);
  const { os, found, problems } = packagesOf(document, { layer: identity.digest, path: file.path });
  const packages = distinctPackages(found.map((one) => one.package));
  const byRef = new Map(found.map((one) => [one.component.ref ?? '', one.package]));
  const named = new Map(document.components.map((one) => [one.ref ?? '', one]));
  const { rows, bad } = checkedRows(vulnerability, vulnerabilities);
  const serial = serialNumber?.replace(/^urn:uuid:/, '');
  let strangers = 0;
  const findings: ImportedFinding[] = [];
  for (const row of rows) {
    for (const affected of row.affects ?? []) {
      const ref = localRef(affected.ref, serial);
      const component = named.get(ref);
      if (isUnaffected(affected)) continue;
      if (component === undefined) strangers += 1;
      else findings.push(findingOf(row, affected, component, byRef.get(ref)));
    }
  }
  return {
    images: [
      {
        ...identity,
        platform: platformOf(document.subject, packages),
        ...(os === undefined ? {} : { os }),
        packages,
        listsAllPackages: true,
        findings,
        run: runOf(metadata),
        gaps: [
          ...identity.gaps,
          ...problemGaps(problems, identity.logical),
          ...badRows(identity.logical, 'vulnerabilities', bad),
          ...strangerGaps(identity.logical, strangers + rows.filter(({ affects }) => !affects?.length).length),
        ],
      },
    ],
    gaps: [],
  };
}

/** A reference to the document itself in the form of a BOM-Link, `urn:cdx:SERIAL/VERSION#REF`, is the reference behind `#`. */
function localRef(ref: string, serial: string | undefined): string {
  const [, linked, inner] = /^urn:cdx:([^/]+)\/\d+#(.*)$/s.exec(ref) ?? [];
  if (inner === undefined || linked !== serial) return ref;
  try {
    return decodeURIComponent(inner);
  } catch {
    return inner;
  }
}

function isUnaffected({ versions }: Affected): boolean {
  return versions != null && versions.length > 0 && versions.every(({ status }) => status === 'unaffected');
}

function findingOf(
  row: Vulnerability,
  { versions }: Affected,
  component: { readonly name: string; readonly version?: string; readonly purl?: string },
  found: Package | undefined,
): ImportedFinding {
  const installed = found?.version ?? component.version ?? '';
  const rating = ratingOf(row);
  const scheme = found?.scheme;
  const unaffected = (versions ?? []).flatMap(({ version, status }) =>
    status === 'unaffected' ? (version ?? []) : [],
  );
  const fixes = [
    ...recommended(row.recommendation ?? '', component.name),
    ...versionsAbove(installed, unaffected, scheme),
  ];
  const fixedIn = fixAbove(installed, fixes, scheme);
  return {
    id: row.id,
    aliases: [...new Set((row.references ?? []).flatMap(({ id }) => (id && id !== row.id ? [id] : [])))],
    severity: rating?.severity || 'unknown',
    ...optional('severitySource', rating === undefined ? undefined : rating.source?.name || row.source?.name),
    ...optional('cvss', chosenScore(scoresOf(row), rating?.source?.name || row.source?.name)),
    package: reportedPackage(found, component.name, installed, component.purl),
    fixState: fixedIn === undefined ? 'unknown' : 'fixed',
    ...optional('fixedIn', fixedIn),
    ...(found === undefined ? {} : { layer: found.location.layer, path: found.location.path }),
    ...optional('statement', statementOf(row.analysis)),
  };
}

/** The rating of the source that reports the vulnerability, else NVD's, else the first: a document may hold those of other vendors, too. */
function ratingOf({ ratings, source }: Vulnerability): NonNullable<Vulnerability['ratings']>[number] | undefined {
  const rated = (ratings ?? []).filter(({ severity }) => severity);
  const of = (name: string | null | undefined) =>
    rated.find((one) => one.source?.name && one.source.name.toLowerCase() === name?.toLowerCase());
  return of(source?.name) ?? of('nvd') ?? rated[0];
}

/** Ratings by CVSS; a method that is not named counts as CVSS when there is a vector of it. */
function scoresOf({ ratings }: Vulnerability): readonly GivenScore[] {
  return (ratings ?? [])
    .filter(({ method, vector }) => method?.startsWith('CVSS') ?? scoreFrom({ vector }) !== undefined)
    .map(({ source, score, vector }) => ({ source: source?.name, score, vector }));
}

/** Versions in Trivy's words, `Upgrade NAME to version A, B; Upgrade …`. */
function recommended(recommendation: string, name: string): readonly string[] {
  const start = `Upgrade ${name} to version `;
  const line = recommendation.split('; ').find((one) => one.startsWith(start));
  return line === undefined
    ? []
    : line
        .slice(start.length)
        .split(',')
        .map((one) => one.trim());
}

function strangerGaps(target: string, count: number): ParsedReport['gaps'] {
  if (count === 0) return [];
  const reason = `${count} vulnerabilities name no component of the document, and are not counted`;
  return [{ kind: 'undecidable', target, location: 'vulnerabilities', reason }];
}

function runOf(metadata: Metadata): ScannerRun {
  const tools = metadata?.tools;
  const [first] = (Array.isArray(tools) ? tools : tools?.components) ?? [];
  const version = [first?.name, first?.version].filter(Boolean).join(' ');
  return { ...optional('version', version), ...optional('ranAt', metadata?.timestamp) };
}
