// The demo: writes a small pre-release to disk from demo/facts.yaml, builds an advisory set from feeds of the same day, and scans the one
// with the other through the built program, as a user would. Everything it makes is under demo/out; nothing leaves the machine.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { type DemoFacts, type DemoRelease, readFacts } from './facts.ts';
import { writeFeeds } from './feeds.ts';
import { writeRelease } from './release.ts';

// Paths are relative to the checkout, in what is run and in what it records, so that the results are the same everywhere.
process.chdir(resolve(import.meta.dirname, '..'));
const facts = readFacts();
for (const release of facts.releases) showRelease(facts, release);

function showRelease(facts: DemoFacts, release: DemoRelease): void {
  const out = join('demo', 'out', release.version);
  const folder = join(out, `quayside-${release.version}`);
  const set = join(out, 'advisories.db');
  const configuration = join(out, 'plimsoll.yaml');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });

  console.log(
    `Quayside ${release.version} of ${release.date}: a made-up release of real packages with real vulnerabilities\n`,
  );
  writeRelease(folder, facts, release);
  writeFileSync(configuration, stringify({ release: { own: ['registry.quayside.example/stable'] } }));
  const feeds = writeFeeds(join(out, 'feeds'), facts, release.date);
  const given = feeds.flatMap(([id, path]) => ['--feed', `${id}=${path}`]);
  // The tracker's JSON does not say of which day it is.
  plimsoll('advisories', 'build', ...given, '--feed-date', `debian-tracker=${release.date}`, '--output', set);

  const scan = ['scan', `csm:${folder}`, '--advisories', set, '--as-of', release.date, '--config', configuration];
  const kept = [...scan, '--store', join(out, 'store.db')];
  plimsoll(...kept);
  const results = [
    { format: 'json', file: join(out, 'assessment.json'), is: 'the assessment, for programs' },
    { format: 'html', file: join(out, 'report.html'), is: 'the report, for a browser' },
  ];
  for (const { format, file } of results) plimsoll(...kept, '--quiet', '--format', format, '--output', file);
  console.log('\nWritten:');
  for (const { file, is } of [...results, { file: folder, is: 'the release itself' }]) console.log(`  ${file}: ${is}`);
}

/** Shows a command and runs it; ends the demo when it fails. */
function plimsoll(...args: readonly string[]): void {
  const program = join('bin', 'plimsoll');
  console.log(`$ ${[program, ...args].join(' ')}`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 4);
}
