// Who a container runs as. The rules are those of the kubelet and containerd: securityContext of the container, then of the Pod, then the image's user
// (kubelet pkg/kubelet/kuberuntime/security_context.go verifyRunAsNonRoot, kuberuntime_image.go getImageUser; containerd internal/cri/util getUserFromImage).
// The group that an image's user names does not count (kubernetes/kubernetes#61967, containerd/containerd#11607).
import type { Account } from '../../scan/image/start/accounts.ts';
import { type PodContainer, podSetting, type Setting, settingFact, settingOf } from './container.ts';
import type { NonrootFinding } from './finding.ts';
import type { ImageStart, Known } from './image-start.ts';

/** Who it is. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Ascending, without the group itself. */
  readonly groups: readonly number[];
  /** Where the user comes from; `default` is root because nothing names one. */
  readonly from: 'container' | 'pod' | 'policy' | 'image' | 'default';
  /** Name of the account in the image. */
  readonly account?: string;
  readonly home?: string;
  /** runAsNonRoot holds. */
  readonly enforced: boolean;
  readonly facts: readonly string[];
}

/** The identity as far as it is known, and what is wrong with it. */
export interface IdentityAnswer {
  readonly identity?: Identity;
  readonly finding?: NonrootFinding;
}

interface User {
  readonly uid: number;
  readonly from: Identity['from'];
  readonly facts: readonly string[];
  /** The image names it; the kubelet cannot tell what is behind it. */
  readonly named?: string;
}

const NUMERIC = 'Set a numeric runAsUser other than 0.';

/** The identity of a container. An image that could not be read is told by its reason. */
export function identityOf(container: PodContainer, image: Known<ImageStart>): IdentityAnswer {
  const nonRoot = settingOf(container, 'runAsNonRoot');
  const enforced = nonRoot?.value === true;
  const nonRootFacts = nonRoot === undefined ? [] : [settingFact(nonRoot, container.pod)];
  const user = userOf(container, image);
  if ('finding' in user) {
    const { finding, named } = user;
    if (enforced && named !== undefined) return { finding: blockedByName(named, finding.facts, nonRootFacts) };
    return { finding };
  }
  const identity = withGroups(container, user, image, enforced, nonRootFacts);
  if (!enforced) return withDoubt(container, identity, image);
  if (user.named !== undefined)
    return { identity, finding: blockedByName(user.named, user.facts, nonRootFacts, identity) };
  if (user.uid !== 0) return withDoubt(container, identity, image);
  const why =
    user.from === 'image' || user.from === 'default'
      ? 'container has runAsNonRoot and image will run as root'
      : "container's runAsUser breaks non-root policy";
  return {
    identity,
    finding: { ...blocked(`runAsNonRoot refuses root: "${why}"`, [...identity.facts]), remediation: NUMERIC },
  };
}

/** The identity, and what of its groups is not known because the image's accounts could not be read. */
function withDoubt(container: PodContainer, identity: Identity, image: Known<ImageStart>): IdentityAnswer {
  if ('unknown' in image) return { identity };
  const [accounts, groups] = [image.value.accounts(), image.value.groups()];
  const isGroupSet = settingOf(container, 'runAsGroup') !== undefined;
  if ('unknown' in accounts && !isGroupSet) {
    return {
      identity,
      finding: unknown(`the group of user ${identity.uid} is not known: ${accounts.unknown}`, identity.facts),
    };
  }
  if (!('unknown' in groups) || identity.account === undefined) return { identity };
  return {
    identity,
    finding: unknown(`further groups of ${identity.account} are not known: ${groups.unknown}`, identity.facts),
  };
}

function blockedByName(
  name: string,
  facts: readonly string[],
  nonRootFacts: readonly string[],
  identity?: Identity,
): NonrootFinding {
  const hint = identity === undefined ? '' : `; in its /etc/passwd ${name} is ${identity.uid}`;
  return {
    ...blocked(
      `runAsNonRoot cannot accept a user by name: "image has non-numeric user (${name}), cannot verify user is non-root"${hint}`,
      [...nonRootFacts, ...(identity?.facts.filter((fact) => !nonRootFacts.includes(fact)) ?? facts)],
    ),
    remediation:
      identity === undefined || identity.uid === 0
        ? NUMERIC
        : `Set runAsUser: ${identity.uid}, which is ${name} in the image.`,
  };
}

function blocked(reason: string, facts: readonly string[]): NonrootFinding {
  return { check: 'identity', class: 'block', reason, facts, remediation: NUMERIC };
}

function unknown(reason: string, facts: readonly string[]): NonrootFinding {
  return { check: 'identity', class: 'unknown', reason, facts, remediation: NUMERIC };
}

function userOf(
  container: PodContainer,
  image: Known<ImageStart>,
): User | { readonly finding: NonrootFinding; readonly named?: string } {
  const setting = settingOf(container, 'runAsUser');
  if (setting !== undefined) return userOfSetting(setting, container);
  if ('unknown' in image)
    return { finding: unknown(`nothing sets runAsUser, and the image could not be read: ${image.unknown}`, []) };
  const { user = '' } = image.value.config;
  const fact = user === '' ? "the image's configuration names no user" : `User of the image's configuration is ${user}`;
  // Only the part before the colon counts, and an empty one is none.
  const name = user.split(':', 1)[0] ?? '';
  if (name === '') return { uid: 0, from: user === '' ? 'default' : 'image', facts: [fact] };
  if (/^[+-]?\d{1,18}$/.test(name)) {
    const uid = Number(name);
    if (uid < 0 || uid > 0x7f_ff_ff_ff)
      return { finding: blocked(`the image's user ${name} is no user that a runtime accepts`, [fact]) };
    return { uid, from: 'image', facts: [fact] };
  }
  const accounts = image.value.accounts();
  if ('unknown' in accounts)
    return {
      finding: unknown(`the image's user ${name} cannot be looked up: ${accounts.unknown}`, [fact]),
      named: name,
    };
  const account = accounts.value.find((one) => one.name === name);
  if (account === undefined) {
    return {
      finding: blocked(`the image's user ${name} is not in its /etc/passwd: the runtime cannot start it`, [fact]),
      named: name,
    };
  }
  return { uid: account.uid, from: 'image', facts: [fact, accountFact(account)], named: name };
}

function userOfSetting(setting: Setting, { pod }: PodContainer): User | { readonly finding: NonrootFinding } {
  const { value, level, byPolicy } = setting;
  const facts = [settingFact(setting, pod)];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x7f_ff_ff_ff) {
    return { uid: value, from: byPolicy ? 'policy' : level, facts };
  }
  return { finding: blocked('runAsUser is no number from 0 to 2147483647: the API server refuses the Pod', facts) };
}

function accountFact({ name, uid, gid }: Account): string {
  return `/etc/passwd of the image: ${name} is ${uid}:${gid}`;
}

function withGroups(
  container: PodContainer,
  { uid, from, facts, named }: User,
  image: Known<ImageStart>,
  enforced: boolean,
  nonRootFacts: readonly string[],
): Identity {
  const accounts = 'unknown' in image ? image : image.value.accounts();
  const account =
    'unknown' in accounts
      ? undefined
      : accounts.value.find((one) => (named === undefined ? one.uid === uid : one.name === named));
  const setting = settingOf(container, 'runAsGroup');
  const group = typeof setting?.value === 'number' ? setting.value : undefined;
  const gid = group ?? account?.gid ?? 0;
  const groups = new Set([
    ...podGroups(container),
    ...(account === undefined || isStrict(container) ? [] : memberships(account, image)),
  ]);
  groups.delete(gid);
  return {
    uid,
    gid,
    groups: [...groups].sort((a, b) => a - b),
    from,
    ...(account === undefined ? {} : { account: account.name, home: account.home }),
    enforced,
    facts: [
      ...nonRootFacts,
      ...facts,
      ...(account === undefined || named !== undefined ? [] : [accountFact(account)]),
      ...(setting === undefined ? [] : [settingFact(setting, container.pod)]),
    ],
  };
}

function podGroups({ pod }: PodContainer): readonly number[] {
  const more = podSetting(pod, 'supplementalGroups')?.value;
  const listed = Array.isArray(more) ? more : [];
  return [...listed, podSetting(pod, 'fsGroup')?.value].filter((gid): gid is number => typeof gid === 'number');
}

/** Whether groups of the image do not count (PodSecurityContext, supplementalGroupsPolicy: Strict, from Kubernetes 1.31). */
function isStrict({ pod }: PodContainer): boolean {
  return podSetting(pod, 'supplementalGroupsPolicy')?.value === 'Strict';
}

/** Groups of /etc/group that list the account (supplementalGroupsPolicy Merge, the default). */
function memberships({ name }: Account, image: Known<ImageStart>): readonly number[] {
  const groups = 'unknown' in image ? image : image.value.groups();
  return 'unknown' in groups ? [] : groups.value.filter(({ members }) => members.includes(name)).map(({ gid }) => gid);
}
