// The vulnerabilities of a CycloneDX document: those rows of findings are one entry that agree in everything but the package they are in.
// ECMA-424 (CycloneDX 1.6), "vulnerability": `ratings`, `affects`.
import { canonicalJson } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import type { CvssScore } from '../../scan/advisory/cvss/index.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import { cyclonedxVulnerability } from '../../statements/vex/cyclonedx.ts';
import { findingScore } from '../finding-score.ts';
import { toldWord, type VexRow, vexRows } from '../vex.ts';

/** Reference of a package by slot and package URL; none for one that the slot does not hold. */
export type PackageRefs = ReadonlyMap<string, ReadonlyMap<string, string>>;

const SEVERITIES: Readonly<Record<SeverityLevel, string>> = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  negligible: 'info',
  unknown: 'unknown',
};

const METHODS: Readonly<Record<CvssScore['version'], string>> = {
  '2.0': 'CVSSv2',
  '3.0': 'CVSSv3',
  '3.1': 'CVSSv31',
  '4.0': 'CVSSv4',
};

/** The entries, sorted by id, then by what they say. A row whose package the document does not list has nothing to point to and is left out. */
export function vulnerabilitiesOf(assessment: Assessment, refs: PackageRefs): readonly object[] {
  const groups = new Map<string, { entry: object; vulnerability: string; affects: object[] }>();
  for (const row of vexRows(assessment)) {
    const ref = refs.get(row.slot)?.get(row.purl);
    if (ref === undefined) continue;
    const entry = entryOf(row);
    const key = canonicalJson(entry);
    const group = groups.get(key) ?? { entry, vulnerability: row.vulnerability, affects: [] };
    groups.set(key, group);
    group.affects.push({ ref, versions: versionsOf(row) });
  }
  return [...groups]
    .sort(([a, one], [b, other]) => compareText(one.vulnerability, other.vulnerability) || compareText(a, b))
    .map(([, { entry, affects }], number) => ({ 'bom-ref': `vulnerability-${number + 1}`, ...entry, affects }));
}

function entryOf(row: VexRow): object {
  const { fixState, kev, epss, advisories, aliases } = row.finding;
  return cyclonedxVulnerability(
    { vulnerability: row.vulnerability, aliases, word: toldWord(row) },
    {
      response: row.word.status === 'affected' ? responseOf(row.finding) : [],
      ratings: ratingsOf(row.finding),
      properties: [
        { name: 'plimsoll:fixState', value: fixState },
        ...(kev ? [{ name: 'plimsoll:kev', value: 'true' }] : []),
        ...(epss === undefined ? [] : [{ name: 'plimsoll:epss', value: String(epss) }]),
        ...advisories.map((advisory) => ({ name: 'plimsoll:advisory', value: advisory })),
      ],
    },
  );
}

/** The severity that counts, and beside it a score that another scanner stated from another source. */
function ratingsOf(finding: Finding): readonly object[] {
  const { severity, severitySource } = finding;
  const scored = findingScore(finding);
  const score =
    scored === undefined
      ? {}
      : {
          score: scored.score,
          ...(scored.version === undefined ? {} : { method: METHODS[scored.version] }),
          ...(scored.vector === undefined ? {} : { vector: scored.vector }),
        };
  const rating = { source: { name: severitySource }, severity: SEVERITIES[severity] };
  if (scored === undefined || scored.source === severitySource) return [{ ...rating, ...score }];
  return [rating, { source: { name: scored.source }, ...score }];
}

/** "response": a fix that is not known yet is none that cannot be made, and nothing is said. */
function responseOf({ fixedIn, fixState }: Finding): readonly string[] {
  if (fixedIn !== undefined) return ['update'];
  return fixState === 'will-not-fix' ? ['will_not_fix'] : [];
}

/** The installed version, and the one with the fix. */
function versionsOf({ finding: { version, fixedIn } }: VexRow): readonly object[] {
  return [
    { version, status: 'affected' },
    ...(fixedIn === undefined ? [] : [{ version: fixedIn, status: 'unaffected' }]),
  ];
}
