// One name for a vulnerability in both assessments, where one calls it by its CVE and the other by an alias.
// Rule: docs/guide/counting.md, "Identity", with the aliases of both sides together. CVE ids never become one.
import { compareText } from '../../platform/order.ts';
import type { Finding } from '../../scan/assess/assessment.ts';

type Named = Pick<Finding, 'vulnerability' | 'aliases'>;

/** Gives the common name of what a finding reports. */
export type JointIds = (named: Named) => string;

const CVE = /^CVE-/;

/** Reads the aliases of all findings. The order of the findings does not matter. */
export function jointIds(findings: Iterable<Named>): JointIds {
  const reported = new Map<string, Set<string>>();
  for (const { vulnerability, aliases } of findings) {
    const known = reported.get(vulnerability);
    if (known === undefined) reported.set(vulnerability, new Set(aliases));
    else for (const alias of aliases) known.add(alias);
  }
  const cvesByAlias = new Map<string, Set<string>>();
  const othersByAlias = new Map<string, Set<string>>();
  for (const [vulnerability, aliases] of reported) {
    for (const [cve, alias] of cveEdges(vulnerability, aliases)) add(cvesByAlias, alias, cve);
    if (!CVE.test(vulnerability)) for (const alias of aliases) add(othersByAlias, alias, vulnerability);
  }
  const names = new Map<string, string>();
  return (named) => {
    const { vulnerability, aliases } = named;
    if (CVE.test(vulnerability)) return vulnerability;
    const known = names.get(vulnerability);
    if (known !== undefined) return known;
    const name = cveOf(vulnerability) ?? otherNameOf(vulnerability, aliases);
    names.set(vulnerability, name);
    return name;
  };

  /** The one CVE that the id stands for; undefined when there is none or nobody can say which. */
  function cveOf(id: string): string | undefined {
    const cves = cvesByAlias.get(id);
    return cves?.size === 1 ? [...cves][0] : undefined;
  }

  /** Both sides may report one vulnerability without CVE under different ids (GHSA and the feed's own): the first of those reported. */
  function otherNameOf(vulnerability: string, aliases: readonly string[]): string {
    const known = [...(reported.get(vulnerability) ?? []), ...aliases].filter(
      (id) => !CVE.test(id) && reported.has(id),
    );
    const group = [vulnerability, ...known, ...(othersByAlias.get(vulnerability) ?? [])];
    return group.sort(compareText)[0] ?? vulnerability;
  }
}

/** Which CVE an id that is no CVE stands for, as one finding says it. */
function cveEdges(vulnerability: string, aliases: ReadonlySet<string>): readonly (readonly [string, string])[] {
  if (CVE.test(vulnerability)) return [...aliases].filter((id) => !CVE.test(id)).map((id) => [vulnerability, id]);
  return [...aliases].filter((id) => CVE.test(id)).map((cve) => [cve, vulnerability]);
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values === undefined) index.set(key, new Set([value]));
  else values.add(value);
}
