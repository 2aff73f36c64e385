// Checks of settings: contradictions that the API server refuses, low ports, capabilities that do not take effect, the working directory.
// Sources: Kubernetes pkg/apis/core/validation ValidateSecurityContext; containerd docs/cri/config.md, enable_unprivileged_ports (on by default from 2.0, off before).
import { memberOf } from '../../../platform/json.ts';
import { barredFolder, mayAccess } from '../access.ts';
import { mountOver, settingOf, textsOf } from '../container.ts';
import type { NonrootFinding } from '../finding.ts';
import type { JudgedContainer } from '../judged.ts';
import { workingDirectory } from '../start.ts';
import { declaredPorts, firstFreePort, PORT_SYSCTL } from './ports.ts';
import { gainsByFile } from './program.ts';

/** Settings that the API server refuses together. */
export function conflictFindings({
  container,
  privileges,
}: Pick<JudgedContainer, 'container' | 'privileges'>): readonly NonrootFinding[] {
  if (!privileges.noNewPrivileges) return [];
  const adds = textsOf(settingOf(container, 'capabilities')?.value, 'add');
  // The API server compares the name as it is written (pkg/apis/core/validation).
  const with_ = privileges.privileged
    ? 'privileged: true'
    : adds.includes('CAP_SYS_ADMIN')
      ? 'the capability CAP_SYS_ADMIN'
      : undefined;
  if (with_ === undefined) return [];
  return [
    {
      check: 'settings-conflict',
      class: 'block',
      reason: `the API server refuses allowPrivilegeEscalation: false together with ${with_}`,
      facts: ['allowPrivilegeEscalation', ...(privileges.privileged ? ['privileged'] : ['capabilities'])].flatMap(
        (member) => {
          const setting = settingOf(container, member);
          return setting === undefined ? [] : [`${setting.field} is ${JSON.stringify(setting.value)}`];
        },
      ),
      remediation: 'Take one of the two away, or except the workload from the policy.',
    },
  ];
}

/** Ports below 1024 that only root or CAP_NET_BIND_SERVICE may listen on. */
export function portFindings(judged: JudgedContainer): readonly NonrootFinding[] {
  const { actor, container, who } = judged;
  if (actor.capabilities.has('NET_BIND_SERVICE')) return [];
  const first = firstFreePort(judged);
  const low = declaredPorts(judged).filter(([port]) => port > 0 && port < first);
  if (low.length === 0 || gainsByFile(judged, 'NET_BIND_SERVICE')) return [];
  const onNode = memberOf(container.pod.spec, 'hostNetwork') === true;
  const caveat = onNode
    ? 'it uses the network of the node, whose own setting counts'
    : 'it works only where the runtime lets every user do so (containerd from 2.0, or enable_unprivileged_ports before)';
  return [
    {
      check: 'low-port',
      class: 'likely-break',
      reason: `${who} listens on port ${[...new Set(low.map(([port]) => port))].join(', ')}, below ${first}: ${caveat}`,
      facts: low.map(([, fact]) => fact),
      remediation: onNode
        ? 'Listen on a port of 1024 or more.'
        : `Listen on a port of 1024 or more, or set the sysctl ${PORT_SYSCTL} of the Pod, which is safe from Kubernetes 1.22 on.`,
    },
  ];
}

/** Capabilities that were added for a user who is not root: they are in the bounding set, and in effect nowhere. */
export function addedCapabilityFindings(judged: JudgedContainer): readonly NonrootFinding[] {
  const { actor, container, privileges, who } = judged;
  const lost = privileges.added.filter((name) => !actor.capabilities.has(name) && !gainsByFile(judged, name));
  const setting = settingOf(container, 'capabilities');
  if (lost.length === 0 || setting === undefined) return [];
  return [
    {
      check: 'added-capabilities',
      class: 'likely-break',
      reason: `${lost.join(', ')} is added and not in effect for ${who}: Kubernetes gives no ambient capabilities`,
      facts: [`${setting.field} is ${JSON.stringify(setting.value)}`],
      remediation: 'Give the program the file capability and let privileges grow, or do without.',
    },
  ];
}

/** The runtime enters the working directory as root; what the program does in it, it does as its user. */
export function workingDirectoryFindings(judged: JudgedContainer): readonly NonrootFinding[] {
  const path = workingDirectory(judged);
  if (mountOver(judged.mounts, path) !== undefined) return [];
  const found = judged.image.files.find(path);
  // One that is not there is made by the runtime, open to all.
  if (found === undefined || found.file.type !== 'dir') return [];
  const barred =
    barredFolder(found, judged.actor) ?? (mayAccess(found.file, 'execute', judged.actor) ? undefined : found);
  if (barred === undefined) return [];
  return [
    {
      check: 'working-directory',
      class: 'likely-break',
      reason: `${judged.who} cannot search ${barred.path}: nothing in the working directory ${path} can be opened`,
      facts: [judged.image.fact(barred)],
      remediation: 'Open the folder to that user in the image, or set workingDir.',
    },
  ];
}
