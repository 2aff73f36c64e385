// CycloneDX 1.6 (ECMA-424) as VEX: writes what is said of vulnerabilities. The one writer of its vulnerabilities.
import { canonicalJson } from '../../platform/canonical.ts';
import { jsonText } from '../../platform/json-text.ts';
import { compareText } from '../../platform/order.ts';
import { instantOf } from '../day.ts';
import type { Justification, VexStatus } from '../statement.ts';
import { uuidOf, type VexIssue } from './document.ts';
import type { VexEntry } from './entries.ts';
import { withNote } from './note.ts';
import { imagePurl } from './product.ts';
import { databaseOf, recordUrl } from './vulnerability-id.ts';
import type { VexWord } from './word.ts';

const STATE = {
  not_affected: 'not_affected',
  affected: 'exploitable',
  fixed: 'resolved',
  under_investigation: 'in_triage',
} as const satisfies Record<VexStatus, string>;

/** "impactAnalysisJustification" has other classes: two of ours are one there. The widest of its words is taken. */
const JUSTIFICATION: Record<Justification, string> = {
  component_not_present: 'code_not_present',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  vulnerable_code_cannot_be_controlled_by_adversary: 'requires_environment',
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
};

/** Property that keeps the justification in the words of OpenVEX. */
export const JUSTIFICATION_PROPERTY = 'plimsoll:justification';

/** The document of statements as text. */
export function writeCyclonedx(entries: readonly VexEntry[], issue: VexIssue): string {
  return `${jsonText({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(canonicalJson([issue, entries]))}`,
    version: 1,
    metadata: {
      timestamp: instantOf(issue.date),
      tools: { components: [{ type: 'application', name: issue.tool.name, version: issue.tool.version }] },
      supplier: { name: issue.issuer, url: [issue.namespace] },
    },
    components: componentsOf(entries),
    vulnerabilities: entries.map((entry, index) => ({
      'bom-ref': `decision-${index + 1}`,
      ...cyclonedxVulnerability(entry, { response: responseOf(entry.word) }),
      affects: entry.images.flatMap((image) => image.packages.map((purl) => ({ ref: refOf(imagePurl(image), purl) }))),
    })),
  })}\n`;
}

/** What is known of a vulnerability beside the word on it. */
export interface CyclonedxFacts {
  /** Of "response"; nothing is said where it is empty. */
  readonly response: readonly string[];
  readonly ratings?: readonly object[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** A vulnerability without its reference and what it affects. Members "vulnerability", "analysis". */
export function cyclonedxVulnerability(
  { vulnerability, aliases, word }: Pick<VexEntry, 'vulnerability' | 'aliases' | 'word'>,
  { response, ratings, properties = [] }: CyclonedxFacts,
): object {
  const { status, justification, impact, action, date } = word;
  const url = recordUrl(vulnerability);
  const detail = withNote(impact ?? action, word);
  const kept =
    justification === undefined ? properties : [{ name: JUSTIFICATION_PROPERTY, value: justification }, ...properties];
  return {
    id: vulnerability,
    ...(url === undefined ? {} : { source: { url } }),
    ...(aliases.length === 0 ? {} : { references: aliases.map((id) => ({ id, source: { name: databaseOf(id) } })) }),
    ...(ratings === undefined ? {} : { ratings }),
    analysis: {
      state: STATE[status],
      ...(justification === undefined ? {} : { justification: JUSTIFICATION[justification] }),
      ...(response.length === 0 ? {} : { response }),
      ...(detail === undefined ? {} : { detail }),
      ...(date === undefined ? {} : { firstIssued: instantOf(date) }),
    },
    ...(kept.length === 0 ? {} : { properties: kept }),
  };
}

function responseOf({ exception }: VexWord): readonly string[] {
  if (exception === undefined) return [];
  return [exception.reason === 'no-upstream-fix' ? 'can_not_fix' : 'will_not_fix'];
}

function componentsOf(entries: readonly VexEntry[]): readonly object[] {
  const images = Map.groupBy(
    entries.flatMap((entry) => entry.images),
    (image) => imagePurl(image),
  );
  return [...images]
    .sort(([a], [b]) => compareText(a, b))
    .map(([purl, group]) => ({
      type: 'container',
      'bom-ref': purl,
      name: group[0]?.logical ?? purl,
      purl,
      components: [...new Set(group.flatMap(({ packages }) => packages))].sort().map((inside) => ({
        type: 'library',
        'bom-ref': refOf(purl, inside),
        name: inside.replace(/^pkg:[^/]+\//, '').replace(/[@?#].*$/s, '') || inside,
        purl: inside,
      })),
    }));
}

function refOf(image: string, purl: string): string {
  return `${image} ${purl}`;
}
