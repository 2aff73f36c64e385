// The vulnerabilities of a CycloneDX document: those rows of findings are one entry that agree in everything but the package they are in.
// ECMA-424 (CycloneDX 1.6), "vulnerability": `ratings`, `analysis` (VEX), `affects`.
import { canonicalJson } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import { type CvssScore, scoreCvss } from '../../scan/advisory/cvss/index.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import type { Justification, VexStatus } from '../../statements/statement.ts';
import { recordUrl } from '../document-facts.ts';
import { actionText, type VexRow, vexRows } from '../vex.ts';

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

const STATES: Readonly<Record<VexStatus, string>> = {
  affected: 'exploitable',
  under_investigation: 'in_triage',
  fixed: 'resolved',
  not_affected: 'not_affected',
};

/** CycloneDX tells apart what OpenVEX does not: the widest of its words is taken. */
const JUSTIFICATIONS: Readonly<Record<Justification, string>> = {
  component_not_present: 'code_not_present',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  vulnerable_code_cannot_be_controlled_by_adversary: 'requires_environment',
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
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
  const { vulnerability, finding } = row;
  const { aliases, severity, severitySource, rawSeverity, fixState, kev, epss, advisories } = finding;
  const scored = scoreCvss(rawSeverity);
  const url = recordUrl(vulnerability);
  return {
    id: vulnerability,
    ...(url === undefined ? {} : { source: { url } }),
    ...(aliases.length === 0
      ? {}
      : { references: aliases.map((id) => ({ id, source: { name: id.split('-', 1)[0] ?? id } })) }),
    ratings: [
      {
        source: { name: severitySource },
        severity: SEVERITIES[severity],
        ...(scored === undefined ? {} : { score: scored.score, method: METHODS[scored.version], vector: rawSeverity }),
      },
    ],
    analysis: analysisOf(row),
    properties: [
      { name: 'plimsoll:fixState', value: fixState },
      ...(kev ? [{ name: 'plimsoll:kev', value: 'true' }] : []),
      ...(epss === undefined ? [] : [{ name: 'plimsoll:epss', value: String(epss) }]),
      ...advisories.map((advisory) => ({ name: 'plimsoll:advisory', value: advisory })),
    ],
  };
}

function analysisOf(row: VexRow): object {
  const { status, justification, finding, impact } = row;
  return {
    state: STATES[status],
    ...(justification === undefined ? {} : { justification: JUSTIFICATIONS[justification] }),
    ...(status === 'affected' ? { ...responseOf(finding), detail: actionText(row) } : {}),
    ...(status === 'not_affected' ? { detail: impact ?? finding.statement ?? status } : {}),
  };
}

/** "response": a fix that is not known yet is none that cannot be made, and nothing is said. */
function responseOf({ fixedIn, fixState }: Finding): object {
  if (fixedIn !== undefined) return { response: ['update'] };
  return fixState === 'will-not-fix' ? { response: ['will_not_fix'] } : {};
}

/** The installed version, and the one with the fix. */
function versionsOf({ finding: { version, fixedIn } }: VexRow): readonly object[] {
  return [
    { version, status: 'affected' },
    ...(fixedIn === undefined ? [] : [{ version: fixedIn, status: 'unaffected' }]),
  ];
}
