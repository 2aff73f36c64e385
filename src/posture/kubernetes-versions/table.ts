// What each minor version of Kubernetes brings and ends: reads table.yaml, gives typed rows, each with its source. Read from beside the program's code,
// or from beside this file where the sources run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { builtFile } from '../../platform/built-file.ts';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import { isDay } from '../../statements/day.ts';
import { isMinor, type Minor } from './minor.ts';

/** Stages of a feature in the order that it goes through them (Kubernetes deprecation policy). */
export const STAGES = ['alpha', 'beta', 'stable', 'deprecated'] as const;
export type Stage = (typeof STAGES)[number];

/** Dates of a minor version, YYYY-MM-DD. */
export interface MinorDates {
  readonly minor: Minor;
  /** Absent where no source says. */
  readonly released?: string;
  /** Last day of upstream's support, or the planned one. */
  readonly ended: string;
  readonly source: string;
}

/** Something that versions bring or end. */
export interface Feature {
  /** Kebab-case, stable. */
  readonly id: string;
  readonly title: string;
  /** What it means for who secures a platform. */
  readonly why: string;
  /** First minor of each stage. One that is only deprecated was there before the table begins. */
  readonly stages: Readonly<Partial<Record<Stage, Minor>>>;
  /** First minor in which it works unless it is switched off; absent: it stays a setting. */
  readonly on?: Minor;
  /** First minor without it. */
  readonly ends?: Minor;
  readonly source: string;
}

/** A version of an API that a minor stops serving. */
export interface EndedApi {
  /** `policy/v1beta1` */
  readonly api: string;
  readonly kinds: readonly string[];
  /** First minor that does not serve it. */
  readonly removed: Minor;
  /** What takes its place; absent when nothing does. */
  readonly instead?: string;
  /** First minor that serves what takes its place. */
  readonly since?: Minor;
  readonly source: string;
}

/** The whole table. */
export interface VersionTable {
  /** The oldest first. */
  readonly minors: readonly MinorDates[];
  readonly features: readonly Feature[];
  readonly apis: readonly EndedApi[];
}

const FILE = 'kubernetes-versions.yaml';

/** The table that comes with the program. */
export function readVersionTable(): VersionTable {
  const path = builtFile(FILE) ?? fileURLToPath(new URL('./table.yaml', import.meta.url));
  return parseVersionTable(readFileSync(path, 'utf8'));
}

/** @throws ParseError with line and column for text that is no such table. */
export function parseVersionTable(text: string): VersionTable {
  const words = z.string().trim().min(1);
  const minor = z.custom<Minor>((value) => typeof value === 'string' && isMinor(value), 'must be a minor, as "1.20"');
  const day = z.string().refine(isDay, 'must be a date, YYYY-MM-DD');
  const source = z.string().startsWith('https://');
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, minor.exactOptional()])) as Record<
    Stage,
    z.ZodExactOptional<typeof minor>
  >;
  const table = z.strictObject({
    minors: z.array(z.strictObject({ minor, released: day.exactOptional(), ended: day, source })),
    features: z.array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
        title: words,
        why: words,
        stages: z.strictObject(stages),
        on: minor.exactOptional(),
        ends: minor.exactOptional(),
        source,
      }),
    ),
    apis: z.array(
      z.strictObject({
        api: words,
        kinds: z.array(words).min(1),
        removed: minor,
        instead: words.exactOptional(),
        since: minor.exactOptional(),
        source,
      }),
    ),
  });
  return checkedYaml(text, FILE, table).value;
}
