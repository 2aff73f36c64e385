// Checks of what a container starts: whether the user may execute it, what its scripts need root for, setuid programs and file capabilities.
// Sources: execve(2), capabilities(7), kernel.org Documentation/userspace-api/no_new_privs.rst.
import type { FoundFile } from '../../../scan/image/image-files.ts';
import { CAPABILITIES } from '../capabilities.ts';
import { textsOf } from '../container.ts';
import type { NonrootFinding } from '../finding.ts';
import type { JudgedContainer } from '../judged.ts';
import { commandLine, type PlacedCall, type Started, startedBy } from '../start.ts';
import { declaredPorts, firstFreePort } from './ports.ts';

const IN_IMAGE = 'Give the file to that user in the image, or open it to all (chmod a+rX).';

/** All findings of what is started, in the order of the checks. */
export function programFindings(judged: JudgedContainer): readonly NonrootFinding[] {
  const words = commandLine(judged);
  if (words.length === 0) {
    const reason = 'neither the Pod nor the image names a command';
    return [{ check: 'program', class: 'unknown', reason, facts: [], remediation: 'Name a command.' }];
  }
  const main = startedBy(judged, words, 'the command');
  const all = [main, ...hooks(judged)];
  return [
    ...all.flatMap((started) => executable(started)),
    ...all.flatMap((started) => privilegedCalls(judged, started)),
    ...all.flatMap((started) => setuidCalls(judged, started)),
    ...main.files.flatMap((file) => fileCapabilities(judged, file)),
  ];
}

/** Commands of probes and of the lifecycle, which run as the same user. */
function hooks(judged: JudgedContainer): readonly Started[] {
  const { value } = judged.container;
  const places = [
    ['startupProbe'],
    ['livenessProbe'],
    ['readinessProbe'],
    ['lifecycle', 'postStart'],
    ['lifecycle', 'preStop'],
  ];
  return places.flatMap((place) => {
    const words = textsOf(value, ...place, 'exec', 'command');
    return words.length === 0 ? [] : [startedBy(judged, words, place.at(-1) ?? '')];
  });
}

function executable({ problems, unknown }: Started): readonly NonrootFinding[] {
  return [
    ...problems.map(
      ({ kind, reason, facts }): NonrootFinding => ({
        check: 'program',
        class: kind === 'barred' ? 'likely-break' : 'unknown',
        reason,
        facts,
        remediation: kind === 'barred' ? IN_IMAGE : 'Look at it by hand, or run the generated test.',
      }),
    ),
    ...unknown.map(
      (reason): NonrootFinding => ({
        check: 'program',
        class: 'unknown',
        reason,
        facts: [],
        remediation: 'Look at it by hand.',
      }),
    ),
  ];
}

/** What a program needs to do its work, by its name: a capability, or to be root because it writes what root owns. */
const NEEDS: ReadonlyMap<string, string> = new Map([
  ['chown', 'CHOWN'],
  ['chgrp', 'CHOWN'],
  ['chmod', 'FOWNER'],
  ...['gosu', 'su-exec', 'setpriv', 'chpst', 'runuser', 'su', 's6-setuidgid', 'setuidgid'].map(
    (name) => [name, 'SETUID'] as const,
  ),
  ...['mount', 'umount', 'swapon', 'swapoff', 'losetup', 'nsenter'].map((name) => [name, 'SYS_ADMIN'] as const),
  ...['modprobe', 'insmod', 'rmmod'].map((name) => [name, 'SYS_MODULE'] as const),
  ...['iptables', 'ip6tables', 'iptables-restore', 'nft', 'ipset', 'tc', 'sysctl'].map(
    (name) => [name, 'NET_ADMIN'] as const,
  ),
  ['mknod', 'MKNOD'],
  ['chroot', 'SYS_CHROOT'],
  ['setcap', 'SETFCAP'],
  ...(
    'useradd adduser usermod userdel deluser groupadd addgroup groupmod delgroup chpasswd passwd apt apt-get dpkg apk yum dnf microdnf rpm zypper ' +
    'update-ca-certificates update-ca-trust ldconfig'
  )
    .split(' ')
    .map((name) => [name, 'DAC_OVERRIDE'] as const),
]);

function privilegedCalls({ actor, identity, who }: JudgedContainer, { calls }: Started): readonly NonrootFinding[] {
  const byNeed = calls.filter((call) => {
    const need = NEEDS.get(baseName(call.program));
    if (need === undefined || call.tolerated === true) return false;
    if (call.rootOnly === true && identity.uid !== 0) return false;
    // As a setuid program it is root; where it may not become root, that is said of it.
    if (isSetuid(call.file) && call.file.file.uid === 0) return false;
    return !actor.capabilities.has(need);
  });
  // A program may change the modes of what is its own, and that is not known of a script's arguments.
  const [modes, others] = [byNeed.filter(isChmod), byNeed.filter((call) => !isChmod(call))];
  return [
    ...calling(others, 'likely-break', `which ${who} is refused`),
    ...calling(modes, 'writes', `which ${who} may do with its own files only`),
  ];
}

function isChmod({ program }: PlacedCall): boolean {
  return baseName(program) === 'chmod';
}

function calling(
  calls: readonly PlacedCall[],
  kind: 'likely-break' | 'writes',
  why: string,
): readonly NonrootFinding[] {
  if (calls.length === 0) return [];
  const names = [...new Set(calls.map(({ program }) => baseName(program)))].join(', ');
  return [
    {
      check: 'script',
      class: kind,
      reason: `what it starts calls ${names}, ${why}`,
      facts: calls.map(callFact),
      remediation: 'Do it when the image is built, or only where the script runs as root (id -u).',
    },
  ];
}

/** With no_new_privs a setuid program runs as whoever started it. */
function setuidCalls(
  { identity, privileges, image }: JudgedContainer,
  { calls, files }: Started,
): readonly NonrootFinding[] {
  if (identity.uid === 0 || !privileges.noNewPrivileges) return [];
  const called = calls.filter(({ tolerated, rootOnly }) => tolerated !== true && rootOnly !== true);
  const found = [
    ...called.flatMap((call) => (isSetuid(call.file) ? [[call.file, callFact(call)] as const] : [])),
    ...files.flatMap((file) => (isSetuid(file) ? [[file, image.fact(file)] as const] : [])),
  ];
  const byPath = new Map(found.map(([file, fact]) => [file.path, [image.fact(file), fact]]));
  return [...byPath].map(([path, facts]) => ({
    check: 'setuid',
    class: 'likely-break',
    reason: `${path} is setuid, and allowPrivilegeEscalation: false keeps it from becoming another user`,
    facts: [...new Set(facts)],
    remediation: 'Do without it; where it is needed, allowPrivilegeEscalation must stay allowed.',
  }));
}

function isSetuid(found: FoundFile | undefined): found is FoundFile {
  return found !== undefined && (found.file.mode & 0o4000) !== 0;
}

/** A file with capabilities does not start where its effective ones cannot be had, and gets none where privileges cannot grow. */
function fileCapabilities(judged: JudgedContainer, found: FoundFile): readonly NonrootFinding[] {
  const { identity, privileges, image } = judged;
  const known = image.capabilities(found);
  const base = { check: 'file-capabilities' as const, facts: [image.fact(found)] };
  if ('unknown' in known) {
    return [
      {
        ...base,
        class: 'unknown',
        reason: `the capabilities of ${found.path} are not known`,
        remediation: 'Look at them with getcap.',
      },
    ];
  }
  if (known.value === undefined) return [];
  const { permitted, effective } = known.value;
  const names = permitted.map((number) => CAPABILITIES[number] ?? String(number));
  const missing = names.filter((name) => !privileges.bounding.has(name));
  const facts = [
    ...base.facts,
    `${found.path} has the file capabilities ${names.join(', ')}${effective ? ' (effective)' : ''}`,
  ];
  if (effective && missing.length > 0) {
    const reason = `${found.path} cannot be started: its file capability ${missing.join(', ')} is dropped from the container`;
    return [
      {
        ...base,
        facts,
        class: 'likely-break',
        reason,
        remediation: `Add ${missing.join(', ')} to the container, or take it off the file.`,
      },
    ];
  }
  const lost = names.filter((name) => name !== 'NET_BIND_SERVICE' || !portsAreFree(judged));
  if (identity.uid !== 0 && privileges.noNewPrivileges && lost.length > 0) {
    const reason = `${found.path} loses its file capability ${lost.join(', ')}: allowPrivilegeEscalation: false keeps it from having more than its user`;
    return [
      {
        ...base,
        facts,
        class: 'likely-break',
        reason,
        remediation:
          'Do without the capability: a port of 1024 or more, the sysctl net.ipv4.ip_unprivileged_port_start.',
      },
    ];
  }
  return [];
}

/** Whether the ports that are declared are open to every user; where none is, all are. */
function portsAreFree(judged: JudgedContainer): boolean {
  const first = firstFreePort(judged);
  const ports = declaredPorts(judged).map(([port]) => port);
  return ports.length === 0 ? first <= 1 : ports.every((port) => port >= first);
}

/** Whether a file that it starts gives a capability that takes effect. */
export function gainsByFile(judged: JudgedContainer, name: string): boolean {
  if (judged.privileges.noNewPrivileges || !judged.privileges.bounding.has(name)) return false;
  const { files } = startedBy(judged, commandLine(judged), 'the command');
  return files.some((found) => {
    const known = judged.image.capabilities(found);
    return (
      'value' in known && known.value?.permitted.includes(CAPABILITIES.indexOf(name)) === true && known.value.effective
    );
  });
}

/** Users that scripts step down to, as they name them. */
export function steppedDownUsers(judged: JudgedContainer): readonly string[] {
  const { calls } = startedBy(judged, commandLine(judged), 'the command');
  return [...new Set(calls.flatMap(({ user }) => user ?? []))];
}

function callFact({ program, place }: PlacedCall): string {
  return `${place}: ${baseName(program)}`;
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
