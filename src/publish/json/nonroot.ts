// The JSON of non-root readiness: figures, each container with its identity, findings and proposal, results in the shared shape. Schema:
// schema/nonroot-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { NonrootFinding } from '../../posture/nonroot/finding.ts';
import type { Identity } from '../../posture/nonroot/identity.ts';
import type { NonrootContainer, NonrootResult } from '../../posture/nonroot/nonroot.ts';
import type { Proposal } from '../../posture/nonroot/propose/suggest.ts';
import { TOOL } from '../tool.ts';

const NONROOT_SCHEMA_VERSION = 1;

/** The result; deterministic, ended by a line feed. */
export function nonrootJson({ release, verdict, counts, containers, results, waivers, gaps }: NonrootResult): string {
  const document = {
    schemaVersion: NONROOT_SCHEMA_VERSION,
    tool: TOOL,
    release,
    verdict,
    counts,
    containers: containers.map(containerOf),
    results,
    waivers,
    gaps,
  };
  return `${jsonText(document)}\n`;
}

function containerOf({ identity, findings, proposal, ...rest }: NonrootContainer): object {
  return {
    ...rest,
    identity: identity === undefined ? undefined : identityOf(identity),
    findings: findings.map(findingOf),
    proposal: proposal === undefined ? undefined : proposalOf(proposal),
  };
}

function identityOf({ uid, gid, groups, from, account, enforced, facts }: Identity): object {
  return { uid, gid, groups, from, account, enforced, facts };
}

function findingOf({ check, class: kind, reason, facts, remediation }: NonrootFinding): object {
  return { check, class: kind, reason, facts, remediation };
}

function proposalOf({ uid, gid, why, settings, emptyFolders, fsGroup, sysctls, judgement }: Proposal): object {
  const { outcome, findings } = judgement;
  return {
    uid,
    gid,
    why,
    securityContext: settings,
    emptyFolders,
    fsGroup,
    sysctls,
    outcome,
    findings: findings.map(findingOf),
  };
}
