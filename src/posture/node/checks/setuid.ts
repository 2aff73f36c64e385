// Checks of programs with set-user-ID: every one of root's is a way to become root for whoever finds its fault.
import { aboutNode, aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';

/** Folders into which distributions put such programs. */
const USUAL = /^\/(?:usr\/)?(?:s?bin|lib(?:exec|32|64)?)\//;

/** The file systems, and where they are. */
const MOUNTS = '/proc/mounts';

/** Programs with set-user-ID that belong to root. */
export const SETUID_CHECKS: readonly NodeCheck[] = [
  {
    id: 'setuid-writable',
    title: 'Nobody but root can change a program that runs as root',
    severity: 'critical',
    why: 'Whoever may write to it is root.',
    remediation: 'take the right to write away from group and others, or remove the program',
    reference: 'chmod(2); CIS Distribution Independent Linux, "Audit SUID executables"',
    judge: judgeWritable,
  },
  {
    id: 'setuid-places',
    title: 'Programs that run as root lie where the distribution puts them',
    severity: 'low',
    why: 'In /opt, /home, /usr/local or a build folder no package update reaches them, and no inventory lists them.',
    remediation: 'remove the set-user-ID bit, or install the program as a package',
    reference: 'Filesystem Hierarchy Standard 3.0; CIS Distribution Independent Linux, "Audit SUID executables"',
    judge: judgePlaces,
  },
];

function judgeWritable(node: NodeUnderCheck): readonly NodeJudgement[] {
  const writable = setuidFiles(node).filter(({ mode }) => (mode & 0o022) !== 0);
  if (writable.length > 0) {
    const found = writable.map(({ path, mode }) =>
      aboutThing(node, path, 'fail', `others than root may write to it (${mode.toString(8)})`, [
        `${path} ${mode.toString(8)}`,
      ]),
    );
    return [...found, ...(unsearched(node) ?? [])];
  }
  return (
    unsearched(node) ?? [
      aboutNode(node, 'pass', `of ${count(node)} with set-user-ID root none can be changed by others`),
    ]
  );
}

function judgePlaces(node: NodeUnderCheck): readonly NodeJudgement[] {
  const elsewhere = setuidFiles(node).filter(({ path }) => !USUAL.test(path));
  if (elsewhere.length > 0) {
    const found = elsewhere.map(({ path, mode }) =>
      aboutThing(node, path, 'fail', 'it runs as root and lies where no distribution puts such programs', [
        `${path} ${mode.toString(8)}`,
      ]),
    );
    return [...found, ...(unsearched(node) ?? [])];
  }
  return unsearched(node) ?? [aboutNode(node, 'pass', `${count(node)} with set-user-ID root, all in usual places`)];
}

/** Of root alone: a program of another user gives that user's rights. */
function setuidFiles({ facts }: NodeUnderCheck): readonly { readonly path: string; readonly mode: number }[] {
  return facts
    .files()
    .filter(({ type, uid }) => type === 'file' && uid === 0)
    .map(({ path, mode }) => ({ path, mode: Number.parseInt(mode, 8) }))
    .filter(({ mode }) => (mode & 0o4000) !== 0);
}

function count(node: NodeUnderCheck): string {
  const number = setuidFiles(node).length;
  return `${number} ${number === 1 ? 'program' : 'programs'}`;
}

/** What says that not all of the node was searched: a place is told once it was searched to its end, else why it was not. It is told beside what was found. */
function unsearched(node: NodeUnderCheck): readonly NodeJudgement[] | undefined {
  const { facts } = node;
  const mounts = facts.content(MOUNTS);
  // The list itself fails where it has more places than are searched.
  const places = [MOUNTS, ...(mounts.state === 'there' ? mounts.value.split('\n').map(mountPoint) : ['/'])];
  const failed = places.find((place) => facts.failure(place) !== undefined);
  if (failed !== undefined) {
    return [aboutNode(node, 'no-evidence', `${failed} was not searched to its end: ${facts.failure(failed)}`)];
  }
  if (facts.commands('setuid').length > 0) return undefined;
  return [aboutNode(node, 'no-evidence', 'the evidence does not say that the node was searched')];
}

/** The second word of a line of /proc/mounts, in which white space and backslashes are octal (fstab(5)). */
function mountPoint(line: string): string {
  const word = line.split(' ')[1] ?? '';
  return word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
