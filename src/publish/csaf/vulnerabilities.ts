// The vulnerabilities of an assessment's CSAF document, one a CVE or other id: what is said of each product, and scores.
// OASIS CSAF 2.0, 3.2.3.12 (remediations), 3.2.3.13 (scores).
import { compareText } from '../../platform/order.ts';
import { scoreCvss } from '../../scan/advisory/cvss/index.ts';
import { type CsafRow, csafVulnerability } from '../../statements/vex/csaf-vulnerability.ts';
import { findingScore } from '../finding-score.ts';
import { actionText, toldWord, type VexRow } from '../vex.ts';
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
  const scores = scoresOf(rows);
  const words = grouped(rows, (row) => JSON.stringify([toldWord(row), remedyOf(row)]));
  return {
    ...csafVulnerability(
      {
        vulnerability,
        aliases: [...new Set(rows.flatMap(({ finding }) => finding.aliases))].sort(),
        summary: summaryOf(vulnerability, rows),
      },
      words.flatMap(([, ofWord]) => {
        const [first] = ofWord;
        if (first === undefined) return [];
        const remedy = remedyOf(first);
        return [{ word: toldWord(first), products: productsOf(ofWord), ...(remedy === undefined ? {} : { remedy }) }];
      }),
    ),
    ...(scores.length === 0 ? {} : { scores }),
  };
}

/** For what is affected or may be: the fix, or that there is none. */
function remedyOf(row: ProductRow): CsafRow['remedy'] {
  const { status } = row.word;
  const isOpen = status === 'affected' || status === 'under_investigation';
  return isOpen ? { category: categoryOf(row), details: actionText(row) } : undefined;
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
  return grouped(rows, ({ word, finding }) =>
    word.status === 'fixed' ? undefined : findingScore(finding)?.vector,
  ).flatMap(([vector, of]): readonly object[] => {
    const version = VECTORS.find(({ pattern }) => pattern.test(vector))?.version;
    const score = scoreCvss(vector)?.score;
    if (version === undefined || score === undefined) return [];
    const cvss = { version, vectorString: vector, baseScore: score };
    return version === '2.0'
      ? [{ products: productsOf(of), cvss_v2: cvss }]
      : [{ products: productsOf(of), cvss_v3: { ...cvss, baseSeverity: severityOf(score) } }];
  });
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
