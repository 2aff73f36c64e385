// Runs the tests: `test.ts` the unit tests beside the sources, `test.ts --e2e` the end-to-end suite under test/e2e.
// Further arguments are file patterns. Ends with a line `N passed, N failed, N skipped`.
// With PLIMSOLL_REQUIRE_ALL=1 a skipped test counts as failed: continuous integration has every tool.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const args = process.argv.slice(2);
const endToEnd = args.includes('--e2e');
const patterns = args.filter((arg) => !arg.startsWith('--'));
const chosen =
  patterns.length > 0 ? patterns : [endToEnd ? 'test/e2e/**/*.test.ts' : '{src,scripts,bench,demo}/**/*.test.ts'];
const files = globSync(chosen, { cwd: `${import.meta.dirname}/..` }).sort();
const requireAll = process.env['PLIMSOLL_REQUIRE_ALL'] === '1';

let passed = 0;
let failed = 0;
const skipped: string[] = [];

const stream = run({
  files: files.map((file) => `${import.meta.dirname}/../${file}`),
  concurrency: endToEnd ? 1 : availableParallelism(),
  timeout: endToEnd ? 900_000 : 180_000,
});
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip) skipped.push(`${event.name}${typeof event.skip === 'string' ? ` (${event.skip})` : ''}`);
  else passed += 1;
});
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite') failed += 1;
});
stream.on('end', () => {
  if (requireAll) failed += skipped.length;
  for (const name of skipped) console.log(`skipped: ${name}`);
  if (files.length === 0) console.log('no test files match');
  console.log(`${passed} passed, ${failed} failed${requireAll ? '' : `, ${skipped.length} skipped`}`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
});
stream.compose(spec).pipe(process.stdout);
