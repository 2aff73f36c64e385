// Judges Pods by a level of the Pod Security Standards as one version of Kubernetes has it. Pure.
import { PlimsollError } from '../../../platform/errors.ts';
import type { Json } from '../../../platform/json.ts';
import { checkedPod, type PssCheck, type PssLevel, type Violation } from './check.ts';
import { HOST_CHECKS } from './checks/host.ts';
import { IDENTITY_CHECKS } from './checks/identity.ts';
import { KERNEL_CHECKS } from './checks/kernel.ts';
import { PROFILE_CHECKS } from './checks/profiles.ts';

/** Every form of every check. */
export const PSS_CHECKS: readonly PssCheck[] = [
  ...HOST_CHECKS,
  ...KERNEL_CHECKS,
  ...PROFILE_CHECKS,
  ...IDENTITY_CHECKS,
];

/** The newest minor version of Kubernetes whose checks are known; `latest` stands for it. */
export const NEWEST_MINOR = 34;

/** A level as one version has it. */
export interface PssStandard {
  readonly level: 'privileged' | PssLevel;
  /** Minor version of Kubernetes 1. */
  readonly minor: number;
}

/** What one check says of a Pod; no violations mean that it passed. */
export interface PssResult {
  readonly check: PssCheck;
  readonly violations: readonly Violation[];
}

/**
 * Reads `LEVEL` or `LEVEL:VERSION`: `baseline:v1.20`, `restricted:latest`.
 * @throws PlimsollError `usage`
 */
export function parseStandard(text: string): PssStandard {
  const [, level, version = 'latest'] = /^(privileged|baseline|restricted)(?::(latest|v1\.\d{1,3}))?$/.exec(text) ?? [];
  const minor = version === 'latest' ? NEWEST_MINOR : Number(version.slice(3));
  if (level !== 'privileged' && level !== 'baseline' && level !== 'restricted') {
    const words = 'LEVEL or LEVEL:VERSION, such as baseline:v1.20 or restricted:latest';
    throw new PlimsollError('usage', `"${text}" is no Pod Security Standard: ${words}`);
  }
  if (minor > NEWEST_MINOR) {
    throw new PlimsollError('usage', `the checks of v1.${minor} are not known, only those up to v1.${NEWEST_MINOR}`);
  }
  return { level, minor };
}

/** The checks that hold, in the order of their ids. */
export function checksOf({ level, minor }: PssStandard): readonly PssCheck[] {
  if (level === 'privileged') return [];
  const forms = new Map<string, PssCheck>();
  for (const check of PSS_CHECKS) {
    const wanted = check.since <= minor && (level === 'restricted' || check.level === 'baseline');
    const known = forms.get(check.id);
    if (wanted && (known === undefined || known.since <= check.since)) forms.set(check.id, check);
  }
  const replaced = new Set([...forms.values()].map(({ replaces }) => replaces));
  return [...forms.values()].filter(({ id }) => !replaced.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What each check says of a Pod or a template of one; undefined where it has no containers that could be judged. */
export function judgePod(pod: Json, standard: PssStandard): readonly PssResult[] | undefined {
  const checked = checkedPod(pod);
  if (checked === undefined) return undefined;
  return checksOf(standard).map((check) => ({ check, violations: check.violations(checked) }));
}
