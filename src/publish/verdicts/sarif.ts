// Results of checks as a SARIF log: a rule a check, a result each. OASIS SARIF 2.1.0: `kind` says what was found (section 3.27.9), and only failures have a
// level (3.27.10); what somebody answers for is a suppression (3.35). Nodes and objects are logical locations (3.33); viewers that want a file get a path of
// the same name.
import { jsonText } from '../../platform/json-text.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { messageText } from '../sarif/text.ts';
import { TOOL } from '../tool.ts';
import type { ReportedVerdict, VerdictReport } from './report.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** Places of one result that are told. */
const PLACES = 100;

const KIND_OF: Readonly<Record<Verdict['verdict'], readonly [kind: string, level: 'error' | 'warning' | 'none']>> = {
  fail: ['fail', 'error'],
  warn: ['fail', 'warning'],
  'no-evidence': ['open', 'none'],
  unsupported: ['open', 'none'],
  attested: ['informational', 'none'],
  pass: ['pass', 'none'],
  'not-applicable': ['notApplicable', 'none'],
};

/** The log as text. */
export function verdictsSarif({ source, rules, results }: VerdictReport): string {
  const checks = [...new Map(results.map((one) => [one.check, one])).values()];
  const indexes = new Map(checks.map(({ check }, index) => [check, index]));
  return `${jsonText({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: TOOL.name,
            version: TOOL.version,
            semanticVersion: TOOL.version,
            rules: checks.map(({ check, title, category, remediation }) => ({
              id: `${rules}/${check}`,
              shortDescription: { text: messageText(title || check) },
              ...(remediation === undefined ? {} : { help: { text: messageText(remediation) } }),
              properties: { category },
            })),
          },
        },
        automationDetails: { id: `${TOOL.name}/${source}/${encodeURIComponent(rules)}/` },
        columnKind: 'utf16CodeUnits',
        results: results.map((one) => resultOf(one, source, rules, indexes.get(one.check) ?? -1)),
      },
    ],
  })}\n`;
}

function resultOf(one: ReportedVerdict, source: string, rules: string, ruleIndex: number): object {
  const { check, subject, verdict, reason, evidence, places, waiver } = one;
  const [kind, level] = KIND_OF[verdict];
  const named = places.length > 0 ? places : [subject];
  return {
    ruleId: `${rules}/${check}`,
    ruleIndex,
    kind,
    level,
    message: { text: messageText([`${subject}: ${reason}`, ...evidence].join('. ')) },
    locations: named.slice(0, PLACES).map((place) => ({
      physicalLocation: { artifactLocation: { uri: place.split('/').map(encodeURIComponent).join('/') } },
      logicalLocations: [{ fullyQualifiedName: place, kind: 'resource' }],
    })),
    partialFingerprints: { 'check/v1': `${source}/${rules}/${check}` },
    ...(waiver === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: messageText(waiver) }] }),
    properties: { verdict },
  };
}
