// Results of checks as a ClusterPolicyReport, wgpolicyk8s.io/v1alpha2 (kubernetes-sigs/wg-policy-prototypes): what clusters collect such results in. Its five
// words are fewer than ours: what could not be judged is an `error`, what somebody answers for only warns, and the exact word stands in the properties.
import { jsonText } from '../../platform/json-text.ts';
import { TOOL } from '../tool.ts';
import type { ReportedVerdict, VerdictReport } from './report.ts';

/** Objects of one result that are told. */
const RESOURCES = 100;

const WORDS = ['pass', 'fail', 'warn', 'error', 'skip'] as const;

/** The report as text, JSON. */
export function verdictsPolicyReport({ source, rules, results }: VerdictReport): string {
  const of = (word: string): number => results.filter((one) => wordOf(one) === word).length;
  return `${jsonText({
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    kind: 'ClusterPolicyReport',
    metadata: {
      name: `${TOOL.name}-${source}-${rules}`.toLowerCase().replace(/[^a-z0-9.-]+/g, '-'),
      labels: { 'app.kubernetes.io/managed-by': TOOL.name },
    },
    summary: Object.fromEntries(WORDS.map((word) => [word, of(word)])),
    results: results.map((one) => resultOf(one, rules)),
  })}\n`;
}

function wordOf({ verdict, waiver }: ReportedVerdict): (typeof WORDS)[number] {
  if (verdict === 'pass' || verdict === 'warn') return verdict;
  if (verdict === 'fail') return waiver === undefined ? 'fail' : 'warn';
  return verdict === 'no-evidence' || verdict === 'unsupported' ? 'error' : 'skip';
}

function resultOf(one: ReportedVerdict, rules: string): object {
  const { check, title, category, subject, verdict, reason, evidence, places, waiver } = one;
  const resources = places.slice(0, RESOURCES).map(resourceOf);
  return {
    source: TOOL.name,
    policy: rules,
    rule: check,
    category,
    result: wordOf(one),
    scored: true,
    message: `${title === '' ? '' : `${title}: `}${reason}`,
    ...(resources.length === 0 ? {} : { resources }),
    properties: {
      verdict,
      subject,
      ...(evidence.length === 0 ? {} : { evidence: evidence.join('; ') }),
      ...(waiver === undefined ? {} : { waiver }),
    },
  };
}

/** `KIND/NAMESPACE/NAME`, `KIND/NAME`, or the name of a node. */
function resourceOf(place: string): object {
  const parts = place.split('/');
  const [kind = '', second = '', third] = parts;
  if (parts.length === 1) return { apiVersion: 'v1', kind: 'Node', name: kind };
  return third === undefined ? { kind, name: second } : { kind, namespace: second, name: third };
}
