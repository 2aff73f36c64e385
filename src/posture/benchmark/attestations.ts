// Attestations: what somebody looked at where no evidence decides. A file of YAML, `attestations:` with one entry each; none outlives its last day, and none
// changes what evidence says.
import { z } from 'zod';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import type { Attestation, AttestationUse, CheckResult } from './result/result.ts';

/**
 * Reads a file of attestations.
 * @param file name for messages
 * @throws ParseError `FILE:LINE:COLUMN: what is wrong`; LimitError
 */
export function parseAttestations(text: string, file: string): readonly Attestation[] {
  const said = z.string().trim().min(1);
  const attestation = z.strictObject({ check: said, by: said, statement: said, expires: z.iso.date() });
  return checkedYaml(text, file, z.strictObject({ attestations: z.array(attestation) })).value.attestations;
}

/** Results with their attestations: of several for one check the one that holds longest. An expired one leaves the check without evidence. */
export function attest(
  results: readonly CheckResult[],
  attestations: readonly Attestation[],
  day: string,
): { readonly results: readonly CheckResult[]; readonly attestations: readonly AttestationUse[] } {
  const open = new Set(results.filter(isOpen).map(({ check }) => check));
  const known = new Set(results.map(({ check }) => check));
  const best = new Map<string, Attestation>();
  for (const one of attestations) {
    const other = best.get(one.check);
    if (other === undefined || other.expires < one.expires) best.set(one.check, one);
  }
  const stateOf = (one: Attestation): AttestationUse['state'] => {
    if (!known.has(one.check)) return 'unknown-check';
    if (!open.has(one.check)) return 'not-needed';
    if (day > one.expires) return 'expired';
    return best.get(one.check) === one ? 'used' : 'not-needed';
  };
  return {
    results: results.map((result) => {
      const attestation = isOpen(result) ? best.get(result.check) : undefined;
      return attestation === undefined ? result : attested(result, attestation, day);
    }),
    attestations: attestations.map((one) => ({ ...one, state: stateOf(one) })),
  };
}

function isOpen({ verdict }: CheckResult): boolean {
  return verdict === 'no-evidence' || verdict === 'unsupported';
}

function attested(result: CheckResult, { by, statement, expires }: Attestation, day: string): CheckResult {
  if (day > expires) return { ...result, reason: `${result.reason}; what ${by} attested expired on ${expires}` };
  const { remediation: _, ...rest } = result;
  return { ...rest, verdict: 'attested', reason: `attested by ${by} until ${expires}: ${statement}` };
}
