// A portfolio of images judged again day after day as advisories come: what a day costs against what changed, how much the store grows, how
// long history and `where` take, and the most memory. Everything is made up (portfolio-data.ts), judged and kept by the program's own code.
// Run as a program it writes bench results and plots: portfolio.ts [--images N] [--days N] [--plots FOLDER].
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { latestOfVersions, listedFigures } from '../src/explain/history.ts';
import { statisticsOf } from '../src/explain/statistics.ts';
import { openStore, type Store } from '../src/platform/store.ts';
import { WHERE_MIGRATIONS } from '../src/respond/where/index-store.ts';
import { parseQuery } from '../src/respond/where/query.ts';
import { findWhere } from '../src/respond/where/where.ts';
import { advisorySetFromRecords } from '../src/scan/advisory/set/memory.ts';
import { type Assessed, assessWithBook } from '../src/scan/assess/assess.ts';
import {
  ASSESSMENT_MIGRATIONS,
  listAssessments,
  readAssessment,
  saveAssessment,
} from '../src/scan/assess/assessment-store.ts';
import { loadBook, saveBook } from '../src/scan/assess/book-store.ts';
import { reassessWithBook } from '../src/scan/assess/reassess.ts';
import { dateOf, KnownAdvisories, POLICY, releaseInput } from './portfolio-data.ts';
import type { PortfolioDay, PortfolioResult, Steps } from './portfolio-result.ts';

/** How large a portfolio, and for how long. */
export interface PortfolioOptions {
  readonly images: number;
  readonly imagesPerRelease: number;
  readonly days: number;
  /** Share of the package names that have advisories at all. */
  readonly knownShare: number;
  /** The store's file. */
  readonly storeFile: string;
  readonly onDay?: (day: PortfolioDay) => void;
}

/** Names of which advisories change on a day, over and over: days without news and days with hundreds. */
const DELTAS = [30, 5, 100, 10, 300, 0, 60, 1000, 20, 150, 2, 500, 40];

/** Simulates the portfolio. */
export async function simulate(options: PortfolioOptions): Promise<PortfolioResult> {
  const releases = Math.ceil(options.images / options.imagesPerRelease);
  const store = await openStore(options.storeFile, [...ASSESSMENT_MIGRATIONS, ...WHERE_MIGRATIONS]);
  try {
    const known = new KnownAdvisories(options.knownShare);
    const days: PortfolioDay[] = [];
    let ids: readonly string[] = [];
    let packages = 0;
    let wholeBytesADay = 0;
    for (let day = 0; day <= options.days; day += 1) {
      const names = day === 0 ? 0 : (DELTAS[(day - 1) % DELTAS.length] ?? 0);
      known.pass(names);
      const set = advisorySetFromRecords(known.records(), { builtAt: `${dateOf(day)}T00:00:00Z` });
      const how = { set, asOf: dateOf(day), severityPolicy: POLICY } as const;
      const clock = new StepClock();
      const next: string[] = [];
      let findings = 0;
      for (let release = 0; release < releases; release += 1) {
        const earlier = ids[release];
        const input = earlier === undefined ? releaseInput(release, options.imagesPerRelease) : undefined;
        const before = earlier === undefined ? undefined : await clock.take('read', () => readBoth(store, earlier));
        const judged = await clock.take('judge', () =>
          input === undefined ? reassessed(before, how) : assessWithBook({ ...input, ...how }),
        );
        const { assessment } = judged;
        const figures = await clock.take('count', () => listedFigures(assessment, statisticsOf(assessment)));
        await clock.take('keep', async () => {
          await saveAssessment(store, assessment, figures, new Date(`${dateOf(day)}T06:00:00Z`));
          await saveBook(store, assessment, judged.book());
        });
        next.push(assessment.id);
        findings += assessment.findings.length;
        if (day === 0) {
          packages += assessment.packages.length;
          wholeBytesADay += zstdCompressSync(JSON.stringify(assessment)).length;
        }
      }
      set.close();
      ids = next;
      const done = {
        day,
        names,
        steps: clock.steps,
        findings,
        storeBytes: await bytesOf(store),
        peakMegabytes: peakMegabytes(),
      };
      days.push(done);
      options.onDay?.(done);
    }
    return {
      images: releases * options.imagesPerRelease,
      releases,
      packages,
      days,
      wholeBytesADay,
      ...(await queries(store)),
    };
  } finally {
    await store.close();
  }
}

type Read = {
  readonly assessment: Parameters<typeof reassessWithBook>[0];
  readonly book: Awaited<ReturnType<typeof loadBook>>;
};

async function readBoth(store: Store, id: string): Promise<Read> {
  const assessment = await readAssessment(store, id);
  if (assessment === undefined) throw new Error(`assessment ${id} is not in the store`);
  return { assessment, book: await loadBook(store, assessment) };
}

function reassessed(before: Read | undefined, how: Parameters<typeof reassessWithBook>[1]): Assessed {
  if (before === undefined) throw new Error('nothing to judge again');
  return reassessWithBook(before.assessment, how, before.book);
}

/** Questions as the commands ask them, on the store as the days left it. */
async function queries(
  store: Store,
): Promise<Pick<PortfolioResult, 'history' | 'firstWhere' | 'where' | 'whereBytes'>> {
  const [history] = await timed(async () => latestOfVersions(await listAssessments(store)));
  const before = await bytesOf(store);
  const [firstWhere] = await timed(() => findWhere(store, parseQuery('package-010'), { all: false }));
  const whereBytes = (await bytesOf(store)) - before;
  const [where] = await timed(() => findWhere(store, parseQuery('module-7'), { all: false }));
  return { history, firstWhere, where, whereBytes };
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [seconds: number, value: T]> {
  const started = performance.now();
  const value = await work();
  return [(performance.now() - started) / 1000, value];
}

/** Adds up processor time by step. */
class StepClock {
  readonly #seconds = { read: 0, judge: 0, count: 0, keep: 0 };

  get steps(): Steps {
    return { ...this.#seconds };
  }

  async take<T>(step: keyof Steps, work: () => T | Promise<T>): Promise<T> {
    const before = process.cpuUsage();
    const value = await work();
    const { user, system } = process.cpuUsage(before);
    this.#seconds[step] += (user + system) / 1e6;
    return value;
  }
}

async function bytesOf(store: Store): Promise<number> {
  const pages = await store.get('PRAGMA page_count');
  const size = await store.get('PRAGMA page_size');
  return Number(pages?.['page_count']) * Number(size?.['page_size']);
}

function peakMegabytes(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      images: { type: 'string', default: '10000' },
      days: { type: 'string', default: '30' },
      plots: { type: 'string' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-portfolio-'));
  try {
    const result = await simulate({
      images: Number(values.images),
      imagesPerRelease: 250,
      days: Number(values.days),
      knownShare: 1,
      storeFile: join(folder, 'store.db'),
      onDay: (day) => console.error(JSON.stringify(day)),
    });
    console.log(JSON.stringify(result, undefined, 1));
    if (values.plots !== undefined) {
      const { writePortfolioPlots } = await import('./portfolio-plots.ts');
      writePortfolioPlots(result, values.plots);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
