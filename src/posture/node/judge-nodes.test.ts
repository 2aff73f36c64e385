import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Observation } from '../../kubernetes/evidence/evidence.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { parseTerm } from '../reach/question.ts';
import { judgeNodes } from './judge-nodes.ts';
import { NODE_CHECKS } from './registry.ts';
import {
  bootedIn,
  changed,
  command,
  content,
  DVS,
  evidenceOf,
  file,
  folder,
  GOOD,
  NEWER,
  nodeObject,
  nodeOf,
  noProgram,
  pod,
  setting,
  WITH_NEWER,
} from './test-node.ts';

const USERS = [parseTerm('user/*')];
const DAY = '2022-05-01';

function resultsOf(observations: readonly Observation[]): readonly Verdict[] {
  const evidence = evidenceOf([nodeOf(observations)], [nodeObject()]);
  return judgeNodes({ evidence, users: USERS, waivers: [], day: DAY }).results;
}

/** `verdict: reason` of one check, of each subject. */
function said(check: string, observations: readonly Observation[]): readonly string[] {
  assert.ok(
    NODE_CHECKS.some(({ id }) => id === check),
    check,
  );
  return resultsOf(observations)
    .filter((result) => result.check === check)
    .map(({ verdict, reason }) => `${verdict}: ${reason}`);
}

test('every check has an id and words of its own', () => {
  const ids = NODE_CHECKS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, title, why, remediation, reference } of NODE_CHECKS) {
    assert.match(id, /^[a-z]+(?:-[a-z]+)*$/);
    for (const words of [title, why, remediation, reference]) assert.ok(words.length > 10, id);
  }
});

test('a waiver of the programs that were found leaves open where nobody looked', () => {
  const observations = changed(file('/usr/bin/tool', '4775'), { kind: 'failed', what: '/', reason: 'took too long' });
  assert.deepEqual(
    said('setuid-writable', observations).map((line) => line.split(':')[0]),
    ['fail', 'no-evidence'],
  );
});

test('a node that is in order passes, or is not asked', () => {
  const bad = resultsOf(GOOD).filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  assert.deepEqual(bad, []);
});

describe('laws of missing evidence', () => {
  test('of a node of which nothing is known nothing passes', () => {
    const nothing = judgeNodes({ evidence: evidenceOf([nodeOf([])]), users: USERS, waivers: [], day: DAY });
    assert.deepEqual([...new Set(nothing.results.map(({ verdict }) => verdict))], ['no-evidence']);
    assert.equal(nothing.verdict.verdict, 'no-evidence');
  });

  test('a node that was collected for the benchmark alone is not judged', () => {
    const node = { ...nodeOf(GOOD), probes: ['benchmark'] as const };
    const { results } = judgeNodes({ evidence: evidenceOf([node], []), users: USERS, waivers: [], day: DAY });
    assert.ok(results.every(({ verdict, reason }) => verdict === 'no-evidence' && /--for node/.test(reason)));
  });

  const worst = changed(DVS, WITH_NEWER, [
    content('/etc/sarus/sarus.json', '{"securityChecks": true}'),
    file('/etc/sarus/sarus.json'),
  ]);
  for (const [name, all] of [
    ['a node in order', GOOD],
    ['a node with DVS and Sarus', worst],
  ] as const) {
    test(`${name}: what is left out never makes anything pass`, () => {
      const before = new Set(passed(all));
      for (const left of all) {
        // That a file is there is told by searches, which are observations of their own.
        if (left.kind === 'file') continue;
        const more = passed(all.filter((one) => one !== left)).filter((one) => !before.has(one));
        assert.deepEqual(more, [], JSON.stringify(left));
      }
    });
  }

  function passed(observations: readonly Observation[]): readonly string[] {
    return resultsOf(observations).flatMap(({ verdict, check, subject }) =>
      verdict === 'pass' ? [`${check} ${subject}`] : [],
    );
  }
});

describe('kernel and modules', () => {
  const cases: readonly (readonly [check: string, observations: readonly Observation[], said: RegExp])[] = [
    ['kernel-taint', changed(DVS), /^fail: the kernel is tainted: a module from outside of the kernel was loaded$/],
    ['kernel-taint', changed(setting('kernel/tainted', 512)), /^pass: no foreign code; the kernel issued a warning$/],
    ['kernel-taint', changed(setting('kernel/tainted', String(2n ** 40n))), /^fail: .*only this kernel knows/],
    ['kernel-taint', changed(setting('kernel/tainted', 'none')), /^no-evidence/],
    ['module-signed', changed(DVS), /^pass: signed by HPE$/],
    [
      'module-signed',
      changed(DVS, content('/proc/modules', 'dvs 1 0 - Live 0x0 (OE)\n')),
      /^fail: the kernel took it without/,
    ],
    [
      'module-signed',
      changed(DVS, command('modinfo dvs', 'filename: /lib/modules/x/extra/dvs.ko')),
      /^fail: its file has no signature$/,
    ],
    [
      'module-signed',
      changed(DVS).filter((one) => one.kind !== 'command' || one.command[1] !== 'dvs'),
      /^no-evidence: modinfo/,
    ],
    [
      'module-signed',
      changed({ kind: 'absent', path: '/proc/modules' }),
      /^not-applicable: the kernel takes no modules$/,
    ],
    ['module-package', changed(DVS), /^pass: of the package cray-dvs-kmp-default 2\.15_4 HPE$/],
    [
      'module-package',
      changed(DVS, command(`rpm -qf --qf FORM /lib/modules/5.14.21-150400.24.46-default/updates/dvs.ko`, '', 1)),
      /^fail: no package owns its file$/,
    ],
    ['module-support', changed(DVS), /^pass: its vendor supports it$/],
    ['module-support', changed(DVS, content('/etc/os-release', 'ID=debian\n')), /^not-applicable/],
    [
      'module-enforcement',
      changed(
        content('/sys/kernel/security/lockdown', '[none] integrity\n'),
        content('/sys/module/module/parameters/sig_enforce', 'N\n'),
      ),
      /^fail: root may load any module$/,
    ],
    ['kernel-current', GOOD, /^pass: 5\.14\.21-150400\.24\.46-default is the newest/],
    [
      'kernel-current',
      changed(WITH_NEWER),
      /^fail: 5\.14\.21-150400\.24\.55-default is installed and 5\.14\.21-150400\.24\.46-default still runs, exposed for 31 days, since 5\.14\.21-150400\.24\.55-default came on 2022-03-31; which vulnerabilities/,
    ],
    ['kernel-current', changed(WITH_NEWER, bootedIn(1_650_000_000)), /booted since and took the older one/],
    [
      'kernel-current',
      changed(WITH_NEWER).filter((one) => one.kind !== 'command' || one.command[1] !== '-qa'),
      /came on 2022-03-31 by the date of its file/,
    ],
    ['module-holds-kernel', changed(DVS), /^pass: no kernel newer than 5\.14\.21-150400\.24\.46-default is installed$/],
    [
      'module-holds-kernel',
      changed(DVS, WITH_NEWER),
      /^fail: it holds the kernel: it is built for 5\.14\.21-150400\.24\.46-default and 5\.14\.21-150400\.24\.55-default is installed without it, exposed for 31 days/,
    ],
    [
      'module-holds-kernel',
      changed(DVS, WITH_NEWER, file(`/lib/modules/${NEWER}/weak-updates/updates/dvs.ko`)),
      /^pass: there is one for the newest kernel/,
    ],
    [
      'module-holds-kernel',
      changed(DVS, WITH_NEWER).filter((one) => one.kind !== 'command' || one.command[0] !== 'modules-of'),
      /^no-evidence: .*not in the evidence$/,
    ],
    ['setuid-writable', changed(file('/usr/bin/tool', '4775')), /^fail: others than root may write to it \(4775\)$/],
    ['setuid-writable', GOOD.filter((one) => one.kind !== 'command' || one.command[0] !== 'setuid'), /^no-evidence/],
    [
      'setuid-writable',
      changed({ kind: 'failed', what: '/proc/mounts', reason: 'more than 50 file systems' }),
      /^no-evidence: \/proc\/mounts was not searched to its end/,
    ],
    [
      'kernel-current',
      changed(command('uname -s -r -v -m', 'Linux 5.14.21-150400.24.46-64kb #1 SMP x86_64')),
      /^no-evidence: no kernel of the kind of/,
    ],
    ['setuid-places', changed(file('/opt/tool/run', '4755')), /^warn: it runs as root and lies where no/],
    ['setuid-places', changed(file('/opt/tool/run', '4755', 1000)), /^pass/],
    [
      'setuid-places',
      [...GOOD, { kind: 'failed', what: '/', reason: 'took too long' }],
      /^no-evidence: \/ was not searched/,
    ],
    ['user-namespaces', changed(setting('user/max_user_namespaces', 9)), /^fail: .*no runtime that needs them/],
    [
      'user-namespaces',
      changed(setting('user/max_user_namespaces', 9), file('/usr/bin/ch-run', '755')),
      /^warn: .*charliecloud/,
    ],
    ['user-namespaces', changed(file('/usr/bin/ch-run', '755')), /^pass: .*broken for users: charliecloud/],
    [
      'sysctl-core-dumps',
      changed(setting('kernel/core_pattern', 'core')),
      /^fail: fs\.suid_dumpable is 2 and should be 0$/,
    ],
    ['sysctl-kernel-log', changed(setting('kernel/dmesg_restrict', 0)), /^warn/],
    [
      'sysctl-unprivileged-bpf',
      changed(setting('kernel/unprivileged_bpf_disabled', 0)),
      /^fail: .*should be 1 or more$/,
    ],
    [
      'runc-version',
      changed(command('runc --version', 'runc version 1.1.5+ds1')),
      /^warn: 1\.1\.5 is older than what closed CVE-2024-21626, CVE-2025/,
    ],
    ['runc-version', changed(command('runc --version', 'runc version 1.3.3')), /^pass/],
    [
      'runc-version',
      changed(command('runc --version', 'runc version 1.0.0-rc93')),
      /^warn: 1\.0\.0-rc93 is older than what closed CVE-2021-30465/,
    ],
    ['runc-version', changed(command('runc --version', 'runc version 1.4.0-rc.2')), /^warn: .*CVE-2025-31133/],
    ['runc-version', changed(command('runc --version', 'runc version 1.4.0')), /^pass/],
    ['runc-version', changed(command('runc --version', 'runc version 1.2.8')), /^pass/],
    [
      'containerd-version',
      changed(command('containerd --version', 'containerd github.com/containerd/containerd v1.5.9 abc')),
      /^warn: 1\.5\.9 .*CVE-2022-23648/,
    ],
  ];
  for (const [check, observations, expected] of cases) {
    test(`${check}: ${expected.source.slice(0, 60)}`, () => {
      const [first, ...others] = said(check, observations);
      assert.match(first ?? '', expected);
      assert.deepEqual(others, []);
    });
  }
});

describe('runtimes of users', () => {
  const SARUS = ['/etc/sarus', '/etc', '/', '/opt/sarus/1.6', '/opt/sarus', '/opt', '/opt/sarus/1.6/bin'].map((path) =>
    folder(path),
  );
  const sarus = (settings: object, ...more: readonly Observation[]): readonly Observation[] =>
    changed(SARUS, file('/etc/sarus/sarus.json'), content('/etc/sarus/sarus.json', JSON.stringify(settings)), more);
  const shifter = (text: string, ...more: readonly Observation[]): readonly Observation[] =>
    changed(
      [folder('/etc/shifter'), folder('/etc'), folder('/')],
      file('/etc/shifter/udiRoot.conf'),
      content('/etc/shifter/udiRoot.conf', text),
      more,
    );
  const apptainer = (text: string, ...more: readonly Observation[]): readonly Observation[] =>
    changed(
      [folder('/etc/apptainer'), folder('/etc'), folder('/')],
      file('/etc/apptainer/apptainer.conf'),
      content('/etc/apptainer/apptainer.conf', text),
      file('/usr/libexec/apptainer/bin/starter-suid', '4755'),
      command('apptainer --version', 'apptainer version 1.3.1-1'),
      more,
    );
  const enroot = (text: string): readonly Observation[] =>
    changed(file('/etc/enroot/enroot.conf'), content('/etc/enroot/enroot.conf', text));
  const podman = (text: string, ...more: readonly Observation[]): readonly Observation[] =>
    changed(
      [folder('/etc/podman_hpc'), folder('/etc'), folder('/')],
      file('/etc/podman_hpc/podman_hpc.yaml'),
      content('/etc/podman_hpc/podman_hpc.yaml', text),
      more,
    );

  const cases: readonly (readonly [check: string, observations: readonly Observation[], said: readonly RegExp[]])[] = [
    ['charliecloud-unprivileged', changed(file('/usr/bin/ch-run', '4755')), [/^fail: it has set-user-ID/]],
    ['charliecloud-unprivileged', changed(file('/usr/bin/ch-run', '755')), [/^pass/]],
    ['charliecloud-unprivileged', changed(command('ch-run --version', '0.38')), [/^no-evidence/]],
    ['charliecloud-unprivileged', GOOD, [/^not-applicable/]],
    ['sarus-security-checks', sarus({ securityChecks: true }), [/^pass/]],
    ['sarus-security-checks', sarus({ securityChecks: false }), [/^fail: securityChecks is off$/]],
    ['sarus-security-checks', sarus({}), [/^fail: .*not set/]],
    ['sarus-security-checks', changed(content('/etc/sarus/sarus.json', '{')), [/^no-evidence: it is no JSON/]],
    ['sarus-security-checks', changed(file('/usr/bin/sarus', '4755')), [/^no-evidence: its configuration/]],
    [
      'sarus-paths',
      sarus({ initPath: '/opt/sarus/init' }, { kind: 'absent', path: '/opt/sarus/init' }),
      [/^pass: sarus/, /^pass: initPath is not there, and only root can make it/],
    ],
    [
      'sarus-paths',
      sarus({ runcPath: '/opt/sarus/1.6/bin/runc' }, file('/opt/sarus/1.6/bin/runc', '755')),
      [/^pass: sarus.json/, /^pass: runcPath/],
    ],
    [
      'sarus-paths',
      sarus({ runcPath: '/opt/sarus/1.6/bin/runc' }, file('/opt/sarus/1.6/bin/runc', '775')),
      [/^fail: runcPath: \/opt\/sarus\/1\.6\/bin\/runc can be written/, /^pass/],
    ],
    [
      'sarus-paths',
      sarus({ runcPath: '/opt/sarus/1.6/bin/runc' }, file('/opt/sarus/1.6/bin/runc', '755', 1000)),
      [/^fail: runcPath: .* belongs to ada$/, /^pass/],
    ],
    [
      'sarus-paths',
      sarus({ initPath: '/tmp/init' }, folder('/tmp', '1777'), file('/tmp/init', '755')),
      [/^fail: initPath: \/tmp can be written/, /^pass/],
    ],
    ['sarus-paths', sarus({ initPath: '/opt/other/init' }), [/^no-evidence: initPath/, /^pass/]],
    [
      'shifter-paths',
      shifter('sitePreMountHook=/etc/shifter/pre.sh\n', file('/etc/shifter/pre.sh', '777')),
      [/^fail: sitePreMountHook/, /^pass/],
    ],
    ['shifter-images', shifter('imagePath=/images', folder('/images', '777')), [/^fail: everybody may write/]],
    ['shifter-images', shifter('imagePath=/images', folder('/images', '755', 1000)), [/^pass: only ada/]],
    ['shifter-local-chroot', shifter('allowLocalChroot=1'), [/^fail/]],
    ['shifter-local-chroot', shifter('# allowLocalChroot=1'), [/^pass/]],
    ['shifter-kernel-modules', shifter('autoLoadKernelModule = 1'), [/^warn/]],
    ['shifter-mounts', shifter('siteFs=/home:/home \\\n  /global:/global:rec'), [/^fail: .*: \/global:\/global:rec$/]],
    ['shifter-mounts', shifter('siteFs=/home:/home /record:/shared'), [/^pass/]],
    ['shifter-gateway', shifter('imageGateway=http://imagegw:5000'), [/^fail/]],
    ['shifter-gateway', shifter('imageGateway=https://imagegw:5000 http://localhost:5000'), [/^pass/]],
    ['apptainer-setuid', apptainer('allow setuid = yes\n'), [/^fail: .*allowed$/]],
    ['apptainer-setuid', apptainer(''), [/^fail/]],
    ['apptainer-setuid', apptainer('allow setuid = no'), [/^pass: .*switched off$/]],
    ['apptainer-setuid', changed(file('/usr/bin/apptainer', '755')), [/^pass: no starter/]],
    ['apptainer-kernel-mounts', apptainer('allow setuid-mount extfs = yes'), [/^fail: .*: ext3$/]],
    ['apptainer-kernel-mounts', apptainer('allow setuid-mount squashfs = yes'), [/^fail: .*: squashfs$/]],
    [
      'apptainer-kernel-mounts',
      apptainer('allow setuid-mount squashfs = yes\nlimit container paths = /images'),
      [/^pass/],
    ],
    ['apptainer-kernel-mounts', apptainer(''), [/^pass: 1\.3\.1/]],
    [
      'apptainer-kernel-mounts',
      apptainer('', command('apptainer --version', 'apptainer version 1.1.7')),
      [/^fail: 1\.1\.7 mounts ext3/],
    ],
    ['apptainer-kernel-mounts', apptainer('allow setuid = no\nallow setuid-mount extfs = yes'), [/^not-applicable/]],
    ['apptainer-limits', apptainer('limit container owners = root'), [/^pass/]],
    ['apptainer-limits', apptainer('limit container owners = root', setting('user/max_user_namespaces', 9)), [/^fail/]],
    [
      'apptainer-limits',
      apptainer('#limit container owners = root\nlimit container groups = NULL'),
      [/^not-applicable/],
    ],
    ['apptainer-network', apptainer('allow net users = ada'), [/^fail/]],
    [
      'apptainer-capabilities',
      apptainer('', content('/etc/apptainer/capability.json', '{"users":{"ada":["CAP_NET_RAW"]}}')),
      [/^fail: .*users ada$/],
    ],
    ['apptainer-capabilities', apptainer('', content('/etc/apptainer/capability.json', '{}')), [/^pass/]],
    ['apptainer-capabilities', apptainer(''), [/^no-evidence/]],
    [
      'podman-hpc-paths',
      podman('hooks_dir: /etc/podman_hpc/hooks', folder('/etc/podman_hpc/hooks', '777')),
      [/^fail: hooks_dir/, /^pass/],
    ],
    ['podman-hpc-storage', podman('{}'), [/^warn: graph_root is \/tmp/]],
    ['podman-hpc-storage', podman('graph_root: /run/user/{uid}/hpc'), [/^pass/]],
    ['podman-hpc-storage', podman('a: &a [*a]'), [/^no-evidence|^warn/]],
    ['enroot-superuser', enroot('ENROOT_ALLOW_SUPERUSER yes'), [/^fail/]],
    ['enroot-superuser', enroot('#ENROOT_ALLOW_SUPERUSER yes'), [/^pass/]],
    ['enroot-devices', enroot(''), [/^warn: ENROOT_RESTRICT_DEV is not set, which means no$/]],
    [
      'enroot-hooks',
      changed(
        [folder('/etc/enroot/hooks.d'), folder('/etc/enroot', '777'), folder('/etc'), folder('/')],
        file('/etc/enroot/enroot.conf'),
        file('/etc/enroot/hooks.d/10.sh', '755'),
      ),
      [/^fail: hook: \/etc\/enroot can be written/],
    ],
  ];
  for (const [check, observations, expected] of cases) {
    test(`${check}: ${expected.map(({ source }) => source.slice(0, 50)).join(' ')}`, () => {
      const all = said(check, observations);
      assert.equal(all.length, expected.length, all.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(all[index] ?? '', pattern);
    });
  }

  test('a link leads to what counts', () => {
    const link = { ...file('/opt/sarus/runc', '777'), type: 'link', target: '../other/runc' } as Observation;
    const folders = ['/opt/sarus', '/opt', '/', '/etc/sarus', '/etc'].map((path) => folder(path));
    const settings = content('/etc/sarus/sarus.json', '{"runcPath":"/opt/sarus/runc"}');
    const of = (...more: readonly Observation[]) =>
      said('sarus-paths', changed(folders, link, file('/etc/sarus/sarus.json'), settings, more));
    assert.match(of(file('/opt/other/runc', '755'))[0] ?? '', /^pass/);
    assert.match(of(file('/opt/other/runc', '777'))[0] ?? '', /^fail: runcPath: \/opt\/other\/runc can be written/);
    assert.match(of()[0] ?? '', /^no-evidence/);
    const round = { ...link, target: 'runc' } as Observation;
    assert.ok(said('sarus-paths', changed(folders, round, file('/etc/sarus/sarus.json'), settings)).length === 2);
  });
});

describe('the join per node', () => {
  const users = pod('user', 'uai-ada');
  const api = pod('kube-system', 'kube-apiserver-ncn-w001');
  const judged = (observations: readonly Observation[], ...pods: readonly ReturnType<typeof pod>[]) => {
    const { results } = judgeNodes({
      evidence: evidenceOf([nodeOf(observations)], pods),
      users: USERS,
      waivers: [],
      day: DAY,
    });
    return results
      .filter(({ check }) => check.startsWith('users-beside'))
      .map(({ check, verdict, reason }) => `${check} ${verdict}: ${reason}`);
  };

  test('pods of users, the control plane and modules from elsewhere on one node', () => {
    assert.deepEqual(judged(changed(DVS), users, api), [
      'users-beside-control-plane fail: 1 pods of users beside 1 of the control plane: user/uai-ada; kube-system/kube-apiserver-ncn-w001',
      'users-beside-modules fail: 1 pods of users share the kernel with dvs, and 1 of the control plane beside them: user/uai-ada',
    ]);
  });

  test('each alone is in order', () => {
    for (const lines of [
      judged(changed(DVS), api),
      judged(GOOD, users),
      judged(changed(DVS), pod('user', 'x', {}, 'ncn-w002'), nodeObject()),
    ]) {
      assert.deepEqual(
        lines.map((line) => line.split(':')[0]),
        ['users-beside-control-plane pass', 'users-beside-modules pass'],
      );
    }
  });

  test('a control plane that runs without pods of kube-system lets nothing pass; an etcd may be anybody’s', () => {
    const ran = (...argv: readonly string[]) =>
      judged([...GOOD, { kind: 'process', pid: 7, ppid: 1, user: 'root', argv }], users)[0]?.split(':')[0];
    assert.equal(ran('/usr/bin/kube-apiserver', '--v=2'), 'users-beside-control-plane no-evidence');
    assert.equal(ran('/usr/local/bin/k3s', 'server'), 'users-beside-control-plane no-evidence');
    assert.equal(ran('/usr/local/bin/k3s', 'agent'), 'users-beside-control-plane pass');
    assert.equal(ran('etcd'), 'users-beside-control-plane pass');
  });

  test('of a node that the cluster knows by another name nothing is known of pods', () => {
    assert.deepEqual(
      judged(GOOD, nodeObject('w1'), pod('user', 'x', {}, 'w1'), { ...api, object: { spec: { nodeName: 'w1' } } }).map(
        (line) => line.split(':')[0],
      ),
      ['users-beside-control-plane no-evidence', 'users-beside-modules no-evidence'],
    );
  });

  test('a sandbox keeps users off the kernel; a class that is none, or not known, does not', () => {
    const classOf = (handler: string) =>
      ({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: 'c', object: { handler } }) as const;
    const user = pod('user', 'x', { runtimeClassName: 'c' });
    const verdictOf = (...objects: readonly ReturnType<typeof pod>[]) =>
      judged(changed(DVS), user, ...objects)
        .find((line) => line.startsWith('users-beside-modules'))
        ?.split(':')[0];
    assert.equal(verdictOf(classOf('kata-qemu')), 'users-beside-modules pass');
    assert.equal(verdictOf(classOf('nvidia')), 'users-beside-modules fail');
    assert.equal(verdictOf(classOf('ours')), 'users-beside-modules no-evidence');
    assert.equal(verdictOf(), 'users-beside-modules no-evidence');
  });

  test('pods that could not all be read let nothing pass', () => {
    const evidence = {
      ...evidenceOf([nodeOf(changed(DVS))], [api]),
      gaps: [{ kind: 'limit-reached', target: 'pods', reason: 'too many' }] as const,
    };
    const { results } = judgeNodes({ evidence, users: USERS, waivers: [], day: DAY });
    const of = results.filter(({ check }) => check.startsWith('users-beside'));
    assert.deepEqual(
      of.map(({ verdict }) => verdict),
      ['no-evidence', 'no-evidence'],
    );
  });

  test('without an API server nothing is known of pods', () => {
    const { results, nodes } = judgeNodes({
      evidence: evidenceOf([nodeOf(changed(DVS))]),
      users: USERS,
      waivers: [],
      day: DAY,
    });
    const of = results.filter(({ check }) => check.startsWith('users-beside'));
    assert.deepEqual(
      of.map(({ verdict }) => verdict),
      ['no-evidence', 'no-evidence'],
    );
    assert.equal(nodes[0]?.pods, undefined);
  });
});

describe('the whole', () => {
  const evidence = evidenceOf([nodeOf(changed(DVS, WITH_NEWER)), nodeOf(GOOD, 'ncn-w002')], [pod('user', 'uai-ada')]);

  test('a node in one line', () => {
    const { nodes, verdict } = judgeNodes({ evidence, users: USERS, waivers: [], day: DAY });
    assert.equal(verdict.verdict, 'fail');
    assert.equal(verdict.subject, '2 nodes');
    assert.deepEqual(nodes[0], {
      node: 'ncn-w001',
      collectedAt: '2022-05-01T00:00:00Z',
      kernel: '5.14.21-150400.24.46-default',
      taints: ['O (bit 12): a module from outside of the kernel was loaded'],
      foreignModules: ['dvs'],
      runtimes: [],
      pods: { user: 1, controlPlane: 0, other: 0 },
    });
  });

  test('a waiver covers until it expires', () => {
    const waiver = {
      check: 'module-holds-kernel',
      subjects: ['ncn-w001/*'],
      owner: 'Kernel team',
      reason: 'rebuild',
      expires: DAY,
    };
    const on = (day: string) => judgeNodes({ evidence, users: USERS, waivers: [waiver], day });
    const result = on(DAY).results.find(
      ({ subject, check }) => check === 'module-holds-kernel' && subject === 'ncn-w001/dvs',
    );
    assert.equal(result?.waiver, `Kernel team until ${DAY}: rebuild`);
    assert.equal(on('2022-05-02').waivers[0]?.state, 'expired');
    assert.equal(
      on('2022-05-02').results.find(
        ({ subject, check }) => check === 'module-holds-kernel' && subject === 'ncn-w001/dvs',
      )?.waiver,
      undefined,
    );
    assert.throws(() => judgeNodes({ evidence, users: USERS, waivers: [{ ...waiver, check: 'no-such' }], day: DAY }), {
      code: 'config-invalid',
    });
  });

  test('evidence without nodes is a clear error', () => {
    assert.throws(() => judgeNodes({ evidence: evidenceOf([]), users: USERS, waivers: [], day: DAY }), {
      code: 'input-unreadable',
    });
  });

  test('a program that is not there is not judged', () => {
    assert.match(said('containerd-version', changed(noProgram('containerd --version')))[0] ?? '', /^not-applicable/);
  });
});
