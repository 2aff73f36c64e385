// Decisions in a CycloneDX document as statements in OpenVEX words. Source: ECMA-424 "impactAnalysisState" and "impactAnalysisJustification";
// OpenVEX 0.2.0 "Status Labels" and "Status Justifications". The mapping loses detail; a justification without a counterpart is left out.

const STATES: ReadonlyMap<string, string> = new Map([
  ['exploitable', 'affected'],
  ['false_positive', 'not_affected'],
  ['in_triage', 'under_investigation'],
  ['not_affected', 'not_affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
]);

const JUSTIFICATIONS: ReadonlyMap<string, string> = new Map([
  ['code_not_present', 'vulnerable_code_not_present'],
  ['code_not_reachable', 'vulnerable_code_not_in_execute_path'],
  ['protected_at_perimeter', 'vulnerable_code_cannot_be_controlled_by_adversary'],
  ['protected_at_runtime', 'inline_mitigations_already_exist'],
  ['protected_by_compiler', 'inline_mitigations_already_exist'],
  ['protected_by_mitigating_control', 'inline_mitigations_already_exist'],
  ['requires_configuration', 'vulnerable_code_cannot_be_controlled_by_adversary'],
  ['requires_environment', 'vulnerable_code_cannot_be_controlled_by_adversary'],
]);

/** `STATUS` or `STATUS:DETAIL` of an analysis; undefined without a state that is known. */
export function statementOf(
  analysis:
    | { readonly state?: string | null | undefined; readonly justification?: string | null | undefined }
    | null
    | undefined,
): string | undefined {
  const { state, justification } = analysis ?? {};
  const status = STATES.get(state ?? '');
  if (status !== 'not_affected') return status;
  const detail = state === 'false_positive' ? 'component_not_present' : JUSTIFICATIONS.get(justification ?? '');
  return detail === undefined ? status : `${status}:${detail}`;
}
