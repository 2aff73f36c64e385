// Under which id a vulnerability is reported: CVE, else GHSA, else the feed's own; and which records speak of the same one.
// Rules: docs/guide/counting.md, "Identity". Only explicit aliases join, `related` never does, and two CVE ids never become one.
import type { Advisory } from '../advisory/advisory.ts';

/** What a record says of its ids. */
export type Identified = Pick<Advisory, 'id' | 'aliases' | 'related'>;

/** The ids of a set of advisories, resolved together: the same vulnerability has the same id in every package. */
export interface Identities {
  /** Ids that the advisory is reported under, sorted: several when it names several CVEs. */
  reportedIds(record: Identified): readonly string[];
  /** Other ids of a reported vulnerability, sorted; never another CVE. */
  aliasesOf(vulnerability: string): readonly string[];
}

/** Records that explicit aliases join, without regard to CVE ids. */
interface AliasGroup {
  readonly cves: Set<string>;
  readonly relatedCves: Set<string>;
  readonly ids: Set<string>;
  readonly ownIds: Set<string>;
}

const CVE = /^CVE-\d{4}-\d{4,}$/;
const GHSA = /^GHSA(-[0-9a-z]{4}){3}$/;

/** What a record is reported under, and whether only `related` says so. */
interface Resolved {
  readonly ids: readonly string[];
  readonly byRelated: boolean;
}

/** Resolves the ids of advisories; ask it about these only. The order of the advisories does not matter. */
export function resolveIdentities(advisories: Iterable<Identified>): Identities {
  const joining = [...advisories].filter(isJoining);
  const roots = joinAliases(joining);
  const groups = groupRecords(joining, roots);
  const aliases = aliasesByVulnerability(joining, resolve);
  return {
    reportedIds: (record) => resolve(record).ids,
    aliasesOf: (vulnerability) => aliases.get(vulnerability) ?? [],
  };

  function resolve(record: Identified): Resolved {
    const cves = cvesOf(record);
    const group = cves.length > 0 ? undefined : groups.get(roots.find(record.id));
    if (group === undefined) return { ids: cves.length > 0 ? cves : [record.id], byRelated: false };
    if (group.cves.size > 0) return { ids: [...group.cves].sort(), byRelated: false };
    if (group.relatedCves.size > 0) return { ids: [...group.relatedCves].sort(), byRelated: true };
    const [ghsa] = [...group.ids].filter((id) => GHSA.test(id)).sort();
    const [own] = [...group.ownIds].sort();
    return { ids: [ghsa ?? own ?? record.id], byRelated: false };
  }
}

/** Whether the record has a say in ids. One of a CVE without aliases, as most are, joins nothing: it is reported under its own id whatever others say. */
export function isJoining({ id, aliases }: Identified): boolean {
  return aliases.length > 0 || !CVE.test(id);
}

/** CVE ids that a record names as its own, sorted. */
function cvesOf({ id, aliases }: Identified): readonly string[] {
  const cves = [id, ...aliases].filter((name) => CVE.test(name));
  return cves.length < 2 ? cves : [...new Set(cves)].sort();
}

function otherIdsOf({ id, aliases }: Identified): readonly string[] {
  const others = [id, ...aliases].filter((name) => !CVE.test(name));
  return others.length < 2 ? others : [...new Set(others)];
}

function joinAliases(records: readonly Identified[]): DisjointSets {
  const roots = new DisjointSets();
  for (const record of records) {
    const [first, ...others] = otherIdsOf(record);
    for (const other of others) if (first !== undefined) roots.join(first, other);
  }
  return roots;
}

function groupRecords(records: readonly Identified[], roots: DisjointSets): ReadonlyMap<string, AliasGroup> {
  const groups = new Map<string, AliasGroup>();
  for (const record of records) {
    const [first] = otherIdsOf(record);
    if (first === undefined) continue;
    const root = roots.find(first);
    const group = groups.get(root) ?? { cves: new Set(), relatedCves: new Set(), ids: new Set(), ownIds: new Set() };
    groups.set(root, group);
    for (const cve of cvesOf(record)) group.cves.add(cve);
    for (const id of record.related) if (CVE.test(id)) group.relatedCves.add(id);
    for (const id of otherIdsOf(record)) group.ids.add(id);
    group.ownIds.add(record.id);
  }
  return groups;
}

/**
 * An id is an alias of a vulnerability when a record gives it to that one alone. Of a record about several CVEs only its own id is, for
 * nobody says which of its other aliases belongs to which CVE; a record that is only `related` gives none.
 */
function aliasesByVulnerability(
  records: readonly Identified[],
  resolve: (record: Identified) => Resolved,
): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, Set<string>>();
  for (const record of records) {
    const { ids: reported, byRelated } = resolve(record);
    if (byRelated) continue;
    const names = reported.length > 1 ? [record.id] : otherIdsOf(record);
    for (const vulnerability of reported) {
      const known = aliases.get(vulnerability) ?? new Set();
      aliases.set(vulnerability, known);
      for (const name of names) if (name !== vulnerability && !CVE.test(name)) known.add(name);
    }
  }
  return new Map([...aliases].map(([vulnerability, names]) => [vulnerability, [...names].sort()]));
}

/** Disjoint sets of names with path halving. */
class DisjointSets {
  readonly #parents = new Map<string, string>();

  find(name: string): string {
    let current = name;
    for (;;) {
      const parent = this.#parents.get(current);
      if (parent === undefined) return current;
      const grandparent = this.#parents.get(parent);
      if (grandparent !== undefined) this.#parents.set(current, grandparent);
      current = parent;
    }
  }

  join(a: string, b: string): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA !== rootB) this.#parents.set(rootA, rootB);
  }
}
