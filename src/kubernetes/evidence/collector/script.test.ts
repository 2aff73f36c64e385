// The collector as a whole: on a planted root with nothing but busybox, on this machine as root and as nobody. Judges: Node's own lstat, shellcheck.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { findProgram, needsPrograms } from '../../../../test/support/needs.ts';
import type { NodeEvidence, Observation } from '../evidence.ts';
import { machineHash } from '../join.ts';
import { readParts } from '../part.ts';
import { collectorScript, PROBES } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-collect-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPT = collectorScript(PROBES, '0.0.0');
const mayChroot =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0 && findProgram('busybox') !== undefined;
const needsRoot = { skip: mayChroot ? false : 'needs the right to make namespaces, and busybox' };

/** Names that would break out of quotes, lines, options or JSON. */
const HOSTILE = [
  `a'b"c$(id)\`id\``,
  'line\nfeed',
  '\n',
  'end\n',
  '-rf',
  'back\\slash\\n\\0057',
  'tab\t\u0001\u001b[31m',
  '?124',
  '+',
  ' two  spaces ',
  '{"kind":"end","records":0}',
  '\u00e4\u{1f600}',
  ': No such file or directory',
];
const NOT_UTF8 = Buffer.from([0x2f, 0xff, 0xc3, 0x28, 0x80]);

const MODINFO = `#!/bin/sh
case $1 in
  dvs) printf 'filename:       /lib/modules/5.3.18/updates/dvs.ko\\nlicense:        GPL\\nsig_hex:  AA:BB\\nvermagic:       5.3.18 SMP\\n' ;;
  *) printf 'filename:       /lib/modules/5.3.18/kernel/fs/xfs.ko\\nintree:         Y\\n' ;;
esac
`;

test('the script is clean to shellcheck, whatever it is for', needsPrograms('shellcheck'), () => {
  for (const probes of [PROBES, ['benchmark'], ['node']] as const) {
    const file = join(folder, 'script.sh');
    writeFileSync(file, collectorScript(probes, '0.0.0'));
    // SC2317 and SC2329 of functions that only the other probe calls.
    const { stdout, status } = spawnSync('shellcheck', ['--shell=sh', '--exclude=SC2317,SC2329', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  }
});

describe('in a root with nothing but busybox', needsRoot, () => {
  const root = join(folder, 'root');
  const plant = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  const files: Readonly<Record<string, readonly [text: string, mode?: number]>> = {
    '/etc/passwd': ['root:x:0:0::/:/bin/sh\nodd "one:x:77:77::/:/bin/sh\n'],
    '/etc/group': ['root:x:0:\n'],
    '/etc/machine-id': ['0123456789abcdef0123456789abcdef\n'],
    '/etc/kubernetes/admin.conf': ['secret', 0o600],
    '/etc/kubernetes/manifests/etcd.yaml': ['a', 0o640],
    '/var/lib/kubelet/config.yaml': [
      'kind: KubeletConfiguration\nstaticPodURLHeader:\n  A: [t0ps3cret]\nreadOnlyPort: 0\n',
    ],
    '/etc/kubernetes/kubelet.yaml': ['kind: Something\ntext: t0ps3cret\n'],
    '/opt/sarus/1.6/etc/sarus.json': [
      '{"securityChecks": false, "prefixDir": "/opt/sarus/1.6", "runcPath": "/usr/bin/none"}\n',
    ],
    '/etc/modprobe.d/block.conf': ['blacklist dccp\n'],
    '/usr/libexec/apptainer/bin/starter-suid': ['x', 0o4755],
    '/usr/bin/odd program': ['x', 0o4711],
    // This kernel may have no modules: the script that runs in the root looks for them here.
    '/kernel/modules': ['dvs 40960 3 lnet,lustre, Live 0x0 (OE)\nxfs 20480 1 - Live 0x0\n'],
    '/kernel/module/dvs/taint': ['OE\n'],
    '/kernel/module/dvs/version': ['2.12\n'],
    '/kernel/module/xfs/taint': ['\n'],
    '/lib/modules/5.3.18/updates/dvs.ko': ['x'],
    '/usr/sbin/made-modinfo': [MODINFO, 0o755],
    '/usr/bin/made-rpm': [
      '#!/bin/sh\nfor last; do :; done\ncase $* in "-qf "*) echo "of $last" ;; *) echo kernel-default ;; esac\n',
      0o755,
    ],
  };
  let run: SpawnSyncReturns<string>;
  let evidence: NodeEvidence;

  function collect(): NodeEvidence {
    for (const [path, [text, mode]] of Object.entries(files)) plant(path, text, mode);
    for (const name of HOSTILE) plant(`/etc/kubernetes/pki/${name}`, name, 0o600);
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'etc/kubernetes/pki')), NOT_UTF8]), 'x');
    chownSync(join(root, 'etc/kubernetes/pki', '-rf'), 77, 78);
    symlinkSync('../admin.conf', join(root, 'etc/kubernetes/pki/link'));
    symlinkSync('gone\n', join(root, 'etc/kubernetes/pki/dangling'));
    spawnSync('mkfifo', [join(root, 'etc/kubernetes/kubelet-config.yaml')]);
    mkdirSync(join(root, 'bin'));
    mkdirSync(join(root, 'proc'));
    mkdirSync(join(root, 'dev'));
    copyFileSync(findProgram('busybox') ?? '', join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    const inside =
      'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && chroot "$0" /bin/busybox sh -c "/bin/busybox --install -s /bin && exec /bin/sh -s"';
    run = spawnSync('unshare', ['-m', 'sh', '-c', inside, root], {
      input: SCRIPT.replaceAll('/proc/modules', '/kernel/modules')
        .replaceAll('/sys/module/', '/kernel/module/')
        // Busybox takes its own before any on PATH.
        .replace('bounded 5 modinfo', 'bounded 5 made-modinfo')
        .replaceAll(/run (\d+) rpm/g, 'run $1 made-rpm'),
      encoding: 'utf8',
    });
    const [node] = readParts(run.stdout, 'part');
    assert.ok(node);
    return node;
  }
  evidence = mayChroot ? collect() : { node: '', collectedAt: '', collector: '', probes: [], observations: [] };
  const at = (path: string): readonly Observation[] =>
    evidence.observations.filter((one) => 'path' in one && one.path === path);
  const failed = (what: string): readonly Observation[] =>
    evidence.observations.filter((one) => one.kind === 'failed' && one.what === what);

  test('nothing is said on stderr, and it ends well', () => {
    assert.equal(run.stderr, '');
    assert.equal(run.status, 0);
    assert.deepEqual([evidence.collector, evidence.probes], ['0.0.0', PROBES]);
    assert.equal(evidence.machineId, machineHash('0123456789abcdef0123456789abcdef'));
  });

  test('every file of a tree is told as Node sees it, hostile names and all', () => {
    const told = evidence.observations.filter(
      (one) => one.kind === 'file' && one.path.startsWith('/etc/kubernetes/pki/'),
    );
    assert.equal(told.length, readdirSync(join(root, 'etc/kubernetes/pki')).length);
    for (const name of [...HOSTILE, 'link', 'dangling']) {
      const path = `/etc/kubernetes/pki/${name}`;
      const [one, ...more] = at(path).filter(({ kind }) => kind === 'file');
      assert.ok(one?.kind === 'file' && more.length === 0, JSON.stringify(name));
      const { mode, uid, gid, size, mtimeMs } = lstatSync(join(root, path));
      assert.deepEqual(
        [Number.parseInt(one.mode, 8), one.uid, one.gid, one.size, one.modified],
        [mode & 0o7777, uid, gid, size, Math.floor(mtimeMs / 1000)],
        name,
      );
      if (one.type === 'link') assert.equal(one.target, readlinkSync(join(root, path)));
    }
    const odd = at('/etc/kubernetes/pki/-rf')[0];
    assert.ok(odd?.kind === 'file');
    assert.deepEqual([odd.owner, odd.group], ['odd "one', 'UNKNOWN']);
    assert.equal(at('/etc/kubernetes/pki/\udcff\udcc3(\udc80').length, 1);
    assert.match(JSON.stringify(failed('/etc/kubernetes/pki/dangling')), /is a link to what is not there/);
  });

  test('what is missing is absent; what is no file, or says something else, is not kept', () => {
    assert.deepEqual(at('/etc/kubernetes/scheduler.conf'), [
      { kind: 'absent', path: '/etc/kubernetes/scheduler.conf' },
    ]);
    assert.match(JSON.stringify(failed('/etc/kubernetes/kubelet-config.yaml')), /is no regular file/);
    assert.match(JSON.stringify(failed('/etc/kubernetes/kubelet.yaml')), /there is no KubeletConfiguration in it/);
    assert.doesNotMatch(run.stdout, /t0ps3cret/);
    const kubelet = at('/var/lib/kubelet/config.yaml').find((one) => one.kind === 'content');
    assert.ok(kubelet?.kind === 'content' && kubelet.redacted);
    assert.equal(kubelet.text, 'kind: KubeletConfiguration\nstaticPodURLHeader: "[redacted]"\nreadOnlyPort: 0\n');
  });

  test('modules: what the kernel and their files say, and who owns those that are not of the kernel', () => {
    const commands = evidence.observations.flatMap((one) => (one.kind === 'command' ? [one] : []));
    const told = (...words: readonly string[]) =>
      commands.find(({ command }) => words.every((word, at) => command[at] === word));
    assert.match(told('modinfo', 'dvs')?.output ?? '', /^filename: .*\nlicense: .*\nvermagic: .*SMP$/);
    assert.match(told('modinfo', 'xfs')?.output ?? '', /intree/);
    const owners = commands.filter(({ command }) => command[1] === '-qf');
    assert.deepEqual(
      owners.map(({ output, exit }) => [output, exit]),
      [['of /lib/modules/5.3.18/updates/dvs.ko', 0]],
    );
    assert.equal(told('made-rpm', '-qa')?.output, 'kernel-default');
    const content = (path: string) => at(path).flatMap((one) => (one.kind === 'content' ? [one.text] : []));
    assert.deepEqual(
      [content('/kernel/module/dvs/taint'), content('/kernel/module/dvs/version')],
      [['OE\n'], ['2.12\n']],
    );
    assert.deepEqual(at('/kernel/module/dvs/srcversion'), [{ kind: 'absent', path: '/kernel/module/dvs/srcversion' }]);
    assert.deepEqual(content('/kernel/module/xfs/taint'), []);
    assert.equal(content('/kernel/modules').length, 1);
  });

  test('programs with set-user-ID, runtimes with the folders above them, what a configuration names', () => {
    const path = '/usr/bin/odd program';
    assert.match(JSON.stringify(at(path)), /"mode":"4711"/);
    const modes = evidence.observations.flatMap((one) =>
      one.kind === 'file' && one.mode.length === 4 ? [one.path] : [],
    );
    assert.ok(modes.includes('/usr/libexec/apptainer/bin/starter-suid'), modes.join());
    for (const above of ['/', '/opt', '/opt/sarus', '/opt/sarus/1.6/etc']) assert.equal(at(above).length, 1, above);
    assert.deepEqual(at('/usr/bin/none'), [{ kind: 'absent', path: '/usr/bin/none' }]);
    const [block] = at('/etc/modprobe.d/block.conf').filter(({ kind }) => kind === 'content');
    assert.ok(block?.kind === 'content');
    assert.equal(block.text, 'blacklist dccp\n');
  });
});

/** Runs the script here, perhaps as another user. */
function here(before: readonly string[], script = SCRIPT): NodeEvidence {
  const [program = 'sh', ...options] = [...before, 'sh', '-s'];
  const { stdout, stderr, status } = spawnSync(program, options, {
    input: script,
    encoding: 'utf8',
    env: { PLIMSOLL_NODE: 'the "node"\n' },
    maxBuffer: 2 ** 28,
  });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const [evidence, ...more] = readParts(stdout, 'part');
  assert.ok(evidence !== undefined && more.length === 0);
  return evidence;
}

test('on this machine, as root: commands, settings, times', () => {
  // Searching all of this machine for programs with set-user-ID takes long; the planted root has that.
  const evidence = here([], SCRIPT.replace(/^ {2}setuid$/m, ''));
  assert.equal(evidence.node, 'the "node"\n');
  assert.ok(Math.abs(Date.parse(evidence.collectedAt) - Date.now()) < 600_000);
  const uname = evidence.observations.find((one) => one.kind === 'command' && one.command[0] === 'uname');
  assert.ok(uname?.kind === 'command' && uname.exit === 0);
  assert.equal(uname.output, spawnSync('uname', ['-s', '-r', '-v', '-m'], { encoding: 'utf8' }).stdout.trim());
  const tainted = evidence.observations.find(
    (one) => one.kind === 'content' && one.path === '/proc/sys/kernel/tainted',
  );
  assert.ok(tainted?.kind === 'content' && /^\d+\n$/.test(tainted.text) && !tainted.redacted);
  for (const one of evidence.observations) {
    if (one.kind === 'absent') assert.ok(!existsSync(one.path), one.path);
  }
});

/** A shell under a component's name, in a mount namespace of its own in which /mnt holds files; it ends when its stdin does. */
async function pretend(
  name: string,
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
  flags: readonly string[],
) {
  const program = join(folder, name);
  copyFileSync(realpathSync('/bin/sh'), program);
  chmodSync(program, 0o755);
  const set = [
    ...Object.entries(files).map(([file, text]) => `printf '${text}' >/mnt/${file}`),
    ...Object.entries(links).map(([file, target]) => `ln -s '${target}' /mnt/${file}`),
  ];
  const inside = `mount -t tmpfs none /mnt && ${set.join(' && ')} && exec "$0" -c 'echo ready; read -r line; :' "$@"`;
  const child = spawn('unshare', ['-m', 'sh', '-c', inside, program, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ETCD_NAME: 'n', ETCD_INITIAL_CLUSTER_TOKEN: 't0ps3cret', OTHER: 't0ps3cret' },
  });
  await once(child.stdout, 'data');
  return child;
}

test('processes in containers: what their flags name is read there, and nowhere else', needsRoot, async () => {
  const flags = [
    '--config=/mnt/link',
    '--audit-policy-file=/mnt/out',
    '--encryption-provider-config=/mnt/encryption',
    '--token=t0ps3cret',
    '--admission-control-config-file=/proc/kmsg',
  ];
  const files = { config: 'kind: KubeletConfiguration', encryption: 'kind: EncryptionConfig' };
  const kubelet = await pretend('kubelet', files, { out: '/etc/hostname', link: 'config' }, flags);
  const etcd = await pretend('etcd', { config: 'audit.k8s.io' }, {}, ['--audit-policy-file=/etc/shadow']);
  try {
    const { observations } = here([], collectorScript([], '0.0.0'));
    const own = observations.filter(
      (one) => one.kind === 'process' && (one.pid === kubelet.pid || one.pid === etcd.pid),
    );
    const [first, second] = kubelet.pid === Reflect.get(Object(own[0]), 'pid') ? own : own.toReversed();
    assert.ok(first?.kind === 'process' && second?.kind === 'process');
    assert.deepEqual(first.argv.slice(3), [...flags.slice(0, 3), '--token=[redacted]', ...flags.slice(4)]);
    assert.deepEqual([first.user, first.environment, first.exe], ['root', undefined, join(folder, 'kubelet')]);
    assert.deepEqual(second.environment?.toSorted(), ['ETCD_INITIAL_CLUSTER_TOKEN=[redacted]', 'ETCD_NAME=n']);
    const told = (path: string) =>
      observations.filter((one) => ('path' in one && one.path === path) || ('what' in one && one.what === path));
    assert.deepEqual(
      told('/mnt/link').map(({ kind }) => kind),
      ['file', 'content'],
    );
    const content = told('/mnt/encryption').find(({ kind }) => kind === 'content');
    assert.ok(content?.kind === 'content');
    assert.deepEqual([content.pid, content.text], [kubelet.pid, 'kind: EncryptionConfig\n']);
    assert.deepEqual(
      told('/mnt/out').map(({ kind }) => kind),
      ['file', 'failed'],
    );
    assert.match(JSON.stringify(told('/proc/kmsg')), /does not lie where its process says/);
    assert.match(JSON.stringify(told('/etc/shadow')), /there is no audit.k8s.io in it/);
    assert.doesNotMatch(JSON.stringify(observations), /t0ps3cret/);
  } finally {
    for (const child of [kubelet, etcd]) child.stdin.end();
  }
});

test('as nobody: what may not be read has failed, and is not said to be absent', {
  skip: process.getuid?.() === 0 ? false : 'needs root',
}, () => {
  const place = join(folder, 'closed');
  mkdirSync(place, { mode: 0o700 });
  writeFileSync(join(place, 'file'), 'x');
  chmodSync(folder, 0o755);
  const script = collectorScript(['benchmark'], '0.0.0').replaceAll('/etc/kubernetes/admin.conf', `${place}/file`);
  const { observations } = here(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'], script);
  assert.deepEqual(
    observations.filter((one) => 'what' in one && one.what === `${place}/file`),
    [{ kind: 'failed', what: `${place}/file`, reason: 'Permission denied' }],
  );
  assert.ok(!observations.some((one) => 'path' in one && one.path === `${place}/file`));
});
