// Shifter: mounts images of users in the kernel as root, as udiRoot.conf says.
// Source: NERSC/shifter, doc/security.rst, udiRoot.conf.example and doc/config/udiRoot.conf.rst.
import type { NodeCheck, NodeJudgement, NodeUnderCheck } from '../check.ts';
import { aboutOption, type Configuration, eachConfiguration, judgePath } from './judge.ts';
import { keyValueOptions, type Options, optionOf } from './options.ts';

/** Options that name what Shifter runs or copies as root. */
const TRUSTED = [
  'sitePreMountHook',
  'sitePostMountHook',
  'udiRootPath',
  'optUdiImage',
  'etcPath',
  'modprobePath',
  'insmodPath',
  'cpPath',
  'mvPath',
  'chmodPath',
  'ddPath',
];

/** What Shifter trusts, mounts, loads and asks. */
export const SHIFTER_CHECKS: readonly NodeCheck[] = [
  {
    id: 'shifter-paths',
    title: "What Shifter runs as root is root's alone",
    severity: 'critical',
    why: 'Hooks, programs and files for /etc are run or copied as root for every container of every user.',
    remediation: 'give the path and all folders above it to root, writable by root alone',
    reference: 'Shifter, udiRoot.conf.example (sitePreMountHook, sitePostMountHook, etcPath, …Path)',
    judge: (node) => eachConfiguration(node, 'shifter', (configuration) => judgePaths(node, configuration)),
  },
  {
    id: 'shifter-images',
    title: 'Users cannot write to the images that Shifter mounts',
    severity: 'critical',
    why: 'The kernel mounts them through loop devices and trusts every byte of the file system in them.',
    remediation: 'let only the account of the image gateway write to imagePath',
    reference: 'Shifter, doc/security.rst, "A note on loop devices"',
    judge: (node) => eachConfiguration(node, 'shifter', (configuration) => [judgeImages(node, configuration)]),
  },
  {
    id: 'shifter-local-chroot',
    title: 'Shifter makes no containers of local folders',
    severity: 'medium',
    why: 'With allowLocalChroot a user chooses the root of the container that Shifter prepares as root.',
    remediation: 'set allowLocalChroot=0, unless CCM emulation needs it',
    reference: 'Shifter, udiRoot.conf.example, allowLocalChroot',
    judge: (node) =>
      eachConfiguration(node, 'shifter', (configuration) => [judgeSwitch(node, configuration, 'allowLocalChroot')]),
  },
  {
    id: 'shifter-kernel-modules',
    title: 'Shifter loads no kernel modules',
    severity: 'low',
    why: 'With autoLoadKernelModule the first user who starts a container loads modules into the kernel from kmodBasePath.',
    remediation: 'load loop, squashfs and ext4 when the node boots, and set autoLoadKernelModule=0',
    reference: 'Shifter, udiRoot.conf.example, autoLoadKernelModule',
    judge: (node) =>
      eachConfiguration(node, 'shifter', (configuration) => [judgeSwitch(node, configuration, 'autoLoadKernelModule')]),
  },
  {
    id: 'shifter-mounts',
    title: 'File systems of the site are mounted without set-user-ID',
    severity: 'high',
    why: 'A mount with :rec or :shared keeps the flags of the node: programs with set-user-ID below it work within containers.',
    remediation: 'take :rec and :shared off siteFs, or make sure that the node mounts them nosuid',
    reference: 'Shifter, doc/security.rst, point 2',
    judge: (node) => eachConfiguration(node, 'shifter', (configuration) => [judgeMounts(node, configuration)]),
  },
  {
    id: 'shifter-gateway',
    title: 'The image gateway is asked over TLS',
    severity: 'medium',
    why: 'Users send the gateway their passwords for registries, and what it answers is mounted.',
    remediation: 'put TLS in front of the gateway and name it with https://, or restrict the network that reaches it',
    reference: 'Shifter, doc/security.rst, "Securing imagegw api"',
    judge: (node) => eachConfiguration(node, 'shifter', (configuration) => [judgeGateway(node, configuration)]),
  },
];

function judgePaths(node: NodeUnderCheck, configuration: Configuration): readonly NodeJudgement[] {
  const options = keyValueOptions(configuration.text);
  const named = TRUSTED.flatMap((key) => {
    const path = optionOf(options, key) ?? '';
    return path.startsWith('/') ? [judgePath(node, path.replace(/\/+$/, ''), key)] : [];
  });
  return [judgePath(node, configuration.path, 'udiRoot.conf'), ...named];
}

/** The folder may belong to the account of the gateway: only what others may write counts. */
function judgeImages(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const path = optionOf(keyValueOptions(configuration.text), 'imagePath')?.replace(/\/+$/, '');
  if (path === undefined || !path.startsWith('/')) {
    return aboutOption(node, configuration, 'imagePath', 'no-evidence', 'imagePath is not set');
  }
  const found = node.facts.file(path);
  const option = `imagePath=${path}`;
  if (found.state !== 'there') {
    const reason = found.state === 'absent' ? `${path} is not there` : found.reason;
    return aboutOption(node, configuration, option, 'no-evidence', reason);
  }
  const { mode, owner } = found.value;
  if ((Number.parseInt(mode, 8) & 0o002) !== 0) {
    return aboutOption(node, configuration, option, 'fail', `everybody may write to ${path} (${mode})`);
  }
  return aboutOption(node, configuration, option, 'pass', `only ${owner} and its group may write to ${path} (${mode})`);
}

/** Both switches are off unless set. */
function judgeSwitch(node: NodeUnderCheck, configuration: Configuration, key: string): NodeJudgement {
  const value = optionOf(keyValueOptions(configuration.text), key) ?? '0';
  const isOff = value === '0' || value === '';
  return aboutOption(
    node,
    configuration,
    `${key}=${value}`,
    isOff ? 'pass' : 'fail',
    `${key} is ${isOff ? 'off' : 'on'}`,
  );
}

function judgeMounts(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const mounts = wordsOf(keyValueOptions(configuration.text), 'siteFs');
  const open = mounts.filter((mount) => /:(?:.*:)?(?:rec|shared)(?::|$)/.test(mount));
  if (open.length === 0)
    return aboutOption(
      node,
      configuration,
      'siteFs',
      'pass',
      'no file system of the site is mounted with :rec or :shared',
    );
  return aboutOption(
    node,
    configuration,
    `siteFs=${open.join(' ')}`,
    'fail',
    `mounted with the flags of the node: ${open.join(', ')}`,
  );
}

function judgeGateway(node: NodeUnderCheck, configuration: Configuration): NodeJudgement {
  const gateways = wordsOf(keyValueOptions(configuration.text), 'imageGateway');
  if (gateways.length === 0)
    return aboutOption(node, configuration, 'imageGateway', 'not-applicable', 'no gateway is named');
  const plain = gateways.filter(
    (url) => !url.startsWith('https://') && !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(url),
  );
  if (plain.length === 0)
    return aboutOption(
      node,
      configuration,
      'imageGateway',
      'pass',
      'every gateway is asked over TLS or on the node itself',
    );
  return aboutOption(node, configuration, `imageGateway=${plain.join(' ')}`, 'fail', 'a gateway is asked without TLS');
}

function wordsOf(options: Options, key: string): readonly string[] {
  return (optionOf(options, key) ?? '').split(/\s+/).filter(Boolean);
}
