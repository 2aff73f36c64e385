// Apptainer and Singularity: without privileges unless the starter with set-user-ID is installed; then apptainer.conf decides what users may do as root.
// Source: Apptainer Administrator Documentation, "Apptainer Configuration Files"; apptainer.conf as shipped; its release notes 1.1.8 and 1.3.0.
import { aboutNode, aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { aboutOption, type Configuration, eachConfiguration, judgePath, shownBy } from './judge.ts';
import { keyValueOptions, type Options, optionOf } from './options.ts';
import { configurations } from './runtime.ts';

const ADMIN = 'Apptainer Admin Guide, apptainer.conf';
const STARTER = /\/bin\/starter-suid$/;
const LIMITS = ['limit container owners', 'limit container groups', 'limit container paths'];

/** Set-user-ID, what the kernel mounts for users, limits, binds, capabilities. */
export const APPTAINER_CHECKS: readonly NodeCheck[] = [
  {
    id: 'apptainer-setuid',
    title: 'Apptainer runs without set-user-ID',
    severity: 'medium',
    why: 'Since 1.1.0 user namespaces do the same without a program that is root for everybody. The starter with set-user-ID has had holes of its own (CVE-2020-25040, CVE-2023-30549).',
    remediation: 'remove the package apptainer-suid, or set allow setuid = no; both need user namespaces',
    reference: `${ADMIN}, allow setuid; Apptainer 1.1.0 release notes`,
    judge: (node) => [judgeStarter(node)],
  },
  {
    id: 'apptainer-configuration',
    title: "The configuration of Apptainer is root's alone",
    severity: 'critical',
    why: 'The starter with set-user-ID does what the file says.',
    remediation: 'give the file and all folders above it to root, writable by root alone',
    reference: `${ADMIN}: "must be owned by root and must not be writable by users"`,
    judge: (node) => eachPrivileged(node, (configuration) => judgePath(node, configuration.path, 'apptainer.conf')),
  },
  {
    id: 'apptainer-kernel-mounts',
    title: 'The kernel mounts no file systems that users can write to',
    severity: 'high',
    why: 'A user who changes an ext3 or squashfs image while the kernel has it mounted attacks the kernel itself (CVE-2023-30549 by way of CVE-2022-1184).',
    remediation:
      'leave allow setuid-mount extfs = no and squashfs = iflimited, the defaults since 1.1.8 and 1.3.0; before those set allow setuid = no',
    reference: `${ADMIN}, allow setuid-mount; Apptainer 1.3.0 release notes`,
    judge: (node) => eachPrivileged(node, (configuration) => judgeMounts(node, configuration)),
  },
  {
    id: 'apptainer-limits',
    title: 'Limits on containers bind their users',
    severity: 'medium',
    why: 'Limits on owners, groups and paths hold in set-user-ID mode alone: a user who can make user namespaces passes by them with --userns.',
    remediation: 'close user namespaces where the limits must hold, or do not count on them',
    reference: `${ADMIN}, limit container owners: "only applies when Apptainer is running in SUID mode"`,
    judge: (node) => eachConfiguration(node, 'apptainer', (configuration) => [judgeLimits(node, configuration)]),
  },
  {
    id: 'apptainer-network',
    title: 'Users may not set up networks',
    severity: 'medium',
    why: 'Whoever stands in allow net users or groups attaches containers to the CNI networks that are named, as root.',
    remediation: 'leave allow net users, groups and networks empty',
    reference: `${ADMIN}, allow net users`,
    judge: (node) => eachPrivileged(node, (configuration) => judgeNetwork(node, configuration)),
  },
  {
    id: 'apptainer-capabilities',
    title: 'No user is granted capabilities in containers',
    severity: 'high',
    why: 'capability.json gives users capabilities of root within containers that run on the kernel of the node.',
    remediation: 'revoke them with apptainer capability drop',
    reference: 'Apptainer Admin Guide, capability.json',
    judge: judgeCapabilities,
  },
];

function starterOf({ facts }: NodeUnderCheck): { readonly path: string; readonly mode: string } | undefined {
  return facts
    .files()
    .find(({ path, mode, type }) => type === 'file' && STARTER.test(path) && (Number.parseInt(mode, 8) & 0o4000) !== 0);
}

function judgeStarter(node: NodeUnderCheck): NodeJudgement {
  const shown = shownBy(node, 'apptainer');
  if ('verdict' in shown) return shown;
  const starter = starterOf(node);
  if (starter === undefined) {
    const isSearched = node.facts.commands('setuid').length > 0;
    return isSearched
      ? aboutNode(node, 'pass', 'no starter with set-user-ID is installed', shown.traces)
      : aboutNode(
          node,
          'no-evidence',
          'no starter with set-user-ID is to be seen, but the node was not searched',
          shown.traces,
        );
  }
  const evidence = [`${starter.path} ${starter.mode}`];
  const configured = configurations(node.facts, 'apptainer');
  if (configured.length === 0) {
    return aboutNode(
      node,
      'fail',
      'the starter with set-user-ID is installed, and its configuration is not in the evidence',
      evidence,
    );
  }
  const open = configured.filter(({ text }) => (optionOf(keyValueOptions(text), 'allow setuid') ?? 'yes') !== 'no');
  if (open.length === 0)
    return aboutNode(node, 'pass', 'the starter with set-user-ID is installed and switched off', evidence);
  return aboutNode(node, 'fail', 'the starter with set-user-ID is installed and allowed', [
    ...evidence,
    ...open.map(({ path }) => `${path}: allow setuid = yes`),
  ]);
}

/** What matters in set-user-ID mode alone. */
function eachPrivileged(
  node: NodeUnderCheck,
  judge: (configuration: Configuration) => NodeJudgement,
): readonly NodeJudgement[] {
  const starter = judgeStarter(node);
  if (starter.verdict === 'not-applicable' || starter.verdict === 'no-evidence') return [starter];
  if (starter.verdict === 'pass') return [{ ...starter, verdict: 'not-applicable' }];
  return eachConfiguration(node, 'apptainer', (configuration) => [judge(configuration)]);
}

function judgeMounts(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const options = keyValueOptions(configuration.text);
  const of = (what: string): string | undefined => optionOf(options, `allow setuid-mount ${what}`);
  const isLimited = LIMITS.some((limit) => isSet(options, limit));
  const shown = ['extfs', 'squashfs', 'encrypted'].map((what) => `${what} = ${of(what) ?? 'not set'}`).join(', ');
  const open = [
    ...(of('extfs') === 'yes' ? ['ext3'] : []),
    ...(of('squashfs') === 'yes' && !isLimited ? ['squashfs'] : []),
    ...(of('encrypted') === 'yes' ? ['encrypted squashfs'] : []),
  ];
  const option = `allow setuid-mount ${shown}`;
  if (open.length > 0) {
    return aboutOption(
      node,
      configuration,
      option,
      'fail',
      `the kernel mounts images that users may have written: ${open.join(', ')}`,
    );
  }
  const version = versionOf(node);
  if (version === undefined) {
    return aboutOption(
      node,
      configuration,
      option,
      'no-evidence',
      'the defaults depend on the version, which is not in the evidence',
    );
  }
  return isOlder(version, [1, 1, 8])
    ? aboutOption(
        node,
        configuration,
        option,
        'fail',
        `${version.join('.')} mounts ext3 images with the kernel: the option came with 1.1.8`,
      )
    : aboutOption(
        node,
        configuration,
        option,
        'pass',
        `${version.join('.')} mounts no images with the kernel that users can write to`,
      );
}

function judgeLimits(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const options = keyValueOptions(configuration.text);
  const set = LIMITS.filter((limit) => isSet(options, limit));
  if (set.length === 0)
    return aboutOption(node, configuration, 'limit container …', 'not-applicable', 'no limits are set');
  const most = node.facts.content('/proc/sys/user/max_user_namespaces');
  if (most.state === 'unknown') return aboutOption(node, configuration, set.join(', '), 'no-evidence', most.reason);
  const isClosed = most.state === 'absent' || most.value.trim() === '0';
  return isClosed
    ? aboutOption(node, configuration, set.join(', '), 'pass', 'users cannot make user namespaces: the limits hold')
    : aboutOption(
        node,
        configuration,
        set.join(', '),
        'fail',
        'users can make user namespaces: the limits do not hold them',
      );
}

function judgeNetwork(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const options = keyValueOptions(configuration.text);
  const set = ['allow net users', 'allow net groups'].filter((key) => isSet(options, key));
  if (set.length === 0)
    return aboutOption(node, configuration, 'allow net users', 'pass', 'only root may set up networks');
  return aboutOption(node, configuration, set.join(', '), 'fail', 'users other than root may set up networks');
}

function judgeCapabilities(node: NodeUnderCheck): readonly NodeJudgement[] {
  const shown = shownBy(node, 'apptainer');
  if ('verdict' in shown) return [shown];
  const paths = node.facts.contents().filter((path) => /\/(?:apptainer|singularity)\/capability\.json$/.test(path));
  if (paths.length === 0)
    return [aboutNode(node, 'no-evidence', 'capability.json is not in the evidence', shown.traces)];
  return paths.map((path) => {
    const found = node.facts.content(path);
    const granted = found.state === 'there' ? grantedIn(found.value) : undefined;
    if (granted === undefined) return aboutThing(node, path, 'no-evidence', 'it is no JSON object', [path]);
    return granted.length === 0
      ? aboutThing(node, path, 'pass', 'it grants nothing', [path])
      : aboutThing(node, path, 'fail', `it grants capabilities to ${granted.join(', ')}`, [path]);
  });
}

/** `{"users": {"ada": ["CAP_NET_RAW"]}, "groups": {…}}`: whom it grants something. */
function grantedIn(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.entries(value).flatMap(([kind, members]: [string, unknown]) =>
      typeof members !== 'object' || members === null
        ? []
        : Object.entries(members).flatMap(([name, list]: [string, unknown]) =>
            Array.isArray(list) && list.length > 0 ? [`${kind} ${name}`] : [],
          ),
    );
  } catch {
    return undefined;
  }
}

/** Lists are set by a value other than NULL. */
function isSet(options: Options, key: string): boolean {
  return (options.get(key) ?? []).some((value) => value !== '' && value !== 'NULL');
}

/** `apptainer version 1.1.3-1.el8`; Singularity before it has numbers of its own and none of these options. */
function versionOf({ facts }: NodeUnderCheck): readonly number[] | undefined {
  const told = facts.command('apptainer', '--version');
  const match = told.state === 'there' ? /(\d+)\.(\d+)\.(\d+)/.exec(told.value.output) : null;
  return match === null ? undefined : match.slice(1).map(Number);
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [index, number] of than.entries()) {
    const own = version[index] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}
