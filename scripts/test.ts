// Runs the tests: `test.ts` the unit tests beside the sources; `test.ts --oracles` those of them that take long, because another scanner, a browser or
// a whole real feed judges; `test.ts --cluster` those that start a real control plane (`x.cluster.test.ts`); `test.ts --soak` those of them that take hours
// (`x.soak.test.ts`); `test.ts --e2e` the end-to-end suite under test/e2e.
// Further arguments are file patterns. Ends with a line `N passed, N failed, N skipped`.
// With PLIMSOLL_REQUIRE_ALL=1 a skipped test counts as failed: continuous integration has every tool.
import { existsSync, globSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Tests beside the sources that take seconds each. */
const ORACLES = [
  'src/posture/nonroot/runc.test.ts',
  'src/publish/html/browser.test.ts',
  'src/publish/html/browser-views.test.ts',
  'src/scan/advisory/real-feeds.test.ts',
  'src/scan/image/registry/docker-registry.test.ts',
  'src/scan/import/trivy/trivy.test.ts',
  'src/scan/inventory/go/go-programs.test.ts',
  'src/scan/inventory/rpm/fuzz.test.ts',
  'src/scan/release/sbom/trivy.test.ts',
];

/** Tests beside the sources that start a real control plane. */
const CLUSTER = '.cluster.test.ts';
/** Tests on a control plane that try everything. */
const SOAK = '.soak.test.ts';
const SOAK_MS = 4 * 3_600_000;

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const endToEnd = args.includes('--e2e');
const soak = args.includes('--soak');
const cluster = args.includes('--cluster') || soak;
const patterns = args.filter((arg) => !arg.startsWith('--'));
const files = globSync(patterns.length > 0 ? patterns : suite(), { cwd: root }).sort();
const requireAll = process.env['PLIMSOLL_REQUIRE_ALL'] === '1';

// Each file is a process of its own; without the cache half of a small one's time goes into stripping types.
process.env['NODE_COMPILE_CACHE'] ??= join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'plimsoll-test/code',
);

let passed = 0;
let failed = 0;
const skipped: string[] = [];

const stream = run({
  files: files.map((file) => resolve(root, file)),
  // A control plane takes a gigabyte, and both processors while it starts.
  concurrency: endToEnd || cluster ? 1 : availableParallelism(),
  timeout: soak ? SOAK_MS : endToEnd || cluster ? 900_000 : 180_000,
});
stream.on('test:pass', (event) => {
  // A suite that is skipped as a whole stands for its tests, which are not told of.
  if (event.skip) skipped.push(`${event.name}${typeof event.skip === 'string' ? ` (${event.skip})` : ''}`);
  else if (event.details.type !== 'suite') passed += 1;
});
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite') failed += 1;
});
stream.on('end', () => {
  if (requireAll) failed += skipped.length;
  for (const name of skipped) console.log(`skipped: ${name}`);
  if (files.length === 0) console.log('no test files match');
  console.log(`${passed} passed, ${failed} failed${requireAll ? '' : `, ${skipped.length} skipped`}`);
  // Where there is no control plane the soak suite is skipped by name, and what is to follow it follows.
  const ranNone = passed === 0 && !(soak && skipped.length > 0);
  process.exitCode = failed > 0 || ranNone ? 1 : 0;
});
stream.compose(spec).pipe(process.stdout);

/** Patterns of the files that are run when none are named. */
function suite(): readonly string[] {
  if (endToEnd) return ['test/e2e/**/*.test.ts'];
  if (soak) return [`test/cluster/**/*${SOAK}`];
  if (cluster) {
    const all = globSync([`src/**/*${CLUSTER}`, 'test/cluster/**/*.test.ts'], { cwd: root });
    return all.filter((file) => !file.endsWith(SOAK));
  }
  const missing = ORACLES.filter((file) => !existsSync(resolve(root, file)));
  if (missing.length > 0) throw new Error(`no such tests: ${missing.join(', ')}`);
  if (args.includes('--oracles')) return ORACLES;
  return globSync('{src,scripts,bench,demo,test/fuzz}/**/*.test.ts', { cwd: root }).filter(
    (file) => !ORACLES.includes(file) && !file.endsWith(CLUSTER),
  );
}
