// The vulnerabilities of a CSAF document, one a CVE or other id: statuses, reasons, remediations, scores.
// OASIS CSAF 2.0, 3.2.3 (vulnerabilities), 4.5 (profile VEX: an impact statement or flag for what is not affected, a remediation for what is).
import { compareText } from '../../platform/order.ts';
import { scoreCvss } from '../../scan/advisory/cvss/index.ts';
import { CSAF_STATUS } from '../../statements/vex/csaf.ts';
import { recordUrl } from '../document-facts.ts';
import { actionText, NO_REASON_RECORDED, type VexRow } from '../vex.ts';
import type { ProductTree } from './product-tree.ts';

/** A row with its product id. */
interface ProductRow extends VexRow {
  readonly product: string;
}

/** The entries, sorted by id. */
export function csafVulnerabilities(rows: readonly VexRow[], products: ProductTree['products']): readonly object[] {
  const withProducts = rows.map((row) => ({ ...row, product: products.get(row.slot)?.get(row.purl) ?? '' }));
  return [...Map.groupBy(withProducts, ({ vulnerability }) => vulnerability)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([vulnerability, ofIt]) => vulnerabilityOf(vulnerability, ofIt));
}

function vulnerabilityOf(vulnerability: string, rows: readonly ProductRow[]): object {
  const isCve = /^CVE-\d{4}-\d{4,}$/.test(vulnerability);
  const aliases = [...new Set(rows.flatMap(({ finding }) => finding.aliases))].sort();
  const ids = isCve ? aliases : [vulnerability, ...aliases.filter((alias) => alias !== vulnerability)];
  const url = recordUrl(vulnerability);
  const flags = grouped(rows, ({ status, justification }) => (status === 'not_affected' ? justification : undefined));
  const impacts = grouped(rows, ({ status, justification, impact }) =>
    status === 'not_affected' ? (impact ?? (justification === undefined ? NO_REASON_RECORDED : undefined)) : undefined,
  );
  const remediations = remediationsOf(rows);
  const scores = scoresOf(rows);
  return {
    ...(isCve ? { cve: vulnerability } : {}),
    ...(ids.length === 0 ? {} : { ids: ids.map((text) => ({ system_name: systemOf(text), text })) }),
    notes: [{ category: 'summary', text: summaryOf(vulnerability, rows) }],
    ...(url === undefined
      ? {}
      : { references: [{ category: 'external', summary: `Public record of ${vulnerability}`, url }] }),
    product_status: Object.fromEntries(
      grouped(rows, ({ status }) => CSAF_STATUS[status]).map(([status, of]) => [status, productsOf(of)]),
    ),
    ...(flags.length === 0 ? {} : { flags: flags.map(([label, of]) => ({ label, product_ids: productsOf(of) })) }),
    ...(impacts.length === 0
      ? {}
      : {
          threats: impacts.map(([details, of]) => ({ category: 'impact', details, product_ids: productsOf(of) })),
        }),
    ...(remediations.length === 0 ? {} : { remediations }),
    ...(scores.length === 0 ? {} : { scores }),
  };
}

/** For what is affected or may be: the fix, or that there is none. */
function remediationsOf(rows: readonly ProductRow[]): readonly object[] {
  const open = rows.filter(({ status }) => status === 'affected' || status === 'under_investigation');
  const key = (row: ProductRow) => `${categoryOf(row)}\0${actionText(row)}`;
  return grouped(open, key).map(([, of]) => ({
    category: of[0] === undefined ? 'none_available' : categoryOf(of[0]),
    details: of[0] === undefined ? '' : actionText(of[0]),
    product_ids: productsOf(of),
  }));
}

function categoryOf({ finding: { fixState, fixedIn } }: ProductRow): string {
  if (fixedIn !== undefined) return 'vendor_fix';
  return fixState === 'will-not-fix' ? 'no_fix_planned' : 'none_available';
}

/** Base vectors of versions 2 and 3 whose metrics stand in the usual order and alone: the referenced schemas take no others for sure. */
const VECTORS = [
  { version: '3.1', pattern: /^CVSS:3\.1\/AV:[NALP]\/AC:[LH]\/PR:[NLH]\/UI:[NR]\/S:[UC]\/C:[NLH]\/I:[NLH]\/A:[NLH]$/ },
  { version: '3.0', pattern: /^CVSS:3\.0\/AV:[NALP]\/AC:[LH]\/PR:[NLH]\/UI:[NR]\/S:[UC]\/C:[NLH]\/I:[NLH]\/A:[NLH]$/ },
  { version: '2.0', pattern: /^AV:[NAL]\/AC:[LMH]\/Au:[MSN]\/C:[NPC]\/I:[NPC]\/A:[NPC]$/ },
] as const;

/** A fixed product has no score: it would have to be that of the fix (test 6.2.19). */
function scoresOf(rows: readonly ProductRow[]): readonly object[] {
  return grouped(rows, ({ status, finding }) => (status === 'fixed' ? undefined : finding.rawSeverity)).flatMap(
    ([vector, of]): readonly object[] => {
      const version = VECTORS.find(({ pattern }) => pattern.test(vector))?.version;
      const score = scoreCvss(vector)?.score;
      if (version === undefined || score === undefined) return [];
      const cvss = { version, vectorString: vector, baseScore: score };
      return version === '2.0'
        ? [{ products: productsOf(of), cvss_v2: cvss }]
        : [{ products: productsOf(of), cvss_v3: { ...cvss, baseSeverity: severityOf(score) } }];
    },
  );
}

/** CVSS 3.1, section 5. */
function severityOf(score: number): string {
  if (score === 0) return 'NONE';
  if (score < 4) return 'LOW';
  if (score < 7) return 'MEDIUM';
  return score < 9 ? 'HIGH' : 'CRITICAL';
}

function summaryOf(vulnerability: string, rows: readonly ProductRow[]): string {
  const packages = [...new Set(rows.map(({ finding }) => finding.package))].sort();
  const severities = [...new Set(rows.map(({ finding }) => finding.severity))].sort();
  return `${vulnerability} in ${packages.join(', ')}; severity as assessed: ${severities.join(', ')}.`;
}

/** What gives ids of that form. */
function systemOf(id: string): string {
  const [prefix = ''] = /^[A-Z]+(?=-)/.exec(id) ?? [];
  const known: Readonly<Record<string, string>> = {
    CVE: 'CVE',
    GHSA: 'GitHub Advisory Database',
    GO: 'Go vulnerability database',
  };
  return known[prefix] ?? (prefix || 'advisory feed');
}

function productsOf(rows: readonly ProductRow[]): readonly string[] {
  return [...new Set(rows.map(({ product }) => product))];
}

/** Rows by a text, sorted by it; rows without one are left out. */
function grouped<Row>(
  rows: readonly Row[],
  text: (row: Row) => string | undefined,
): readonly (readonly [string, readonly Row[]])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = text(row);
    if (key === undefined || key === '') continue;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(row);
  }
  return [...groups].sort(([a], [b]) => compareText(a, b));
}
