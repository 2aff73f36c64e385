// CVSS v4.0 base score (CVSS-B). FIRST, CVSS v4.0 specification, sections 8.1 to 8.3: the score of the vector's equivalence class
// ("macrovector"), less the mean share of the way to the next lower classes. Threat and environmental metrics are not looked at, which the
// specification equals to the worst case: E:A, CR:H, IR:H, AR:H. So class 5 is always 0 and class 6 follows from class 3.
import type { Metrics } from './vector.ts';

/** Steps from the most severe value, metric by metric. */
const STEPS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0, A: 1, L: 2, P: 3 },
  PR: { N: 0, L: 1, H: 2 },
  UI: { N: 0, P: 1, A: 2 },
  AC: { L: 0, H: 1 },
  AT: { N: 0, P: 1 },
  VC: { H: 0, L: 1, N: 2 },
  VI: { H: 0, L: 1, N: 2 },
  VA: { H: 0, L: 1, N: 2 },
  SC: { H: 0, L: 1, N: 2 },
  SI: { H: 0, L: 1, N: 2 },
  SA: { H: 0, L: 1, N: 2 },
};

/**
 * Scores of the classes that base metrics reach, from the specification's look-up table (8.3): first key classes 1 and 2, second key
 * classes 3 and 6, then class 4 at values 1 and 2; class 5 is 0 throughout.
 */
const CLASS_SCORES: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  '00': { '00': [10, 9.3], '01': [9.6, 9], '10': [9.3, 8.8], '11': [9.2, 8], '21': [7.9, 6.9] },
  '01': { '00': [9.5, 9.2], '01': [9.1, 8.1], '10': [9.2, 8.4], '11': [8.2, 7], '21': [7.1, 6.3] },
  '10': { '00': [9.4, 8.7], '01': [8.9, 7.5], '10': [8.6, 7.2], '11': [7.6, 5.7], '21': [6.5, 5.3] },
  '11': { '00': [9, 7.7], '01': [7.7, 6.6], '10': [7.4, 6.1], '11': [5.9, 5.2], '21': [5.8, 2.3] },
  '20': { '00': [8.6, 7], '01': [7.4, 5.4], '10': [7.2, 5.3], '11': [5.7, 3.6], '21': [4.7, 2.4] },
  '21': { '00': [7.3, 5.4], '01': [5.5, 4.3], '10': [6.1, 4.6], '11': [5.1, 1.8], '21': [2.4, 1] },
};

interface EquivalenceClass {
  /** The most severe vectors of the class, as steps in the order of the metrics (specification 8.2, table of highest vectors). */
  readonly tops: readonly (readonly number[])[];
  /** Steps from a top to the class's end. */
  readonly depth: number;
}

const CLASS_1: readonly EquivalenceClass[] = [
  { tops: [[0, 0, 0]], depth: 1 },
  {
    tops: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    depth: 4,
  },
  {
    tops: [
      [3, 0, 0],
      [1, 1, 1],
    ],
    depth: 5,
  },
];
const CLASS_2: readonly EquivalenceClass[] = [
  { tops: [[0, 0]], depth: 1 },
  {
    tops: [
      [1, 0],
      [0, 1],
    ],
    depth: 2,
  },
];
const CLASS_3: readonly EquivalenceClass[] = [
  { tops: [[0, 0, 0]], depth: 7 },
  {
    tops: [
      [1, 0, 0],
      [0, 1, 0],
    ],
    depth: 8,
  },
  { tops: [[1, 1, 1]], depth: 10 },
];
/** Class 4 is never 0 without the environmental "safety" values. */
const CLASS_4: readonly EquivalenceClass[] = [
  { tops: [[0, 0, 0]], depth: 5 },
  { tops: [[1, 1, 1]], depth: 4 },
];

/** Base score 0.0 to 10.0, or NaN when a base metric is missing or unknown. */
export function baseScoreV4(metrics: Metrics): number {
  const step = new Map<string, number>();
  for (const [name, values] of Object.entries(STEPS)) {
    const value = metrics.get(name);
    if (value === undefined || !Object.hasOwn(values, value)) return Number.NaN;
    step.set(name, values[value] ?? 0);
  }
  const steps = (...names: readonly string[]): readonly number[] => names.map((name) => step.get(name) ?? 0);
  const exploit = steps('AV', 'PR', 'UI');
  const complexity = steps('AC', 'AT');
  const impact = steps('VC', 'VI', 'VA');
  const later = steps('SC', 'SI', 'SA');
  if ([...impact, ...later].every((value) => value === 2)) return 0;

  const one = exploit.every((value) => value === 0) ? 0 : exploit[0] === 3 || !exploit.includes(0) ? 2 : 1;
  const two = complexity.every((value) => value === 0) ? 0 : 1;
  const three = impact[0] === 0 && impact[1] === 0 ? 0 : impact.includes(0) ? 1 : 2;
  const four = later.includes(0) ? 0 : 1;

  const six = three === 2 ? 1 : 0;
  const score = classScore(one, two, `${three}${six}`, four);
  const lower = [
    { next: classScore(one + 1, two, `${three}${six}`, four), share: share(exploit, CLASS_1[one]) },
    { next: classScore(one, two + 1, `${three}${six}`, four), share: share(complexity, CLASS_2[two]) },
    { next: nextOfThreeAndSix(one, two, three, four), share: share(impact, CLASS_3[three]) },
    { next: four === 0 ? classScore(one, two, `${three}${six}`, 1) : Number.NaN, share: share(later, CLASS_4[four]) },
  ].filter((way) => !Number.isNaN(way.next));
  // Class 5 always has a lower class and is always at its top: it counts in the mean with nothing.
  const mean = lower.reduce((sum, way) => sum + (score - way.next) * way.share, 0) / (lower.length + 1);
  return Math.round((Math.max(0, score - mean) + 1e-9) * 10) / 10;
}

function classScore(one: number, two: number, threeSix: string, four: number): number {
  return CLASS_SCORES[`${one}${two}`]?.[threeSix]?.[four] ?? Number.NaN;
}

/** Below 0,0 lie 0,1 and 1,0: the higher of the two counts; below 1,0 lies 1,1; 2,1 is the end. */
function nextOfThreeAndSix(one: number, two: number, three: number, four: number): number {
  if (three === 0) return Math.max(classScore(one, two, '01', four), classScore(one, two, '10', four));
  return three === 1 ? classScore(one, two, '11', four) : Number.NaN;
}

/** How far into its class the vector lies, 0 at the first top that is nowhere less severe. */
function share(steps: readonly number[], group: EquivalenceClass | undefined): number {
  const top = group?.tops.find((candidate) => candidate.every((value, index) => (steps[index] ?? 0) >= value));
  if (group === undefined || top === undefined) return 0;
  return steps.reduce((sum, value, index) => sum + value - (top[index] ?? 0), 0) / group.depth;
}
