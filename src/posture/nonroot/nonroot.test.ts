// Who containers run as, and what is said and proposed, over whole releases: Pods, CSM's own policies, images on disk. What happens when they really run is
// held against it in runc.test.ts.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { packTar, type TarEntry } from '../../../demo/image/tar.ts';
import { needsPrograms, needsShared, sharedPath } from '../../../test/support/needs.ts';
import { writeDirTreeImage } from '../../../test/support/nonroot-images.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { resultValidator } from '../../../test/support/schemas.ts';
import type { Json } from '../../platform/json.ts';
import { strategicMerge } from '../policy/kyverno/mutate/strategic-merge.ts';
import { privilegesOf } from './capabilities.ts';
import type { PodContainer } from './container.ts';

interface Container {
  readonly subject: string;
  readonly outcome: string;
  readonly identity?: {
    readonly uid: number;
    readonly gid: number;
    readonly groups: readonly number[];
    readonly from: string;
  };
  readonly findings: readonly {
    readonly check: string;
    readonly class: string;
    readonly reason: string;
    readonly facts: readonly string[];
  }[];
  readonly proposal?: { readonly uid: number; readonly gid: number; readonly why: string; readonly outcome: string };
}

interface Result {
  readonly verdict: { readonly verdict: string; readonly reason: string };
  readonly containers: readonly Container[];
  readonly results: readonly {
    readonly check: string;
    readonly subject: string;
    readonly verdict: string;
    readonly waiver?: string;
  }[];
  readonly waivers: readonly { readonly state: string }[];
  readonly gaps: readonly { readonly reason: string }[];
}

const PROGRAM = '\u007fELF of a test';
const BASE: readonly TarEntry[] = [
  { path: 'etc/passwd', body: 'root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:\nzero:x:0:0::/:\n' },
  { path: 'etc/group', body: 'root:x:0:\napp:x:1001:\ndata:x:2000:app,web\nother:x:2001:web\n' },
  { path: 'usr/bin/app', mode: 0o755, body: PROGRAM },
  { path: 'bin/sh', mode: 0o755, body: PROGRAM },
];

let place = '';
before(() => {
  place = mkdtempSync(join(tmpdir(), 'plimsoll-nonroot-'));
});
after(() => rmSync(place, { recursive: true, force: true }));

let images = 0;
/** Writes an image; gives its reference. */
function image(config: Readonly<Record<string, unknown>>, ...files: readonly TarEntry[]): string {
  images += 1;
  const reference = `registry.local/made-${images}:1`;
  const layers = [packTar(BASE), ...(files.length === 0 ? [] : [packTar(files)])];
  writeDirTreeImage(join(place, 'tree'), reference, layers, { Entrypoint: ['app'], ...config });
  return reference;
}

let written = 0;
/** Writes text or an object into a file of its own; gives its path. */
function write(content: unknown): string {
  written += 1;
  const path = join(place, `file-${written}.yaml`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function pod(reference: string, context: object = {}, podContext: object = {}, more: object = {}): object {
  const container = { name: 'c', image: reference, securityContext: context };
  const metadata = { name: 'p', namespace: 'test', labels: { app: 'p' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { securityContext: podContext, containers: [container], ...more },
  };
}

async function nonroot(objects: readonly object[], ...args: readonly string[]): Promise<Result> {
  const list = write({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stdout, stderr } = await runCommand(
    ['nonroot', `manifests:${list}`, '--images', `dir-tree:${join(place, 'tree')}`, '--format', 'json', ...args],
    { folder: place },
  );
  assert.equal(code, 0, stderr);
  const validate = resultValidator('nonroot-1');
  const result = JSON.parse(stdout) as Result;
  assert.ok(validate(result), JSON.stringify(validate.errors));
  return result;
}

const ENFORCED = { runAsNonRoot: true };
/** Context of the container, of the Pod, user of the image; who it runs as, and what is said. Rules: identity.ts. */
const IDENTITIES: readonly (readonly [container: object, pod: object, user: string, identity: string, said: string])[] =
  [
    [{}, {}, '', '0:0 default', 'root'],
    [{}, {}, '1000', '1000:1001+2000 image', ''],
    [{}, {}, '1000:2000', '1000:1001+2000 image', ''],
    [{}, {}, '4321:2000', '4321:0 image', ''],
    [{}, {}, 'app', '1000:1001+2000 image', ''],
    [{}, {}, 'app:data', '1000:1001+2000 image', ''],
    [{}, {}, ':2000', '0:0 image', 'root'],
    [{}, {}, '+7', '7:0 image', ''],
    [{}, {}, '007', '7:0 image', ''],
    [{}, {}, 'nobody', 'none', 'block'],
    [{}, {}, '-1', 'none', 'block'],
    [ENFORCED, {}, '', '0:0 default', 'block'],
    [ENFORCED, {}, '0', '0:0 image', 'block'],
    [ENFORCED, {}, ':2000', '0:0 image', 'block'],
    [ENFORCED, {}, 'app', '1000:1001+2000 image', 'block'],
    [ENFORCED, {}, 'zero', '0:0 image', 'block'],
    [ENFORCED, {}, 'nobody', 'none', 'block'],
    [ENFORCED, {}, '1000', '1000:1001+2000 image', ''],
    [{ runAsUser: 0 }, ENFORCED, '1000', '0:0 container', 'block'],
    [{ runAsUser: 1000 }, ENFORCED, 'app', '1000:1001+2000 container', ''],
    [{ runAsNonRoot: false }, ENFORCED, '', '0:0 default', 'root'],
    [{}, { runAsUser: 4321 }, '1000', '4321:0 pod', ''],
    [{ runAsUser: 1000 }, { runAsUser: 4321 }, '', '1000:1001+2000 container', ''],
    [{ runAsUser: 1000, runAsGroup: 5 }, { runAsGroup: 6 }, '', '1000:5+2000 container', ''],
    [{}, { runAsUser: 4321, supplementalGroups: [7, 3], fsGroup: 9 }, '', '4321:0+3+7+9 pod', ''],
    [{ runAsUser: 1000 }, { supplementalGroupsPolicy: 'Strict' }, '', '1000:1001 container', ''],
    [{ runAsUser: '1000' }, {}, '', 'none', 'block'],
    [{ runAsUser: 2 ** 31 }, {}, '', 'none', 'block'],
    [{ runAsUser: -1 }, {}, '', 'none', 'block'],
    [{ privileged: true, allowPrivilegeEscalation: false }, {}, '1000', '1000:1001+2000 image', 'block'],
    [
      { capabilities: { add: ['CAP_SYS_ADMIN'] }, allowPrivilegeEscalation: false },
      {},
      '1000',
      '1000:1001+2000 image',
      'block',
    ],
  ];

test('who containers run as, by the rules of the kubelet', async () => {
  const references = new Map(
    [...new Set(IDENTITIES.map(([, , user]) => user))].map((user) => [user, image({ User: user })]),
  );
  const { containers } = await nonroot(
    IDENTITIES.map(([own, ofPod, user]) => pod(references.get(user) ?? '', own, ofPod)),
  );
  const rows = containers.map(({ identity, findings }, index) => {
    const who =
      identity === undefined
        ? 'none'
        : `${[`${identity.uid}:${identity.gid}`, ...identity.groups].join('+')} ${identity.from}`;
    const said = findings.find(({ class: kind }) => kind === 'block' || kind === 'root')?.class ?? '';
    return [...(IDENTITIES[index]?.slice(0, 3) ?? []), who, said];
  });
  assert.deepEqual(
    rows,
    IDENTITIES.map((row) => [...row]),
  );
});

test('evidence that is missing is never a pass: images that are not there, accounts that cannot be read, programs in volumes', async () => {
  const gone = pod('registry.invalid:1/none:1', { runAsUser: 5, runAsNonRoot: true });
  const volume = { volumes: [{ name: 'v', configMap: { name: 'x' } }] };
  const mounted = pod(image({ Entrypoint: ['/scripts/run'] }), { runAsUser: 5 }, {}, volume) as {
    spec: { containers: object[] };
  };
  Object.assign(mounted.spec.containers[0] ?? {}, { volumeMounts: [{ name: 'v', mountPath: '/scripts' }] });
  const missing = pod(image({ Entrypoint: ['/none'] }), { runAsUser: 5 });
  const large = pod(image({ User: 'app' }, { path: 'etc/passwd', body: 'x'.repeat(2 * 1024 ** 2) }));
  const numeric = pod(image({}, { path: 'etc/passwd', body: 'x'.repeat(2 * 1024 ** 2) }), { runAsUser: 5 });
  const { containers, results, gaps } = await nonroot([gone, mounted, missing, large, numeric]);
  assert.deepEqual(
    containers.map(({ outcome }) => outcome),
    ['unknown', 'unknown', 'unknown', 'unknown', 'unknown'],
  );
  assert.deepEqual([...new Set(results.map(({ verdict }) => verdict))], ['no-evidence']);
  assert.equal(gaps.length, 1, 'the image that is not there');
});

/** One workload of each shape that CSM's charts have, with the labels that CSM's policies look for. */
const CSM = (reference: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: cray-capmc, namespace: services, labels: {helm.sh/base-chart: cray-service-7.0.1}}
spec:
  template:
    metadata: {labels: {app.kubernetes.io/instance: cray-hms-capmc, app.kubernetes.io/name: cray-capmc}}
    spec:
      initContainers: [{name: wait-for-etcd, image: "${reference}"}]
      containers:
      - {name: cray-capmc, image: "${reference}", securityContext: {capabilities: {add: [NET_ADMIN]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: other, namespace: services}
spec:
  template:
    metadata: {labels: {app: other}}
    spec:
      containers:
      - name: a
        image: "${reference}"
        securityContext: {runAsUser: 65534, runAsGroup: 65534, runAsNonRoot: true}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates: [{metadata: {name: data}}]
`;

test(
  "CSM's own policies and charts: what they leave open, and what they break",
  needsShared('data/k8s/csm-kyverno'),
  async () => {
    const path = write(CSM(image({ User: 'app' })));
    const run = async (...args: readonly string[]) => {
      const tree = `dir-tree:${join(place, 'tree')}`;
      const { code, stdout, stderr } = await runCommand(['nonroot', `manifests:${path}`, '--images', tree, ...args], {
        folder: place,
      });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const policies = ['--policies', sharedPath('data/k8s/csm-kyverno')];
    const { containers } = JSON.parse(await run('--format', 'json', ...policies)) as Result;
    const said = containers.map(({ subject, outcome, findings }) => [
      subject,
      outcome,
      findings.map(({ check }) => check).join(' '),
    ]);
    assert.deepEqual(said, [
      // The policies have no rule for init containers, and the chart gives them no settings.
      ['Deployment/services/cray-capmc init container wait-for-etcd', 'ok', ''],
      // The policy asks for runAsNonRoot without a user, and the image names one by name.
      ['Deployment/services/cray-capmc container cray-capmc', 'block', 'identity'],
      ['StatefulSet/services/other container a', 'likely-break', 'volume'],
    ]);
    const facts = containers[1]?.findings[0]?.facts ?? [];
    assert.ok(
      facts.some((fact) => /runAsNonRoot is true, by policy services\/pod-sec-ctxt/.test(fact)),
      facts.join('\n'),
    );
    assert.ok(facts.some((fact) => /User of the image's configuration is app/.test(fact)));
    assert.deepEqual([containers[1]?.proposal?.uid, containers[1]?.proposal?.gid], [1000, 1001]);
    // Without the policies the same container keeps nothing of the chart's default.
    const { containers: before_ } = JSON.parse(await run('--format', 'json')) as Result;
    assert.deepEqual(
      before_.map(({ outcome }) => outcome),
      ['ok', 'likely-break', 'likely-break'],
    );
    const table = await run(...policies);
    assert.match(table, /container cray-capmc: would not start; runs as 1000:1001 app \(image\)/);
    const page = await run('--format', 'html', ...policies);
    assert.match(page, /cannot verify user is non-root/);
  },
);

test("the chart of a CSM service as it was rendered, with images' users", needsShared('data/csm/k8s'), async () => {
  const reference = 'artifactory.algol60.net/csm-docker/stable/cray-powerdns-manager:0.5.2';
  const closed = { path: 'usr/bin/app', mode: 0o750, uid: 1000, gid: 1000, body: PROGRAM };
  writeDirTreeImage(join(place, 'tree'), reference, [packTar(BASE), packTar([closed])], {
    Entrypoint: ['app'],
    User: 'app',
  });
  const { code, stdout, stderr } = await runCommand(
    [
      'nonroot',
      `manifests:${sharedPath('data/csm/k8s/cray-powerdns-manager-0.5.2.rendered.yaml')}`,
      '--images',
      `dir-tree:${join(place, 'tree')}`,
      '--format',
      'json',
    ],
    { folder: place },
  );
  assert.equal(code, 0, stderr);
  const [container] = (JSON.parse(stdout) as Result).containers;
  assert.deepEqual([container?.identity?.uid, container?.outcome], [65534, 'likely-break']);
  assert.match(container?.findings[0]?.reason ?? '', /uid 65534, gid 65534 cannot execute \/usr\/bin\/app/);
  assert.match(
    container?.findings[0]?.facts[0] ?? '',
    /\/usr\/bin\/app is 0750 1000:1000 in layer 2 of 2 \(sha256:[0-9a-f]{12}\)/,
  );
});

test('ALL that is added and dropped is dropped, and what is named beside it is not', () => {
  const bounding = (add: readonly string[], drop: readonly string[], more: object = {}): number => {
    const value = { securityContext: { capabilities: { add, drop }, ...more } };
    const own = { pod: { spec: {}, before: {} }, list: 'containers', name: 'c', value, before: undefined };
    return privilegesOf(own as unknown as PodContainer).bounding.size;
  };
  assert.equal(bounding(['ALL'], ['ALL']), 0);
  assert.equal(bounding(['ALL', 'CHOWN'], ['ALL']), 1);
  assert.equal(bounding(['ALL'], ['CHOWN']), 40);
  assert.equal(bounding([], ['ALL'], { privileged: true }), 41);
});

test('where the proposed user comes from', async () => {
  const script = (body: string): TarEntry => ({ path: 'run', mode: 0o755, body: `#!/bin/sh -e\n${body}\n` });
  const references = [
    image({ Entrypoint: ['/run'] }, script('if [ "$(id -u)" = 0 ]; then\n  exec gosu app "$0"\nfi\nexec app')),
    image({ WorkingDir: '/srv' }, { path: 'srv', type: 'dir', uid: 33, gid: 34 }),
    image({}),
    image({ User: 'app' }),
  ];
  const { containers } = await nonroot(references.map((reference) => pod(reference)));
  assert.deepEqual(
    containers.map(({ proposal }) => [proposal?.uid, proposal?.gid, proposal?.why, proposal?.outcome]),
    [
      [1000, 1001, 'its script steps down to app', 'ok'],
      [33, 34, '/srv of the image belongs to this user', 'ok'],
      [65534, 65534, 'the image names no other user than root', 'ok'],
      [1000, 1001, 'it runs as app now, which has this number in the image', 'ok'],
    ],
  );
});

describe('what is proposed, applied', () => {
  /** Deployments with a claim, a low port, a folder of state and a closed script. */
  function workloads(): readonly object[] {
    const open = image({ ExposedPorts: { '80/tcp': {} } }, { path: 'var/cache/app', type: 'dir' });
    const closed = image({}, { path: 'usr/bin/app', mode: 0o700, body: PROGRAM });
    const volume = { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'd' } }] };
    const sysctls = { sysctls: [{ name: 'net.core.somaxconn', value: '9' }] };
    const first = pod(open, {}, sysctls, volume) as { spec: { containers: object[] } };
    Object.assign(first.spec.containers[0] ?? {}, { volumeMounts: [{ name: 'd', mountPath: '/data' }] });
    const second = pod(closed) as { metadata: { name: string; labels: object } };
    second.metadata = { ...second.metadata, name: 'q', labels: { app: 'q' } };
    return [first, second];
  }

  async function propose(objects: readonly object[], format: string) {
    const list = write({ apiVersion: 'v1', kind: 'List', items: objects });
    const args = [
      'nonroot',
      'propose',
      `manifests:${list}`,
      '--images',
      `dir-tree:${join(place, 'tree')}`,
      '--format',
      format,
    ];
    const { code, stdout, stderr } = await runCommand(args, { folder: place });
    assert.equal(code, 0, stderr);
    return { stdout, stderr };
  }

  const documents = (text: string): readonly Json[] =>
    parseAllDocuments(text).flatMap((document) => {
      const value = document.toJS() as Json | null;
      return value === null ? [] : [value];
    });

  test('as patches: each container comes to what was said', async () => {
    const objects = workloads();
    const { stdout, stderr } = await propose(objects, 'patch');
    const [patch, ...others] = documents(stdout);
    assert.equal(others.length, 0, 'nothing is proposed for what would still break');
    assert.match(stderr, /nothing is proposed for Pod\/test\/q container c: .*cannot execute \/usr\/bin\/app/);
    const patched = strategicMerge(objects[0] as Json, patch ?? {});
    const { containers } = await nonroot([patched as object]);
    assert.deepEqual(
      [containers[0]?.identity?.uid, containers[0]?.outcome, containers[0]?.findings],
      [65534, 'ok', []],
    );
    assert.equal(containers[0]?.proposal, undefined, 'there is nothing left to propose');
    assert.match(JSON.stringify(patched), /net\.core\.somaxconn.*ip_unprivileged_port_start/);
    assert.match(JSON.stringify(patched), /"fsGroup":65534/);
  });

  test('as Kyverno policies: the same', async () => {
    const objects = workloads();
    const { stdout } = await propose(objects, 'kyverno');
    const { containers } = await nonroot(objects, '--policies', write(stdout));
    assert.deepEqual(
      [containers[0]?.identity?.uid, containers[0]?.identity?.from, containers[0]?.findings],
      [65534, 'policy', []],
    );
    assert.equal(containers[1]?.identity?.uid, 0, 'the other Pod is left alone');
  });

  test('an image whose folder is named like an expression of Kyverno gets no policy', async () => {
    const folder = 'data/{{ request.userInfo }}';
    const reference = image({ User: '65534', Volumes: { [`/${folder}`]: {} } }, { path: folder, type: 'dir' });
    const { stdout } = await propose([pod(reference)], 'kyverno');
    assert.deepEqual(documents(stdout), []);
    assert.match(stdout, /^# not possible: Kyverno would take a name of Pod\/\S+ for an expression/m);
    assert.equal(documents((await propose([pod(reference)], 'patch')).stdout).length, 1);
  });

  test('as values of a chart whose keys are known, and a refusal for others', async () => {
    const reference = image({ User: 'app' });
    const labelled = (chart: string, name: string) => {
      const own = pod(reference) as { metadata: { name: string; labels: object } };
      own.metadata = { ...own.metadata, name, labels: { 'helm.sh/base-chart': chart, app: name } };
      return own;
    };
    const { stdout } = await propose([labelled('cray-service-7.0.1', 'a'), labelled('other-1.0.0', 'b')], 'values');
    assert.deepEqual(documents(stdout), [
      {
        'cray-service': {
          containers: {
            c: {
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 1000,
                runAsGroup: 1001,
                allowPrivilegeEscalation: false,
              },
            },
          },
        },
      },
    ]);
    assert.match(stdout, /# not possible: Pod\/test\/b: .*use --format patch/);
  });

  test('as a test for the cluster', needsPrograms('shellcheck'), async () => {
    const { stdout } = await propose(workloads(), 'test');
    execFileSync('shellcheck', ['-'], { input: stdout, stdio: ['pipe', 'pipe', 'inherit'] });
    const kubectl = join(place, 'kubectl');
    const status =
      'Name:\\tapp\\nUid:\\t65534\\t65534\\t65534\\t65534\\nGid:\\t65534\\t65534\\nCapEff:\\t0000000000000000\\nNoNewPrivs:\\t1\\n';
    writeFileSync(
      kubectl,
      `#!/bin/sh
case "$*" in
'get pods'*app=p*) echo pod/p ;;
get*jsonpath*) printf 'true %s' "\${RESTARTS:-0}" ;;
exec*' cat /proc/1/status') printf '${status}' ;;
exec*write-test*) case "$*" in *"\${CLOSED:-none}") exit 1 ;; esac ;;
exec*) ;;
esac
`,
      { mode: 0o755 },
    );
    const run = (environment: Readonly<Record<string, string>>) =>
      spawnSync('sh', ['-c', stdout], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], KUBECTL: kubectl, ...environment },
      });
    const fine = run({});
    // The Pod of the closed program is to run as root still, and none runs.
    assert.match(fine.stdout, /^UNKNOWN test app=q c: no Pod runs\n7 passed, 0 failed, 1 could not be told\n$/);
    assert.equal(fine.status, 2);
    const worse = run({ RESTARTS: '2', CLOSED: '/data' });
    assert.match(
      worse.stdout,
      /FAIL test pod\/p c: it is ready, after 2 restarts\nFAIL test pod\/p c: nothing can be written to \/data\n/,
    );
    assert.equal(worse.status, 1);
  });

  test('names that are no words of a shell stay text', async () => {
    const own = pod(image({}), {}, {}) as { metadata: { labels: object } };
    own.metadata.labels = { app: "x'; touch /tmp/escaped; '" };
    const { stdout } = await propose([own], 'test');
    execFileSync('sh', ['-n'], { input: stdout });
    assert.match(stdout, /'app=x'\\''; touch \/tmp\/escaped; '\\'''/);
  });
});

test('waivers, --fail-on, and images alone', async () => {
  const reference = image({});
  const waiver =
    '{check: runs-as-root, subjects: ["Pod/test/p container c"], owner: Team, reason: later, expires: 2022-06-01}';
  const waivers = write(`waivers:\n  - ${waiver}\n`);
  const { results, waivers: used, verdict } = await nonroot([pod(reference)], '--waivers', waivers);
  assert.deepEqual(
    [results[0]?.verdict, results[0]?.waiver, used[0]?.state, verdict.verdict, verdict.reason],
    [
      'fail',
      'Team until 2022-06-01: later',
      'active',
      'pass',
      '1 container: 1 would run as root; one result is waived',
    ],
  );
  const path = write(pod(reference));
  const status = async (target: string, ...args: readonly string[]) => {
    const tree = `dir-tree:${join(place, 'tree')}`;
    return (await runCommand(['nonroot', target, '--images', tree, '--quiet', ...args], { folder: place })).code;
  };
  assert.equal(await status(`manifests:${path}`, '--fail-on', 'root'), 1);
  assert.equal(await status(`manifests:${path}`, '--fail-on', 'root', '--waivers', waivers), 0);
  assert.equal(await status(`manifests:${path}`, '--fail-on', 'block,likely-break,gaps'), 0);
  assert.equal(await status(`manifests:${path}`, '--fail-on', 'everything'), 2);
  const alone = await runCommand(['nonroot', `dir:${join(place, 'tree', reference)}`, '--format', 'json'], {
    folder: place,
  });
  const [one] = (JSON.parse(alone.stdout) as Result).containers;
  assert.deepEqual([one?.outcome, one?.findings[0]?.check], ['block', 'identity']);
});

test('the same input gives the same bytes, from the store as from the layers', async () => {
  const path = write(
    pod(image({ Entrypoint: ['/run'] }, { path: 'run', mode: 0o755, body: '#!/bin/sh\nchown a b && exec app\n' }), {
      runAsUser: 7,
    }),
  );
  const run = async () =>
    (
      await runCommand(
        [
          'nonroot',
          `manifests:${path}`,
          '--images',
          `dir-tree:${join(place, 'tree')}`,
          '--format',
          'json',
          '--store',
          join(place, 'again.db'),
        ],
        { folder: place },
      )
    ).stdout;
  const [first, second] = [await run(), await run()];
  assert.equal(first, second);
  assert.match(first, /\/run:2: chown/);
});
