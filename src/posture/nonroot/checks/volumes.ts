// Checks of volumes: who may write to them. Sources: kubernetes.io/docs/tasks/configure-pod-container/security-context (fsGroup),
// kubernetes.io/docs/concepts/storage/volumes; pkg/volume/volume_linux.go (SetVolumeOwnership).
import { type Json, listOf, memberOf, textOf } from '../../../platform/json.ts';
import { type Mount, podSetting } from '../container.ts';
import type { NonrootFinding } from '../finding.ts';
import type { JudgedContainer } from '../judged.ts';

/** Volumes of network file systems, whose server decides; fsGroup does not apply to them. */
const NETWORK = ['nfs', 'cephfs', 'glusterfs', 'azureFile', 'flocker'];
const CLAIMS = [
  'persistentVolumeClaim',
  'ephemeral',
  'csi',
  'rbd',
  'iscsi',
  'fc',
  'awsElasticBlockStore',
  'gcePersistentDisk',
  'azureDisk',
  'cinder',
  'local',
];
const SECRETS = ['secret', 'configMap', 'projected', 'downwardAPI'];
const READ_BY_ALL = 0o004;

/** Findings of all volumes of a container whose user is not root, or may not pass over owners. */
export function volumeFindings(judged: JudgedContainer): readonly NonrootFinding[] {
  if (judged.actor.capabilities.has('DAC_OVERRIDE')) return [];
  const volumes = Map.groupBy(judged.mounts, ({ volume }) => volume);
  return [...volumes.values()].flatMap((mounts) => {
    const [mount] = mounts;
    return mount === undefined
      ? []
      : ofVolume(
          judged,
          mount,
          mounts.every(({ readOnly }) => readOnly),
        );
  });
}

function ofVolume(judged: JudgedContainer, mount: Mount, readOnly: boolean): readonly NonrootFinding[] {
  const { kind, volume, path, source } = mount;
  const { container, who } = judged;
  const group = podSetting(container.pod, 'fsGroup');
  const facts = [`volume ${volume} (${kind ?? 'not among the volumes of the Pod'}) at ${path}`];
  if (kind === undefined) {
    const reason = `the Pod has no volume ${volume}, which is mounted at ${path}`;
    return [{ check: 'volume', class: 'unknown', reason, facts, remediation: 'Look at what provides the volume.' }];
  }
  if (kind === 'hostPath') return hostPath(judged, mount, readOnly, facts);
  if (SECRETS.includes(kind)) return secretFiles(judged, mount, facts);
  if (readOnly || (group !== undefined && CLAIMS.includes(kind))) return [];
  if (NETWORK.includes(kind)) {
    const reason = `${who} writes to ${volume}, whose server decides by its own owners: fsGroup does not apply to ${kind}`;
    return [
      {
        check: 'volume',
        class: 'likely-break',
        reason,
        facts,
        remediation: 'Give the folder to that user on the server.',
      },
    ];
  }
  if (!CLAIMS.includes(kind)) return [];
  const claim = textOf(source, 'claimName');
  return [
    {
      check: 'volume',
      class: 'likely-break',
      reason: `${who} may not be able to write to ${volume} at ${path}: a new volume belongs to root, and the Pod sets no fsGroup`,
      facts: [...facts, ...(claim === undefined ? [] : [`claim ${claim}`]), 'spec.securityContext.fsGroup is not set'],
      remediation: 'Set fsGroup of the Pod to the group of that user.',
    },
  ];
}

function hostPath(
  { who }: JudgedContainer,
  { source, path }: Mount,
  readOnly: boolean,
  facts: readonly string[],
): readonly NonrootFinding[] {
  const folder = textOf(source, 'path') ?? '';
  const type = textOf(source, 'type') ?? '';
  const isSocket = type === 'Socket' || /\.sock$/.test(folder);
  if (readOnly && !isSocket) return [];
  const what = isSocket ? `uses the socket ${folder}` : `writes to ${folder}`;
  return [
    {
      check: 'host-path',
      class: 'likely-break',
      reason: `${who} ${what} of the node at ${path}: the node's own owners count, and fsGroup does not apply`,
      facts: [...facts, `hostPath ${folder}${type === '' ? '' : ` (${type})`}`],
      remediation: 'Give the folder to that user on every node, mount it readOnly, or do without.',
    },
  ];
}

/** Modes of the files; fsGroup opens them to the group. */
function secretFiles(
  judged: JudgedContainer,
  { kind = '', source, volume, path }: Mount,
  facts: readonly string[],
): readonly NonrootFinding[] {
  if (podSetting(judged.container.pod, 'fsGroup') !== undefined) return [];
  const modes = modesOf(kind, source);
  const closed = modes.filter((mode) => (mode & READ_BY_ALL) === 0);
  if (closed.length === 0) return [];
  return [
    {
      check: 'secret-file',
      class: 'likely-break',
      reason: `${judged.who} cannot read files of ${volume} at ${path}: they belong to root`,
      facts: [...facts, `mode ${[...new Set(closed)].map((mode) => `0${mode.toString(8)}`).join(', ')}`],
      remediation: 'Set fsGroup of the Pod, or a mode that lets others read.',
    },
  ];
}

function modesOf(kind: string, source: Json | undefined): readonly number[] {
  const preset = modeOf(memberOf(source, 'defaultMode')) ?? 0o644;
  const parts =
    kind === 'projected'
      ? listOf(source, 'sources').flatMap((part) => SECRETS.flatMap((name) => memberOf(part, name) ?? []))
      : [source];
  const items = parts.flatMap((part) => listOf(part, 'items').map((item) => modeOf(memberOf(item, 'mode')) ?? preset));
  return items.length > 0 ? items : [preset];
}

function modeOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
