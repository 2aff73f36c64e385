// Capabilities of a container: what its bounding set holds, and what is in effect. Numbers of linux/capability.h; the default set is that of containerd's
// oci.WithDefaultUnixCaps (also Docker's); the order of adding and dropping that of containerd's internal/cri/server.
import type { PodContainer } from './container.ts';
import { settingOf, textsOf } from './container.ts';

const NAMES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK ' +
  'IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE ' +
  'AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE';

/** Names of all capabilities without `CAP_`, by number. */
export const CAPABILITIES: readonly string[] = NAMES.split(' ');

const DEFAULT =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  );

/** What a container may do beyond its identity. */
export interface Privileges {
  /** What its processes can have at most. */
  readonly bounding: ReadonlySet<string>;
  /** Added by name, beyond the default set. */
  readonly added: readonly string[];
  readonly privileged: boolean;
  /** Privileges cannot grow by starting a program (`allowPrivilegeEscalation: false`, no_new_privs). */
  readonly noNewPrivileges: boolean;
}

/** The privileges that the settings of a container give. */
export function privilegesOf(container: PodContainer): Privileges {
  const privileged = settingOf(container, 'privileged')?.value === true;
  const noNewPrivileges = settingOf(container, 'allowPrivilegeEscalation')?.value === false;
  const changes = settingOf(container, 'capabilities')?.value;
  const [add, drop] = [textsOf(changes, 'add').map(plainName), textsOf(changes, 'drop').map(plainName)];
  const changed = drop.includes('ALL') ? [] : add.includes('ALL') ? CAPABILITIES : DEFAULT;
  const start = privileged ? CAPABILITIES : changed;
  const bounding = new Set([...start, ...add.filter((name) => name !== 'ALL')]);
  if (!privileged) for (const name of drop) bounding.delete(name);
  const added = add.filter((name) => bounding.has(name) && !DEFAULT.includes(name));
  return { bounding, added, privileged, noNewPrivileges };
}

/** What is in effect: the bounding set for root, nothing for others, since Kubernetes gives no ambient capabilities (capabilities(7)). */
export function effectiveFor(uid: number, { bounding }: Privileges): ReadonlySet<string> {
  return uid === 0 ? bounding : NOTHING;
}

const NOTHING: ReadonlySet<string> = new Set();

function plainName(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}
