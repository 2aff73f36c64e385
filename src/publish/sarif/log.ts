// An assessment as a SARIF log: a rule a vulnerability, a result an instance cell (slot and vulnerability), so that results counted are the
// figures of the basis `instances`; gaps as notifications. OASIS SARIF 2.1.0 (sections named at their place).
import { type InstanceCell, instanceCells } from '../../explain/cells.ts';
import { digestOf } from '../../platform/canonical.ts';
import { gapPlace } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Assessment, Finding } from '../../scan/assess/assessment.ts';
import { releaseTitle } from '../document-facts.ts';
import { TOOL } from '../tool.ts';
import { GAP_WORDS } from '../words.ts';
import { LEVEL_OF, ruleOf } from './rule.ts';
import { messageText } from './text.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** The log, with one run. */
export function sarifLog(assessment: Assessment): object {
  const { id, release, asOf, advisorySet, severityPolicy, findings, gaps } = assessment;
  const images = new Map(assessment.images.map((image) => [image.slot, image]));
  const rows = Map.groupBy(findings, ({ slot, vulnerability }) => keyOf(slot, vulnerability));
  const cells = instanceCells(findings);
  const rules = [...Map.groupBy(cells, ({ vulnerability }) => vulnerability)].sort(([a], [b]) => compareText(a, b));
  const ruleIndexes = new Map(rules.map(([vulnerability], index) => [vulnerability, index]));
  const gapKinds = [...new Set(gaps.map(({ kind }) => kind))].sort();
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: TOOL.name,
            version: TOOL.version,
            semanticVersion: TOOL.version,
            rules: rules.map(([vulnerability, ofRule]) => ruleOf(vulnerability, ofRule, rows)),
            notifications: gapKinds.map((kind) => ({
              id: kind,
              shortDescription: { text: GAP_WORDS[kind].title },
              fullDescription: { text: GAP_WORDS[kind].meaning },
            })),
          },
        },
        // Section 3.17.3: what comes before the last slash names the series of runs, what follows this run.
        automationDetails: { id: `${TOOL.name}/${encodeURIComponent(release.name)}/${id}` },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: gaps.map((gap) => ({
              level: 'warning',
              descriptor: { id: gap.kind, index: gapKinds.indexOf(gap.kind) },
              message: { text: messageText(`${gapPlace(gap)}: ${gap.reason}`) },
            })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: cells.map((cell) => {
          const { slot, vulnerability } = cell;
          const ruleIndex = ruleIndexes.get(vulnerability) ?? -1;
          return resultOf(cell, ruleIndex, images.get(slot), rows.get(keyOf(slot, vulnerability)) ?? []);
        }),
        properties: {
          release: releaseTitle(assessment),
          assessment: id,
          asOf,
          advisorySet: advisorySet.id,
          severityPolicy,
        },
      },
    ],
  };
}

function resultOf(cell: InstanceCell, ruleIndex: number, image: AssessedImage | undefined, rows: readonly Finding[]) {
  const { slot, vulnerability, severity, severitySource, fixState, fixable, fullyFixable, notAffected, statement } =
    cell;
  const reference = image?.logical ?? slot;
  const packages = distinctPackages(rows);
  return {
    ruleId: vulnerability,
    ruleIndex,
    level: LEVEL_OF[severity],
    message: {
      text: messageText(`${vulnerability} (${severity}) in ${reference}: ${packages.map(packageWords).join('; ')}`),
    },
    locations: [...new Set(rows.map(({ location }) => location))].sort().map((path) => ({
      physicalLocation: {
        artifactLocation: { uri: artifactUri(reference, path) },
        // The file as a whole is meant; dashboards refuse a location without a line.
        region: { startLine: 1 },
      },
      logicalLocations: [{ fullyQualifiedName: slot, name: reference, kind: 'module' }],
    })),
    // Section 3.27.17: stable from run to run, and over rebuilds and new tags of the image.
    partialFingerprints: { 'instance/v1': digestOf(keyOf(slot, vulnerability)).slice('sha256:'.length) },
    ...(notAffected
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: statement ?? 'not_affected' }] }
      : {}),
    properties: {
      slot,
      image: reference,
      ...(image?.digest === undefined ? {} : { digest: image.digest }),
      severity,
      severitySource,
      fixState,
      fixable,
      fullyFixable,
      ...(statement === undefined ? {} : { statement }),
      packages,
    },
  };
}

interface PackageFacts {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly fixedIn?: string;
}

function distinctPackages(rows: readonly Finding[]): readonly PackageFacts[] {
  const packages = new Map<string, PackageFacts>();
  for (const { purl, package: name, version, fixedIn } of rows) {
    packages.set(purl, { purl, name, version, ...(fixedIn === undefined ? {} : { fixedIn }) });
  }
  return [...packages.values()].sort((a, b) => compareText(a.purl, b.purl));
}

function packageWords({ name, version, fixedIn }: PackageFacts): string {
  return `${name} ${version}${fixedIn === undefined ? ', no fix known' : `, fixed in ${fixedIn}`}`;
}

/** The reference and the path in the image as a relative reference (RFC 3986, 4.2): nothing in them is taken for a scheme, a query or a step upwards. */
function artifactUri(reference: string, path: string): string {
  const segments = [...reference.split('/'), ...path.split('/')];
  return segments
    .filter((segment) => !['', '.', '..'].includes(segment))
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join('/');
}

function keyOf(slot: string, vulnerability: string): string {
  return `${slot}\0${vulnerability}`;
}
