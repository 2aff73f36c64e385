// What must not reach a public tracker: instances of embargoed vulnerabilities, taken out before anything is planned, so that no title can name them.
import type { Embargo } from '../../platform/settings.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';

/** Ids under embargo on a day, in upper case. */
export function embargoedOn(embargoes: readonly Embargo[], day: string): ReadonlySet<string> {
  const held = embargoes.filter(({ until }) => until === undefined || day <= until);
  return new Set(held.map(({ vulnerability }) => vulnerability.toUpperCase()));
}

/** The assessment without the embargoed findings, and how many instances were held back. */
export function withoutEmbargoed(
  assessment: Assessment,
  embargoed: ReadonlySet<string>,
): { readonly assessment: Assessment; readonly withheld: number } {
  if (embargoed.size === 0) return { assessment, withheld: 0 };
  // Rows of one vulnerability need not all carry the id that is held: imported ones have the aliases that their scanner gave each of them.
  const names = new Set(
    assessment.findings
      .filter(({ vulnerability, aliases }) => [vulnerability, ...aliases].some((id) => embargoed.has(id.toUpperCase())))
      .map(({ vulnerability }) => vulnerability),
  );
  const isHeld = ({ vulnerability }: Finding): boolean => names.has(vulnerability);
  const held = assessment.findings.filter(isHeld);
  if (held.length === 0) return { assessment, withheld: 0 };
  return {
    assessment: { ...assessment, findings: assessment.findings.filter((finding) => !isHeld(finding)) },
    withheld: new Set(held.map(({ slot, vulnerability }) => `${slot}\0${vulnerability}`)).size,
  };
}
