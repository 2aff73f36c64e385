// enroot: containers of users in user namespaces, with hooks of the site.
// Source: NVIDIA/enroot, conf/enroot.conf.in and doc/configuration.md.
import { aboutNode, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { aboutOption, type Configuration, eachConfiguration, judgePath, shownBy } from './judge.ts';
import { optionOf, spacedOptions } from './options.ts';

interface Switch {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly severity: 'medium' | 'low';
  /** What it should be, and what it is when it is not set. */
  readonly wanted: 'yes' | 'no';
  readonly otherwise: 'yes' | 'no';
  readonly why: string;
}

const SWITCHES: readonly Switch[] = [
  {
    id: 'enroot-superuser',
    key: 'ENROOT_ALLOW_SUPERUSER',
    title: 'Root does not keep its rights in containers of enroot',
    severity: 'medium',
    wanted: 'no',
    otherwise: 'no',
    why: 'An administrator who starts an image of a user would run it with all rights on the node.',
  },
  {
    id: 'enroot-plain-http',
    key: 'ENROOT_ALLOW_HTTP',
    title: 'enroot fetches images over TLS alone',
    severity: 'medium',
    wanted: 'no',
    otherwise: 'no',
    why: 'Whoever is in the network between node and registry decides what is run.',
  },
  {
    id: 'enroot-devices',
    key: 'ENROOT_RESTRICT_DEV',
    title: 'Containers of enroot see a small set of devices',
    severity: 'low',
    wanted: 'yes',
    otherwise: 'no',
    why: 'Without it a container has all devices of the node that its user may open.',
  },
  {
    id: 'enroot-remap-root',
    key: 'ENROOT_REMAP_ROOT',
    title: 'Users are not root within containers of enroot unless they ask for it',
    severity: 'low',
    wanted: 'no',
    otherwise: 'no',
    why: 'Programs that check for root before they do harm do it then.',
  },
  {
    id: 'enroot-writable',
    key: 'ENROOT_ROOTFS_WRITABLE',
    title: 'Containers of enroot are read-only unless their user asks for more',
    severity: 'low',
    wanted: 'no',
    otherwise: 'no',
    why: 'What one run leaves behind in a container is in the next.',
  },
];

/** Switches of enroot.conf and the hooks of the site. */
export const ENROOT_CHECKS: readonly NodeCheck[] = [
  ...SWITCHES.map(
    (one): NodeCheck => ({
      id: one.id,
      title: one.title,
      severity: one.severity,
      why: one.why,
      remediation: `set ${one.key} ${one.wanted} in enroot.conf`,
      reference: `enroot, conf/enroot.conf, ${one.key}`,
      judge: (node) => eachConfiguration(node, 'enroot', (configuration) => [judgeSwitch(node, configuration, one)]),
    }),
  ),
  {
    id: 'enroot-hooks',
    title: "Hooks of enroot are root's alone",
    severity: 'high',
    why: 'They run for every container of every user, with the rights of the user.',
    remediation: 'give the hook and all folders above it to root, writable by root alone',
    reference: 'enroot, doc/configuration.md, "Hooks"',
    judge: judgeHooks,
  },
];

function judgeSwitch(
  node: NodeUnderCheck,
  configuration: Configuration,
  { key, wanted, otherwise }: Switch,
): NodeJudgement {
  const set = optionOf(spacedOptions(configuration.text), key);
  const value = /^["']?(?:y|yes|true|1)["']?$/i.test(set ?? otherwise) ? 'yes' : 'no';
  const said = set === undefined ? `${key} is not set, which means ${otherwise}` : `${key} is ${set}`;
  return aboutOption(node, configuration, `${key} ${set ?? '(not set)'}`, value === wanted ? 'pass' : 'fail', said);
}

function judgeHooks(node: NodeUnderCheck): readonly NodeJudgement[] {
  const shown = shownBy(node, 'enroot');
  if ('verdict' in shown) return [shown];
  const hooks = node.facts.files().filter(({ path }) => path.startsWith('/etc/enroot/hooks.d/'));
  if (hooks.length === 0) return [aboutNode(node, 'no-evidence', 'its hooks are not in the evidence', shown.traces)];
  return hooks.map(({ path }) => judgePath(node, path, 'hook'));
}
