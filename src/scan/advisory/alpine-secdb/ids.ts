// The entries under a fixed version of Alpine's secdb: mostly a CVE id, often with other names beside it or a note in brackets, written
// by hand. Read as met in the databases of 2020 to 2026: "CVE-2021-27219 GHSL-2021-045", "CVE-2026-45076, GHSA-6qf2-7x63-mm6v",
// "CVE-????-????? XSA-295", "CVE_2019-2426", "CVE-2017-8073.patch", "CVE-2020-14342 (Not affected, requires --with-systemd)".

/** One vulnerability of an entry. */
export interface EntryId {
  readonly id: string;
  /** GHSA ids stand for one CVE each: the same vulnerability. */
  readonly aliases: readonly string[];
  /** Other names: a Xen or TALOS advisory may speak of several CVEs, so they are no aliases. */
  readonly related: readonly string[];
  /** The note says that the package does not have it. */
  readonly notAffected: boolean;
}

const CVE = /CVE[-_ ](\d{4})-(\d{4,})(?!\d)/gi;
const GHSA = /GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}/g;
/** A placeholder for a CVE id that was not known yet. */
const UNKNOWN_CVE = /CVE-\?{4}-\?{4,}|CVE-\d{4}-\?+|CVE N\/A/g;
/** Any other advisory id, letters first and a digit somewhere: XSA-273, VSV00010, GNUTLS-SA-2020-03-31. */
const OTHER = /^[A-Za-z](?=[A-Za-z-]*\d)[A-Za-z0-9-]*$/;
/** Entries of the real databases stay under 100 characters. */
const MAX_LENGTH = 1000;

/** The vulnerabilities that an entry names; empty when it names none. */
export function readEntry(entry: string): readonly EntryId[] {
  if (entry.length > MAX_LENGTH) return [];
  const notAffected = /\bnot\s+(?:actually\s+)?(?:affected|applicable)\b/i.test(entry);
  const named = entry.replace(/\([^)]*\)/g, ' ');
  const cves = unique(named.matchAll(CVE), (match) => `CVE-${match[1]}-${match[2]}`);
  const ghsas = unique(named.matchAll(GHSA), (match) => match[0]);
  const rest = named.replace(CVE, ' ').replace(GHSA, ' ').replace(UNKNOWN_CVE, ' ');
  const others = [...new Set(rest.split(/[\s,;/]+/))].filter((word) => OTHER.test(word) && !/^CVE/i.test(word));

  const [onlyCve] = cves;
  if (onlyCve !== undefined && cves.length === 1)
    return [{ id: onlyCve, aliases: ghsas, related: others, notAffected }];
  if (cves.length > 1) return cves.map((id) => ({ id, aliases: [], related: [...ghsas, ...others], notAffected }));
  const [first, ...further] = [...ghsas, ...others];
  return first === undefined ? [] : [{ id: first, aliases: [], related: further, notAffected }];
}

function unique(matches: Iterable<RegExpExecArray>, id: (match: RegExpExecArray) => string): readonly string[] {
  return [...new Set([...matches].map(id))];
}
