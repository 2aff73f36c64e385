// B8: two assessments of about 50,000 findings each compared with a cause for every changed cell; in memory with both sets and from the assessments
// alone, and as the command does it, from JSON to JSON and to the page.
// Everything is GENERATED: a release as in reassess.ts; a fortnight later half of its images are rebuilt with a third of their packages updated, and
// the set knows more.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareAssessments } from '../src/explain/compare/compare.ts';
import { narrativeOf } from '../src/explain/narrative/narrative.ts';
import { statisticsOf } from '../src/explain/statistics.ts';
import { digestOf } from '../src/platform/canonical.ts';
import { assessmentJson } from '../src/publish/json/write.ts';
import type { Advisory } from '../src/scan/advisory/advisory.ts';
import { writeSetOfRecords } from '../src/scan/advisory/set/memory.ts';
import { type AssessInput, assess } from '../src/scan/assess/assess.ts';
import type { Package } from '../src/scan/inventory/package.ts';
import { cost, type Measurement, PLIMSOLL } from './measurement.ts';
import { alpine, debian, fastest, generatedRecords, release, setOf, undisturbed } from './reassess.ts';

const GOAL_SECONDS = 3;
/** Findings a side, near which the generator must stay for the figure to mean anything. */
const FINDINGS = 50_000;
const DATES = ['2022-04-06T00:00:00Z', '2022-04-20T00:00:00Z'] as const;

/** The comparison itself, and the whole program. */
export async function measure(): Promise<readonly Measurement[]> {
  const bases = [debian('11', 220), debian('12', 180), alpine(60)];
  const records = [generatedRecords(bases, 2), aFortnightLater(generatedRecords(bases, 2))] as const;
  const early = release(bases);
  const from = assess({ ...early, set: setOf(records[0], 2) });
  const to = assess({ ...rebuilt(early), asOf: '2022-04-20', set: setOf(records[1], 3) });
  const findings = [from.findings.length, to.findings.length].map((count) => count.toLocaleString('en')).join(' and ');
  if (from.findings.length < FINDINGS) throw new RangeError(`the generator gives ${findings} findings, too few for B8`);
  const withSets = fastest(() => {
    const sets = [setOf(records[0], 2), setOf(records[1], 3)] as const;
    return () => told({ assessment: from, set: sets[0] }, { assessment: to, set: sets[1] });
  });
  const alone = fastest(() => () => told({ assessment: from }, { assessment: to }));
  const changes = withSets.result.toLocaleString('en');
  return [
    limited(`compare of ${findings} findings, ${changes} changed cells, with both sets`, withSets.seconds),
    limited('the same from the two assessments alone', alone.seconds),
    ...wholeProgram([from, to], records),
  ];
}

function told(...[from, to]: Parameters<typeof compareAssessments>): number {
  const comparison = compareAssessments(from, to);
  narrativeOf(comparison);
  return comparison.changes.length;
}

/** Shown for what a user waits for: reading two files of tens of megabytes and writing the result are no part of the goal. */
function wholeProgram(
  assessments: readonly Parameters<typeof assessmentJson>[0][],
  records: readonly (readonly Advisory[])[],
): readonly Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compare-'));
  try {
    const files = assessments.map((assessment, side) => {
      const file = join(folder, `${side}.json`);
      writeFileSync(file, assessmentJson(assessment, statisticsOf(assessment)));
      return file;
    });
    const sets = records.map((advisories, side) => {
      const file = join(folder, `${side}.db`);
      writeSetOfRecords(file, { advisories }, { builtAt: DATES[side] ?? '' });
      return file;
    });
    const [from = '', to = ''] = files;
    const run = (format: string, ...more: readonly string[]): number =>
      undisturbed(
        cost(
          [
            ...[PLIMSOLL, 'compare', from, to, '--quiet', '--format', format],
            ...['--output', join(folder, `out.${format}`), ...more],
          ],
          { XDG_DATA_HOME: folder },
        ),
      );
    const [setFrom = '', setTo = ''] = sets;
    return [
      shown('the whole program, JSON to JSON', run('json')),
      shown(
        'the whole program, JSON and sets to the page',
        run('html', '--advisories-from', setFrom, '--advisories-to', setTo),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every second image has another digest, and a later version of every third source in it. */
function rebuilt(input: Omit<AssessInput, 'set'>): Omit<AssessInput, 'set'> {
  const isRebuilt = (index: number): boolean => index % 2 === 0;
  return {
    ...input,
    release: { ...input.release, version: '1.1' },
    images: input.images.map((image, index) =>
      isRebuilt(index) ? { ...image, digest: digestOf(`${image.logical} rebuilt`) } : image,
    ),
    inventories: input.inventories.map((inventory, index) =>
      isRebuilt(index)
        ? {
            ...inventory,
            image: digestOf(`${input.images[index]?.logical} rebuilt`),
            packages: inventory.packages.map(updated),
          }
        : inventory,
    ),
  };
}

function updated(installed: Package, index: number): Package {
  const { version, source, type } = installed;
  // Binary packages of one source stand together and are updated together.
  if (Math.floor(index / 6) % 3 > 0) return installed;
  const later = type === 'npm' ? version.replace(/^(\d+)\.(\d+)/, '$1.9') : '2.0.1-r1';
  return {
    ...installed,
    purl: installed.purl.replace(`@${version}`, `@${later}`),
    version: later,
    ...(source === undefined ? {} : { source: { ...source, version: later } }),
  };
}

/** Of ten records that affect anything, one is rated anew, one is withdrawn and one has a fix since; and every fifth name has a new one. */
function aFortnightLater(records: readonly Advisory[]): readonly Advisory[] {
  let number = 0;
  return records.flatMap((record): readonly Advisory[] => {
    if (/^0\./.test(record.ranges[0]?.fixed ?? '')) return [record];
    number += 1;
    const turn = number % 10;
    if (turn === 1)
      return [{ ...record, severities: [{ kind: 'vendor', source: record.feed, raw: 'high', level: 'high' }] }];
    if (turn === 2) return [];
    if (turn === 3)
      return [{ ...record, ranges: [{ fixed: record.namespace === 'npm' ? '9.0.0' : '2.0.1-r1' }], fixState: 'fixed' }];
    if (turn % 5 > 0) return [record];
    return [record, { ...record, id: `CVE-2022-${90_000 + number}`, aliases: [], ranges: [], fixState: 'not-fixed' }];
  });
}

function limited(name: string, value: number): Measurement {
  return { id: 'B8', name, value, unit: 's', goal: `<= ${GOAL_SECONDS} s`, ok: value <= GOAL_SECONDS };
}

function shown(name: string, value: number): Measurement {
  return { id: 'B8', name, value, unit: 's', goal: 'shown', ok: true };
}
