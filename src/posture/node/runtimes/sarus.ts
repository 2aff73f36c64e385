// Sarus: starts containers as root through a program with set-user-ID, so everything that sarus.json names must be root's alone.
// Source: eth-cscs/sarus, doc/install/post-installation.rst ("Security related") and doc/config/configuration_reference.rst.
import { aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { aboutOption, type Configuration, eachConfiguration, judgePath } from './judge.ts';

/** Entries of sarus.json that name what Sarus runs or fills as root. */
const TRUSTED = ['OCIBundleDir', 'mksquashfsPath', 'initPath', 'runcPath', 'hooksDir'];

const POST_INSTALLATION = 'Sarus, Post-installation actions, "Security related"';

/** The checks of Sarus itself, and the paths that it checks only when it is told to. */
export const SARUS_CHECKS: readonly NodeCheck[] = [
  {
    id: 'sarus-security-checks',
    title: 'Sarus checks what it trusts',
    severity: 'critical',
    why: 'With securityChecks off, Sarus runs as root whatever its paths name, also what a user put there.',
    remediation: 'set "securityChecks": true in sarus.json',
    reference: 'Sarus, Configuration file reference, securityChecks',
    judge: (node) => eachConfiguration(node, 'sarus', (configuration) => [judgeSecurityChecks(node, configuration)]),
  },
  {
    id: 'sarus-paths',
    title: "What Sarus runs as root is root's alone",
    severity: 'critical',
    why: 'Whoever may write to the runtime, the init program, the hooks or a folder above them becomes root with the next container.',
    remediation: 'give the path and all folders above it to root, writable by root alone',
    reference: POST_INSTALLATION,
    judge: (node) => eachConfiguration(node, 'sarus', (configuration) => judgePaths(node, configuration)),
  },
];

function judgeSecurityChecks(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const settings = settingsOf(configuration);
  if (settings === undefined) return unreadable(node, configuration);
  const value = settings['securityChecks'];
  if (value === true) return aboutOption(node, configuration, 'securityChecks true', 'pass', 'securityChecks is on');
  if (value === false) return aboutOption(node, configuration, 'securityChecks false', 'fail', 'securityChecks is off');
  return aboutOption(
    node,
    configuration,
    'securityChecks',
    'fail',
    'securityChecks is not set to true, as Sarus requires',
  );
}

function judgePaths(node: NodeUnderCheck, configuration: Configuration): readonly NodeJudgement[] {
  const settings = settingsOf(configuration);
  if (settings === undefined) return [unreadable(node, configuration)];
  const named = TRUSTED.flatMap((key) => {
    const path = settings[key];
    return typeof path === 'string' && path.startsWith('/') ? [judgePath(node, path.replace(/\/+$/, ''), key)] : [];
  });
  return [judgePath(node, configuration.path, 'sarus.json'), ...named];
}

function settingsOf({ text }: Configuration): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(node: NodeUnderCheck, { path }: Configuration): NodeJudgement {
  return aboutThing(node, path, 'no-evidence', 'it is no JSON object');
}
