// What the benchmark commands read: the kube-bench folder, attestations, results. Loaded lazily: YAML and zod are most of what a small command would
// load.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import { parseAttestations } from '../posture/benchmark/attestations.ts';
import { compareIds } from '../posture/benchmark/compare.ts';
import { type Benchmark, SECTION_TYPES } from '../posture/benchmark/definition/definition.ts';
import { benchmarkFor, parsePlaces } from '../posture/benchmark/definition/read-places.ts';
import { parseSection } from '../posture/benchmark/definition/read-section.ts';
import { type ReadResult, readResult } from '../posture/benchmark/result/read-result.ts';
import type { Attestation } from '../posture/benchmark/result/result.ts';
import { BENCHMARK_FILES } from '../publish/published-benchmark.ts';
import { readTextFile } from '../scan/release/folder.ts';
import type { CommandContext } from './command.ts';

/** The file of a kube-bench folder that says where components are looked for. */
const PLACES_FILE = 'config.yaml';

/** Where the definitions are, and which of them are asked. */
export interface DefinitionOptions {
  readonly cfg: string;
  readonly benchmark?: string;
}

/**
 * A benchmark of a kube-bench `cfg` folder: the one that is named, else the one for the version of the cluster.
 * @throws PlimsollError `input-missing`, `usage`; ParseError; LimitError
 */
export function readBenchmark(
  { cfg, benchmark: named }: DefinitionOptions,
  version: string | undefined,
  context: CommandContext,
): Benchmark {
  const folder = resolve(context.workingDirectory, cfg);
  const common = readCfgFile(folder, PLACES_FILE, cfg);
  const name = named ?? chosen(common, version, cfg);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name))
    throw new PlimsollError('usage', `"${name}" is no name of a benchmark`);
  const files = yamlFiles(join(folder, name), name, cfg);
  const own = files.includes(PLACES_FILE) ? [readCfgFile(folder, `${name}/${PLACES_FILE}`, cfg)] : [];
  const sections = files.flatMap((file) => {
    if (file === PLACES_FILE) return [];
    const [place, text] = readCfgFile(folder, `${name}/${file}`, cfg);
    return parseSection(text, place) ?? [];
  });
  if (sections.length === 0) throw new PlimsollError('input-missing', `${cfg}/${name} has no file with checks`);
  const order = (type: (typeof SECTION_TYPES)[number]): number => SECTION_TYPES.indexOf(type);
  return {
    name,
    sections: sections.sort((a, b) => compareIds(a.id, b.id) || order(a.type) - order(b.type)),
    places: parsePlaces([common, ...own]).places,
  };
}

/** Attestations of a file; none without one. @throws PlimsollError `input-missing`; ParseError; LimitError */
export function readAttestations(file: string | undefined, context: CommandContext): readonly Attestation[] {
  if (file === undefined) return [];
  return parseAttestations(readTextFile(resolve(context.workingDirectory, file), LIMITS.attestationFileBytes), file);
}

/** A result: a file, or the folder of a published bundle that has one. @throws PlimsollError `input-missing`; ParseError; LimitError */
export function readResultInput(name: string, context: CommandContext): ReadResult {
  const path = resolve(context.workingDirectory, name);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, BENCHMARK_FILES.json) : path;
  if (isFolder && !existsSync(file)) {
    throw new PlimsollError(
      'input-missing',
      `${name} has no ${BENCHMARK_FILES.json}: it was published without --benchmark`,
    );
  }
  return readResult(readTextFile(file, LIMITS.benchmarkResultBytes), name);
}

function chosen(common: readonly [string, string], version: string | undefined, cfg: string): string {
  if (version === undefined) {
    throw new PlimsollError(
      'usage',
      'the evidence names no version of Kubernetes: name the benchmark with --benchmark',
    );
  }
  const name = benchmarkFor(parsePlaces([common]).versions, version);
  if (name !== undefined) return name;
  throw new PlimsollError(
    'usage',
    `${cfg}/${PLACES_FILE} knows no benchmark for Kubernetes ${version}: name one with --benchmark`,
  );
}

function yamlFiles(folder: string, name: string, cfg: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .sort();
  } catch (cause) {
    throw new PlimsollError('input-missing', `${cfg} has no benchmark ${name}: ${messageOf(cause)}`, { cause });
  }
}

/** Name for messages, and text. */
function readCfgFile(folder: string, file: string, cfg: string): readonly [name: string, text: string] {
  return [`${cfg}/${file}`, readTextFile(join(folder, file), LIMITS.benchmarkFileBytes)];
}
