// B10: an advisory set of 300,000 records: time to build it, its size, time to open it and answer once. The records are GENERATED OSV
// records in one zip, as osv.dev serves them: about the size and spread of GitHub's and the distributions' own, but about nothing real.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { osv } from '../src/scan/advisory/osv/index.ts';
import { buildAdvisorySet } from '../src/scan/advisory/set/build.ts';
import { writeZip } from '../test/support/write-zip.ts';
import { type Measurement, median } from './measurement.ts';

const RECORDS = 300_000;
const OPENINGS = 5;
const ECOSYSTEMS = [
  'npm',
  'PyPI',
  'Maven',
  'Go',
  'Debian:12',
  'Ubuntu:22.04:LTS',
  'Alpine:v3.20',
  'SUSE:Linux Enterprise Server 15 SP5',
];
const VECTORS = [
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',
  'CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:H',
];

/** Builds the generated set once in a temporary folder and measures it. */
export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-advisories-'));
  try {
    const zip = join(folder, 'generated.zip');
    const set = join(folder, 'advisories.db');
    writeZip(zip, generatedRecords(RECORDS));
    const started = performance.now();
    await buildAdvisorySet([{ feed: osv, path: zip }], set, { builtAt: '2026-01-01T00:00:00Z' });
    const seconds = (performance.now() - started) / 1000;
    const megabytes = statSync(set).size / 1e6;
    const opening = median(Array.from({ length: OPENINGS }, () => openInFreshProcess(set)));
    return [
      {
        id: 'B10',
        name: 'advisory set of 300,000 records, built',
        value: seconds,
        unit: 's',
        goal: '<= 60 s',
        ok: seconds <= 60,
      },
      { id: 'B10', name: 'its size', value: megabytes, unit: 'MB', goal: '<= 150 MB', ok: megabytes <= 150 },
      { id: 'B10', name: 'opened, first look-up', value: opening, unit: 'ms', goal: '<= 50 ms', ok: opening <= 50 },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Records by name in the archive; the same number gives the same records. */
function* generatedRecords(count: number): Generator<readonly [string, string]> {
  for (let number = 0; number < count; number++) {
    const id = `GENERATED-2026-${String(number).padStart(6, '0')}`;
    yield [`${id}.json`, JSON.stringify(generatedRecord(id, number))];
  }
}

function generatedRecord(id: string, number: number): unknown {
  const ecosystem = ECOSYSTEMS[number % ECOSYSTEMS.length];
  // A few packages have very many records, most have one or two: as browsers and kernels stand among the rest.
  const name = `generated-package-${Math.floor(60_000 * (((number * 7919) % 104_729) / 104_729) ** 2)}`;
  const patch = number % 50;
  const cve = `CVE-2026-${String(100_000 + number)}`;
  return {
    schema_version: '1.7.0',
    id,
    modified: `2026-01-${String((number % 28) + 1).padStart(2, '0')}T12:00:00.123456Z`,
    published: '2026-01-01T12:00:00Z',
    aliases: [cve],
    summary: 'Generated record for measuring; about no real vulnerability',
    details: `Generated text number ${number}. `.repeat(20),
    severity: [{ type: 'CVSS_V3', score: VECTORS[number % VECTORS.length] }],
    affected: [
      {
        package: { ecosystem, name },
        ranges: [
          {
            type: 'ECOSYSTEM',
            events: [
              { introduced: '0' },
              { fixed: `1.${patch}.2` },
              { introduced: '2.0.0' },
              { fixed: `2.${patch}.1` },
            ],
          },
        ],
      },
    ],
    references: Array.from({ length: 4 }, (_, index) => ({ type: 'WEB', url: `https://example.org/${cve}/${index}` })),
    database_specific: { severity: 'MODERATE' },
  };
}

/** Milliseconds from opening to the first answer, in a process that did nothing before; its own start and imports do not count. */
function openInFreshProcess(set: string): number {
  const script = `
    const { openAdvisorySet } = await import(${JSON.stringify(new URL('../src/scan/advisory/set/open.ts', import.meta.url).href)});
    const started = performance.now();
    const found = openAdvisorySet(process.argv[1]).lookup('npm', 'generated-package-0').length;
    console.log(performance.now() - started, found);`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, set];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const [milliseconds, found] = stdout.trim().split(' ').map(Number);
  if (milliseconds === undefined || !(Number(found) > 0)) throw new Error(`the set does not answer: ${stderr}`);
  return milliseconds;
}

if (import.meta.main) console.log(JSON.stringify(await measure(), undefined, 2));
