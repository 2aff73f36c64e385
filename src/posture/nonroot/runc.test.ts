// What is said of containers against what happens: images of each kind run by runc under their own settings and under those that are proposed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TarEntry } from '../../../demo/image/tar.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import {
  busyboxCopy,
  type KindRecipe,
  layersOf,
  script,
  withBindCapability,
  writeDirTreeImage,
} from '../../../test/support/nonroot-images.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import {
  type RuncContainer,
  type RuncMount,
  type RuncOutcome,
  runContainer,
  withContainer,
} from '../../../test/support/runc.ts';

type Settings = Readonly<Record<string, unknown>>;

/** An image, how a Pod runs it, and what is to come out. */
interface Kind {
  readonly recipe: KindRecipe;
  readonly context?: Settings;
  readonly podContext?: Settings;
  /** Volumes of the Pod at their paths. */
  readonly volumes?: Readonly<Record<string, Settings>>;
  readonly command?: readonly string[];
  readonly outcome: 'block' | 'likely-break' | 'ok';
  /** Checks that speak, `runs-as-root` left out. */
  readonly checks?: readonly string[];
  /** What the proposal comes to; absent where there is none. */
  readonly proposed?: 'likely-break' | 'ok';
  /** Where a finding is doubtful (`writes`), what happens. */
  readonly fails?: true;
}

const file = (path: string, body: string, more: Partial<TarEntry> = {}): TarEntry => ({ path, body, ...more });
const folder = (path: string, mode: number, uid = 0, gid = 0): TarEntry => ({ path, type: 'dir', mode, uid, gid });
const run = (body: string, ...files: readonly TarEntry[]): KindRecipe => ({
  files: [...files, script('app/run', body)],
  config: { Entrypoint: ['/app/run'] },
});
const with_ = (recipe: KindRecipe, config: Settings): KindRecipe => ({
  ...recipe,
  config: { ...recipe.config, ...config },
});
const user = (uid: number, more: Settings = {}): Settings => ({ runAsNonRoot: true, runAsUser: uid, ...more });
const LISTEN = 'nc -l -p 80 & sleep 0.3; kill $!';
const web = with_(run(LISTEN), { ExposedPorts: { '80/tcp': {} } });
const capable = with_(run('/app/nc -l -p 80 & sleep 0.3; kill $!', withBindCapability('app/nc')), {
  ExposedPorts: { '80/tcp': {} },
});
const setuid = run('/usr/bin/su root -c true', busyboxCopy('usr/bin/su', 0o4755));

const KINDS: Readonly<Record<string, Kind>> = {
  'a numeric user': { recipe: with_(run('test "$(id -u)" = 1000'), { User: '1000' }), outcome: 'ok', proposed: 'ok' },
  'a numeric user that is asked for': {
    recipe: run('test "$(id -u):$(id -g)" = 1000:1000'),
    context: user(1000),
    outcome: 'ok',
  },
  'a user by name': { recipe: with_(run('test "$(id -u)" = 1000'), { User: 'app' }), outcome: 'ok', proposed: 'ok' },
  'a user by name, and runAsNonRoot': {
    recipe: with_(run('test "$(id -u)" = 1000'), { User: 'app:app' }),
    context: { runAsNonRoot: true },
    outcome: 'block',
    checks: ['identity'],
    proposed: 'ok',
  },
  root: { recipe: run('true'), outcome: 'ok', proposed: 'ok' },
  'root, and runAsNonRoot': {
    recipe: run('true'),
    context: { runAsNonRoot: true },
    outcome: 'block',
    checks: ['identity'],
    proposed: 'ok',
  },
  'a program that only root may execute': {
    recipe: { files: [script('app/run', 'true', { mode: 0o700 })], config: { Entrypoint: ['/app/run'] } },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'a program in a closed folder': {
    recipe: { files: [folder('opt', 0o700), script('opt/run', 'true')], config: { Entrypoint: ['/opt/run'] } },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'a program behind a link, found on PATH': {
    recipe: {
      files: [
        folder('opt', 0o755),
        script('opt/run', 'true', { mode: 0o744 }),
        { path: 'bin/run', type: 'symlink', link: '../opt/run' },
      ],
      config: { Entrypoint: ['run'], Env: ['PATH=/usr/bin:/bin'] },
    },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'a script whose shell is closed': {
    recipe: {
      files: [busyboxCopy('app/sh', 0o700), file('app/run', '#!/app/sh\ntrue\n', { mode: 0o755 })],
      config: { Entrypoint: ['/app/run'] },
    },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'a script that may be executed and not read': {
    recipe: { files: [script('app/run', 'true', { mode: 0o711 })], config: { Entrypoint: ['/app/run'] } },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'a program for the group of the user in the image': {
    recipe: { files: [script('app/run', 'true', { mode: 0o750, gid: 2000 })], config: { Entrypoint: ['/app/run'] } },
    context: user(1000),
    outcome: 'ok',
  },
  'a program for the group root, of a user without an account': {
    recipe: { files: [script('app/run', 'true', { mode: 0o750 })], config: { Entrypoint: ['/app/run'] } },
    context: user(4321),
    outcome: 'ok',
  },
  'the same with a group of its own': {
    recipe: { files: [script('app/run', 'true', { mode: 0o750 })], config: { Entrypoint: ['/app/run'] } },
    context: user(4321, { runAsGroup: 4321 }),
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'root without the capabilities of root': {
    recipe: { files: [script('app/run', 'true', { mode: 0o700, uid: 1000 })], config: { Entrypoint: ['/app/run'] } },
    context: { capabilities: { drop: ['ALL'] } },
    outcome: 'likely-break',
    checks: ['program'],
    proposed: 'likely-break',
  },
  'a closed working directory': {
    recipe: with_(run('cat ./state', folder('srv', 0o700), file('srv/state', 'x')), { WorkingDir: '/srv' }),
    context: user(1000),
    outcome: 'likely-break',
    checks: ['working-directory'],
    proposed: 'likely-break',
  },
  'a low port as root': { recipe: web, outcome: 'ok', proposed: 'ok' },
  'a low port': { recipe: web, context: user(1000), outcome: 'likely-break', checks: ['low-port'], proposed: 'ok' },
  'a low port, and the sysctl': {
    recipe: web,
    context: user(1000),
    podContext: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }] },
    outcome: 'ok',
  },
  'a file capability': { recipe: capable, context: user(1000), outcome: 'ok' },
  'a file capability, and no privileges that grow': {
    recipe: capable,
    context: user(1000, { allowPrivilegeEscalation: false }),
    outcome: 'likely-break',
    checks: ['file-capabilities', 'low-port'],
    proposed: 'ok',
  },
  'a file capability that is dropped': {
    recipe: capable,
    context: user(1000, { capabilities: { drop: ['ALL'] } }),
    outcome: 'likely-break',
    checks: ['file-capabilities', 'low-port'],
    proposed: 'likely-break',
  },
  'a script that changes owners': {
    recipe: run('chown app /data', folder('data', 0o755)),
    context: user(1000),
    outcome: 'likely-break',
    checks: ['script'],
    proposed: 'likely-break',
  },
  'the same as root': {
    recipe: run('chown app /data', folder('data', 0o755)),
    outcome: 'ok',
    proposed: 'likely-break',
  },
  'the same as root without the capability': {
    recipe: run('chown app /data', folder('data', 0o755)),
    context: { capabilities: { drop: ['ALL'] } },
    outcome: 'likely-break',
    checks: ['script'],
    proposed: 'likely-break',
  },
  'one that asks who it is first': {
    recipe: run('if [ "$(id -u)" = 0 ]; then\n  chown app /data\nfi\ntrue', folder('data', 0o755)),
    context: user(1000),
    outcome: 'ok',
  },
  'one that goes on when it fails': {
    recipe: run('chown app /data || true', folder('data', 0o755)),
    context: user(1000),
    outcome: 'ok',
  },
  'one that another script starts': {
    recipe: run('exec /app/second', script('app/second', 'chown app /data'), folder('data', 0o755)),
    context: user(1000),
    outcome: 'likely-break',
    checks: ['script'],
    proposed: 'likely-break',
  },
  'a command of the Pod that changes owners': {
    recipe: run('true', folder('data', 0o755)),
    command: ['sh', '-c', 'chown 1000 /data && true'],
    context: user(1000),
    outcome: 'likely-break',
    checks: ['script'],
    proposed: 'likely-break',
  },
  'a setuid program': { recipe: setuid, context: user(1000), outcome: 'ok' },
  'a setuid program, and no privileges that grow': {
    recipe: setuid,
    context: user(1000, { allowPrivilegeEscalation: false }),
    outcome: 'likely-break',
    checks: ['setuid'],
    proposed: 'likely-break',
  },
  'a volume of the image that belongs to root': {
    recipe: with_(run('touch /data/x', folder('data', 0o755)), { Volumes: { '/data': {} } }),
    context: user(1000),
    outcome: 'likely-break',
    checks: ['image-volume'],
    proposed: 'ok',
  },
  'a volume of the image that belongs to the user': {
    recipe: with_(run('touch /data/x', folder('data', 0o755, 1000, 1000)), { Volumes: { '/data': {} } }),
    context: user(1000),
    outcome: 'ok',
  },
  'a claimed volume': {
    recipe: run('touch /data/x', folder('data', 0o755)),
    volumes: { '/data': { persistentVolumeClaim: { claimName: 'data' } } },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['volume'],
    proposed: 'ok',
  },
  'a claimed volume, and fsGroup': {
    recipe: run('touch /data/x', folder('data', 0o755)),
    volumes: { '/data': { persistentVolumeClaim: { claimName: 'data' } } },
    context: user(1000),
    podContext: { fsGroup: 3000 },
    outcome: 'ok',
  },
  'a folder of the node': {
    recipe: run('touch /data/x', folder('data', 0o755)),
    volumes: { '/data': { hostPath: { path: '/var/lib/thing' } } },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['host-path'],
    proposed: 'likely-break',
  },
  'a closed secret': {
    recipe: run('cat /data', file('data', '')),
    volumes: { '/data': { secret: { secretName: 'key', defaultMode: 0o400 } } },
    context: user(1000),
    outcome: 'likely-break',
    checks: ['secret-file'],
    proposed: 'ok',
  },
  'an added capability': {
    recipe: run('ip link add dummy9 type dummy || ip link set lo mtu 1400'),
    context: user(1000, { capabilities: { add: ['NET_ADMIN'] } }),
    outcome: 'likely-break',
    checks: ['added-capabilities'],
    proposed: 'likely-break',
  },
  'an added capability of root': {
    recipe: run('ip link set lo mtu 1400'),
    context: { capabilities: { add: ['NET_ADMIN'] } },
    outcome: 'ok',
    proposed: 'likely-break',
  },
  'a read-only root': {
    recipe: run('touch /tmp/x'),
    context: user(1000, { readOnlyRootFilesystem: true }),
    outcome: 'ok',
    checks: ['writes'],
    fails: true,
    proposed: 'ok',
  },
  'a folder of state that belongs to root': {
    recipe: run('touch /var/run/app/pid', folder('var/run/app', 0o755)),
    context: user(1000),
    outcome: 'ok',
    checks: ['writes'],
    fails: true,
    proposed: 'ok',
  },
};

interface Container {
  readonly subject: string;
  readonly outcome: Kind['outcome'];
  readonly identity?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly findings: readonly { readonly check: string; readonly reason: string }[];
  readonly proposal?: {
    readonly outcome: Kind['outcome'];
    readonly uid: number;
    readonly gid: number;
    readonly securityContext: Settings;
    readonly emptyFolders: readonly string[];
    readonly fsGroup: boolean;
    readonly sysctls: Readonly<Record<string, string>>;
  };
}

const needs = process.getuid?.() === 0 ? needsPrograms('runc', 'busybox', 'tar') : { skip: 'needs root, as runc does' };

describe('containers as they run', needs, () => {
  let place = '';
  let said: ReadonlyMap<string, Container> = new Map();

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'plimsoll-nonroot-'));
    const pods = Object.values(KINDS).map((kind, index) => podOf(kind, index));
    writeFileSync(join(place, 'pods.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
    for (const [index, { recipe }] of Object.values(KINDS).entries()) {
      writeDirTreeImage(join(place, 'tree'), referenceOf(index), layersOf(recipe), recipe.config);
    }
    const { code, stdout, stderr } = await runCommand(
      [
        'nonroot',
        `manifests:${join(place, 'pods.json')}`,
        '--images',
        `dir-tree:${join(place, 'tree')}`,
        '--format',
        'json',
      ],
      { folder: place },
    );
    assert.equal(code, 0, stderr);
    const { containers } = JSON.parse(stdout) as { readonly containers: readonly Container[] };
    said = new Map(
      Object.keys(KINDS).flatMap((name, index) =>
        containers[index] === undefined ? [] : [[name, containers[index]] as const],
      ),
    );
  });
  after(() => rmSync(place, { recursive: true, force: true }));

  for (const [name, kind] of Object.entries(KINDS)) {
    test(name, () => {
      const one = said.get(name);
      assert.ok(one !== undefined);
      const checks = [...new Set(one.findings.map(({ check }) => check))]
        .filter((check) => check !== 'runs-as-root')
        .sort();
      assert.deepEqual([one.outcome, checks], [kind.outcome, kind.checks ?? []], JSON.stringify(one.findings, null, 1));
      assert.equal(one.proposal?.outcome, kind.proposed, JSON.stringify(one.proposal, null, 1));
      if (kind.outcome !== 'block') {
        const now = runAs(kind, one.identity ?? { uid: 0, gid: 0, groups: [] }, {});
        assert.equal(
          now.status === 0,
          kind.outcome === 'ok' && kind.fails !== true,
          `as it is: ${now.status} ${now.output}`,
        );
      }
      const { proposal } = one;
      if (proposal === undefined) return;
      const { uid, gid } = proposal;
      const groups = [...(proposal.fsGroup ? [gid] : []), ...(uid === 1000 ? [2000] : [])];
      const then = runAs(kind, { uid, gid, groups }, proposal);
      assert.equal(then.status === 0, proposal.outcome === 'ok', `as proposed: ${then.status} ${then.output}`);
    });
  }

  test('the generated test tells a container that runs as proposed from one that runs as before', async () => {
    const kind: Kind = {
      recipe: with_(run('exec sleep 60', folder('data', 0o755)), { Volumes: { '/data': {} } }),
      outcome: 'ok',
    };
    writeDirTreeImage(join(place, 'tree'), referenceOf(999), layersOf(kind.recipe), kind.recipe.config);
    writeFileSync(join(place, 'pod.json'), JSON.stringify(podOf(kind, 999)));
    const targets = [`manifests:${join(place, 'pod.json')}`, '--images', `dir-tree:${join(place, 'tree')}`];
    const json = await runCommand(['nonroot', ...targets, '--format', 'json'], { folder: place });
    const { containers } = JSON.parse(json.stdout) as { readonly containers: readonly Container[] };
    const proposal = containers[0]?.proposal;
    assert.ok(proposal !== undefined);
    const script_ = (await runCommand(['nonroot', 'propose', ...targets, '--format', 'test'], { folder: place }))
      .stdout;
    const ask = (id: string) => {
      const kubectl = join(place, 'kubectl');
      const exec = `while [ "$1" != -- ]; do shift; done; shift; exec runc exec ${id} "$@"`;
      const answers = `'get pods'*) echo pod/p ;;\nget*jsonpath*) printf 'true 0' ;;\nexec*) ${exec} ;;`;
      writeFileSync(kubectl, `#!/bin/sh\ncase "$*" in\n${answers}\nesac\n`, { mode: 0o755 });
      const { status, stdout } = spawnSync('sh', ['-c', script_], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], KUBECTL: kubectl },
      });
      return [status, stdout];
    };
    const root = { uid: 0, gid: 0, groups: [] };
    assert.deepEqual(withContainer(settingsOf(kind, { ...proposal, groups: [] }, proposal), ask), [
      0,
      '6 passed, 0 failed, 0 could not be told\n',
    ]);
    const [status, said] = withContainer(settingsOf(kind, root, {}), ask);
    assert.equal(status, 1);
    assert.match(String(said), /uid is 0, not 65534\n.*gid is 0, not 65534\n.*no_new_privs is 0, not 1\n/);
  });
});

function referenceOf(index: number): string {
  return `registry.local/kind-${index}:1`;
}

function podOf({ context, podContext, volumes = {}, command }: Kind, index: number): object {
  const named = Object.entries(volumes).map(([path, source], at) => ({ path, name: `v${at}`, source }));
  const container = {
    name: 'c',
    image: referenceOf(index),
    ...(command === undefined ? {} : { command }),
    ...(context === undefined ? {} : { securityContext: context }),
    volumeMounts: named.map(({ path, name }) => ({ name, mountPath: path })),
  };
  const spec = {
    containers: [container],
    volumes: named.map(({ name, source }) => ({ name, ...source })),
    ...(podContext === undefined ? {} : { securityContext: podContext }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `kind-${index}`, namespace: 'test', labels: { app: `kind-${index}` } },
    spec,
  };
}

const DEFAULT_CAPABILITIES =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  );

/** What containerd makes of the settings. */
function runAs(...how: Parameters<typeof settingsOf>): RuncOutcome {
  return runContainer(settingsOf(...how));
}

function settingsOf(
  { recipe, context = {}, podContext = {}, volumes = {}, command }: Kind,
  ids: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] },
  proposal: Partial<NonNullable<Container['proposal']>>,
): RuncContainer {
  const settings = { ...context, ...proposal.securityContext } as Settings;
  const changes = (settings['capabilities'] ?? {}) as {
    readonly add?: readonly string[];
    readonly drop?: readonly string[];
  };
  const names = [...(changes.drop?.includes('ALL') === true ? [] : DEFAULT_CAPABILITIES), ...(changes.add ?? [])];
  const {
    Entrypoint = [],
    WorkingDir = '/',
    Env = [],
  } = (recipe.config ?? {}) as {
    readonly Entrypoint?: readonly string[];
    readonly WorkingDir?: string;
    readonly Env?: readonly string[];
  };
  const group = proposal.fsGroup === true ? ids.gid : (podContext['fsGroup'] as number | undefined);
  const sysctls = (podContext['sysctls'] ?? []) as readonly { readonly name: string; readonly value: string }[];
  const empty = (proposal.emptyFolders ?? []).map((path): RuncMount => ({ path, kind: 'folder', mode: 0o777 }));
  const mounted = Object.entries(volumes).map(([path, source]) => mountOf(path, source, group));
  return {
    layers: layersOf(recipe),
    args: command ?? Entrypoint,
    cwd: WorkingDir,
    environment: Env.some((entry) => entry.startsWith('PATH='))
      ? Env
      : ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...Env],
    ...ids,
    bounding: names.map((name) => `CAP_${name}`),
    noNewPrivileges: settings['allowPrivilegeEscalation'] === false,
    readOnlyRoot: settings['readOnlyRootFilesystem'] === true,
    mounts: [...mounted, ...empty],
    sysctls: {
      'net.ipv4.ip_unprivileged_port_start': '1024',
      ...Object.fromEntries(sysctls.map(({ name, value }) => [name, value])),
      ...proposal.sysctls,
    },
  };
}

/** A new volume belongs to root; fsGroup opens those that are not the node's (kubelet, SetVolumeOwnership). */
function mountOf(path: string, source: Settings, group: number | undefined): RuncMount {
  if ('secret' in source) {
    const own = { path, kind: 'file', content: 'secret', mode: 0o400 } as const;
    return group === undefined ? own : { ...own, gid: group, mode: 0o440 };
  }
  if (group === undefined || 'hostPath' in source) return { path, kind: 'folder', mode: 0o755 };
  return { path, kind: 'folder', gid: group, mode: 0o2775 };
}
