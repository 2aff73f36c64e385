// Checks of the versions of container runtimes against the releases that closed known ways out of a container. A distribution may have mended an older
// number: the check says so, and a scan of the node's packages (rootfs:/) decides.
import { semver } from '../../../versions/semver.ts';
import { aboutNode, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';

interface KnownHole {
  readonly vulnerability: string;
  /** The first release without it, for each line that got one; a line without one is older than the least. */
  readonly fixed: readonly string[];
}

interface RuntimeProgram {
  readonly program: string;
  readonly command: readonly string[];
  /** Ways out of a container, with the notes of the releases that closed them. */
  readonly holes: readonly KnownHole[];
  readonly reference: string;
}

const PROGRAMS: readonly RuntimeProgram[] = [
  {
    program: 'runc',
    command: ['runc', '--version'],
    holes: [
      { vulnerability: 'CVE-2019-5736', fixed: ['1.0.0-rc7'] },
      { vulnerability: 'CVE-2021-30465', fixed: ['1.0.0-rc95'] },
      { vulnerability: 'CVE-2024-21626', fixed: ['1.1.12'] },
      { vulnerability: 'CVE-2025-31133, CVE-2025-52565, CVE-2025-52881', fixed: ['1.2.8', '1.3.3', '1.4.0-rc.3'] },
    ],
    reference: 'opencontainers/runc, release notes 1.0.0-rc7, 1.0.0-rc95, 1.1.12, 1.2.8, 1.3.3 and 1.4.0-rc.3',
  },
  {
    program: 'containerd',
    command: ['containerd', '--version'],
    holes: [
      { vulnerability: 'CVE-2020-15257', fixed: ['1.3.9', '1.4.3'] },
      { vulnerability: 'CVE-2022-23648', fixed: ['1.4.13', '1.5.10', '1.6.1'] },
    ],
    reference: 'containerd/containerd, security advisories GHSA-36xw-fx78-c5r4 and GHSA-crp2-qrr5-8pq7',
  },
];

/** A check a program. */
export const RUNTIME_VERSION_CHECKS: readonly NodeCheck[] = PROGRAMS.map((runtime) => ({
  id: `${runtime.program}-version`,
  title: `${runtime.program} is not older than the releases that closed known ways out of a container`,
  severity: 'high',
  why: 'Whoever gets out of a container through the runtime is root on the node.',
  remediation: `update ${runtime.program}, or show with a scan of the node that the distribution has mended its package`,
  reference: runtime.reference,
  judge: (node) => [judgeVersion(node, runtime)],
}));

function judgeVersion(node: NodeUnderCheck, { program, command, holes }: RuntimeProgram): NodeJudgement {
  const told = node.facts.command(...command);
  if (told.state === 'absent') return aboutNode(node, 'not-applicable', `${program} is not to be seen`);
  if (told.state === 'unknown') return aboutNode(node, 'no-evidence', told.reason);
  const line = told.value.output.split('\n', 1)[0] ?? '';
  const version = /\bv?(\d+\.\d+\.\d+(?:-rc\.?\d+)?)/.exec(line)?.[1];
  if (version === undefined) return aboutNode(node, 'no-evidence', `${command.join(' ')} names no version`, [line]);
  const open = holes.filter(({ fixed }) => isBefore(version, fixed)).map(({ vulnerability }) => vulnerability);
  if (open.length === 0)
    return aboutNode(
      node,
      'pass',
      `${version} is not older than the fixes of ${holes.map(({ vulnerability }) => vulnerability).join(', ')}`,
      [line],
    );
  // A number with more behind it is that of a distribution's package.
  const reason = `${version} is older than what closed ${open.join(', ')}, unless the distribution mended it`;
  return aboutNode(node, 'warn', reason, [line]);
}

/** Whether the version is older than the fix of its own line, or than all of them. Lines are those of MAJOR.MINOR. */
function isBefore(version: string, fixed: readonly string[]): boolean {
  const own = comparable(version);
  const sameLine = fixed.find((one) => lineOf(one) === lineOf(version));
  const bound = sameLine ?? fixed.find((one) => semver.compare(comparable(one), own) > 0);
  return bound !== undefined && semver.compare(own, comparable(bound)) < 0;
}

function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** `1.0.0-rc95` with its number as a part of its own, as semver orders numbers. */
function comparable(version: string): string {
  return version.replace(/-rc\.?(\d+)$/, '-rc.$1');
}
