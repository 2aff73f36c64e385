// Nodes: whatever a file of a node says, in the place of each file that checks read, and whatever a command prints.
import type { Observation } from '../../../src/kubernetes/evidence/evidence.ts';
import { judgeNodes } from '../../../src/posture/node/judge-nodes.ts';
import { parseTerm } from '../../../src/posture/reach/question.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const FILES = [
  '/etc/sarus/sarus.json',
  '/etc/shifter/udiRoot.conf',
  '/etc/apptainer/apptainer.conf',
  '/etc/apptainer/capability.json',
  '/etc/podman_hpc/podman_hpc.yaml',
  '/etc/enroot/enroot.conf',
  '/etc/os-release',
  '/proc/modules',
  '/proc/mounts',
  '/proc/sys/kernel/tainted',
  '/proc/sys/fs/suid_dumpable',
  '/sys/kernel/security/lockdown',
];
const COMMANDS = [
  ['uname', '-s', '-r'],
  ['grep', '^btime ', '/proc/stat'],
  ['modinfo', 'dvs'],
  ['rpm', '-qa'],
  ['rpm', '-qf', '/lib/modules/a/dvs.ko'],
  ['runc', '--version'],
  ['apptainer', '--version'],
];
const STARTER = {
  kind: 'file',
  path: '/usr/libexec/apptainer/bin/starter-suid',
  type: 'file',
  mode: '4755',
  owner: 'root',
  group: 'root',
  uid: 0,
  gid: 0,
  size: 1,
  modified: 1,
} as const satisfies Observation;

/** Everything of nodes that is text of others. */
export const NODE_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'node-file',
    form: 'text',
    words: [
      'dvs 1 0 - Live 0x0 (OE)\n',
      'filename: /',
      'vermagic: 5.14.0-1-default ',
      'kernel-default 5.14.0-1.1 x86_64 1 1\n',
      '[integrity]',
      '{uid}',
      'allow setuid = no\n',
    ],
    run: (input) => {
      const text = input.toString();
      const { results } = judgeNodes({
        evidence: {
          schemaVersion: 1,
          tool: { name: 'a', version: '1' },
          nodes: [
            {
              node: 'n',
              collectedAt: '2022-05-01T00:00:00Z',
              collector: '1',
              probes: ['node'],
              observations: observed(text),
            },
          ],
          objects: [],
          gaps: [],
        },
        users: [parseTerm('user/*')],
        waivers: [],
        day: '2022-05-01',
      });
      expect(results.length >= 50, 'a check said nothing');
      return results.slice(0, 20);
    },
  },
];

function observed(text: string): readonly Observation[] {
  return [
    ...FILES.map((path): Observation => ({ kind: 'content', path, text, sha256: '', redacted: false })),
    ...COMMANDS.map((command): Observation => ({ kind: 'command', command, exit: 0, output: text })),
    STARTER,
    { ...STARTER, path: '/boot/vmlinuz-5.14.0-1-default', mode: '644' },
    { ...STARTER, path: `/boot/vmlinuz-${text.slice(0, 40)}`, mode: '644' },
  ];
}
