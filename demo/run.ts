// The demo: writes two small pre-releases to disk from demo/facts.yaml, builds for each an advisory set from feeds of its day, scans the one with the
// other through the built program, as a user would, and asks what changed between them. Everything it makes is under demo/out; nothing leaves the
// machine.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { type DemoFacts, type DemoRelease, readFacts } from './facts.ts';
import { writeFeeds } from './feeds.ts';
import { writeRelease } from './release.ts';

/** Where a pre-release and its results lie. */
interface Place {
  readonly release: DemoRelease;
  readonly configuration: string;
  readonly set: string;
  readonly assessment: string;
}

const OUT = join('demo', 'out');
/** The line that the demo's releases must be above. */
const GATE = { knownExploited: 'none', fixableOlderThan: { critical: 14 }, most: { critical: 0 }, coverage: 95 };
/** Both pre-releases are kept in one store, as a site keeps its own. */
const STORE = join(OUT, 'store.db');

// Paths are relative to the checkout, in what is run and in what it records, so that the results are the same everywhere.
process.chdir(resolve(import.meta.dirname, '..'));
rmSync(STORE, { force: true });
const facts = readFacts();
const places = facts.releases.map((release) => showRelease(facts, release));
const [earlier, later] = places.slice(-2);
if (earlier !== undefined && later !== undefined) {
  showChange(earlier, later);
  showResponse(earlier, later);
}

function showRelease(facts: DemoFacts, release: DemoRelease): Place {
  const out = join(OUT, release.version);
  const folder = join(out, `quayside-${release.version}`);
  const set = join(out, 'advisories.db');
  const configuration = join(out, 'plimsoll.yaml');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });

  console.log(
    `\nQuayside ${release.version} of ${release.date}: a made-up release of real packages with real vulnerabilities\n`,
  );
  writeRelease(folder, facts, release);
  writeFileSync(configuration, stringify({ release: { own: ['registry.quayside.example/stable'] }, gate: GATE }));
  const feeds = writeFeeds(join(out, 'feeds'), facts, release.date);
  const given = feeds.flatMap(([id, path]) => ['--feed', `${id}=${path}`]);
  // The tracker's JSON does not say of which day it is.
  plimsoll('advisories', 'build', ...given, '--feed-date', `debian-tracker=${release.date}`, '--output', set);

  const scan = ['scan', `csm:${folder}`, '--advisories', set, '--as-of', release.date, '--config', configuration];
  const decided = release.statements === undefined ? [] : ['--statements', join('demo', release.statements)];
  const kept = [...scan, ...decided, '--store', STORE];
  plimsoll(...kept);
  const assessment = join(out, 'assessment.json');
  write(
    [
      { format: 'json', file: assessment, is: 'the assessment, for programs' },
      { format: 'html', file: join(out, 'report.html'), is: 'the report, for a browser' },
    ],
    kept,
  );
  console.log(`  ${folder}: the release itself`);
  return { release, configuration, set, assessment };
}

/** What changed between two pre-releases, and why. */
function showChange(from: Place, to: Place): void {
  console.log(`\nFrom ${from.release.version} to ${to.release.version}: what changed, and why\n`);
  const compare = ['compare', from.assessment, to.assessment, '--advisories-from', from.set, '--advisories-to', to.set];
  plimsoll(...compare);
  write(
    [
      { format: 'html', file: join(OUT, 'comparison.html'), is: 'the waterfall and every changed cell, for a browser' },
      { format: 'markdown', file: join(OUT, 'comparison.md'), is: 'the same in words, for minutes' },
    ],
    compare,
  );
}

/** What to do next, whether the release may go out, and the pack for the weekly meeting. */
function showResponse(from: Place, to: Place): void {
  console.log(`\n${to.release.version}: what to do, and whether it may go out\n`);
  plimsoll('plan', to.assessment, '--budget', '5');
  // The verdict is 1 when the release is below the line: that is an answer, not a failure of the demo.
  if (run(['gate', to.assessment, '--config', to.configuration, '--store', STORE]) > 1) process.exit(4);
  const sets = ['--advisories-from', from.set, '--advisories-to', to.set];
  const review = ['review', 'pack', to.assessment, '--since', from.assessment, ...sets, '--date', to.release.date];
  write([{ format: 'html', file: join(OUT, 'review.html'), is: 'the pack for the weekly review' }], review);
}

/** Runs a command once a format and says what was written. */
function write(results: readonly { format: string; file: string; is: string }[], command: readonly string[]): void {
  for (const { format, file } of results) plimsoll(...command, '--quiet', '--format', format, '--output', file);
  console.log('\nWritten:');
  for (const { file, is } of results) console.log(`  ${file}: ${is}`);
}

/** Shows a command and runs it; ends the demo when it fails. */
function plimsoll(...args: readonly string[]): void {
  if (run(args) !== 0) process.exit(4);
}

/** Shows a command and runs it; gives its exit code. */
function run(args: readonly string[]): number {
  const program = join('bin', 'plimsoll');
  console.log(`$ ${[program, ...args].join(' ')}`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 4;
}
