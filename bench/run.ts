// Runs the benchmarks and prints a table, or with --json one array. Names select: `npm run bench -- layer startup`.
import type { Measurement } from './measurement.ts';

interface Benchmark {
  readonly name: string;
  readonly load: () => Promise<{ readonly measure: () => Promise<readonly Measurement[]> }>;
}

const BENCHMARKS: readonly Benchmark[] = [
  { name: 'layer', load: () => import('./layer.ts') },
  { name: 'release', load: () => import('./release.ts') },
  { name: 'reassess', load: () => import('./reassess.ts') },
  { name: 'compare', load: () => import('./compare.ts') },
  { name: 'startup', load: () => import('./startup.ts') },
  { name: 'advisory-set', load: () => import('./advisory-set.ts') },
  { name: 'trivy', load: () => import('./trivy.ts') },
  { name: 'report', load: () => import('./report.ts') },
  { name: 'encryption', load: () => import('./encryption.ts') },
  { name: 'policy', load: () => import('./policy.ts') },
  { name: 'reach', load: () => import('./reach.ts') },
  { name: 'rewrite', load: () => import('./rewrite.ts') },
];

const args = process.argv.slice(2);
const json = args.includes('--json');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const all: Measurement[] = [];
for (const benchmark of BENCHMARKS) {
  if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
  const measurements = await (await benchmark.load()).measure();
  all.push(...measurements);
  if (!json) for (const measurement of measurements) console.log(lineOf(measurement));
}
if (json) console.log(JSON.stringify(all, undefined, 2));
process.exitCode = all.every((measurement) => measurement.ok) ? 0 : 1;

function lineOf({ id, name, value, unit, reference, ratio, goal, ok }: Measurement): string {
  const against = reference === undefined ? '' : `against ${round(reference)} ${unit}`;
  const times = ratio === undefined ? '' : `${round(ratio)} x`;
  return [
    id.padEnd(4),
    name.padEnd(58),
    `${round(value)} ${unit}`.padStart(14),
    against.padEnd(22),
    times.padStart(9),
    goal.padEnd(24),
    ok ? 'ok' : 'MISSED',
  ].join('  ');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}
