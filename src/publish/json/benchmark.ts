// The JSON of a benchmark's results, and of two of them compared. Schemas: schema/benchmark-1.json, schema/benchmark-comparison-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { BenchmarkComparison } from '../../posture/benchmark/compare.ts';
import { BENCHMARK_SCHEMA_VERSION } from '../../posture/benchmark/result/read-result.ts';
import type { BenchmarkResult } from '../../posture/benchmark/result/result.ts';
import { TOOL } from '../tool.ts';

/** The results; deterministic, ended by a line feed. */
export function benchmarkJson(result: BenchmarkResult): string {
  return `${jsonText({ schemaVersion: BENCHMARK_SCHEMA_VERSION, tool: TOOL, ...result })}\n`;
}

/** What differs; deterministic, ended by a line feed. */
export function benchmarkComparisonJson(comparison: BenchmarkComparison): string {
  return `${jsonText({ schemaVersion: BENCHMARK_SCHEMA_VERSION, tool: TOOL, ...comparison })}\n`;
}
