// Metrics of API servers and etcd members: the Prometheus text format 0.0.4, as samples. Comments and types are passed over.
import { ParseError } from '../../platform/errors.ts';

/** One sample. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/s;
const LABEL = /[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|$)/sy;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };
const SPECIAL: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/**
 * Reads a page of metrics.
 * @throws ParseError with the number of the line, when it is none
 */
export function parseMetrics(text: string): readonly MetricSample[] {
  const samples: MetricSample[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, labels = '', number = ''] = LINE.exec(line) ?? [];
    const value = SPECIAL[number] ?? (/^[-+\d.eE]+$/.test(number) ? Number(number) : undefined);
    const parsed = parseLabels(labels);
    if (name === undefined || value === undefined || parsed === undefined) {
      throw new ParseError(`line ${index + 1} of the metrics is no sample`);
    }
    samples.push({ name, labels: parsed, value });
  }
  return samples;
}

function parseLabels(text: string): Readonly<Record<string, string>> | undefined {
  const labels: Record<string, string> = Object.create(null);
  let from = 0;
  while (from < text.length) {
    LABEL.lastIndex = from;
    const [whole, name, value] = LABEL.exec(text) ?? [];
    if (whole === undefined || name === undefined || value === undefined) return undefined;
    labels[name] = value.replace(/\\(.)/gs, (escaped, character: string) => ESCAPES[character] ?? escaped);
    from += whole.length;
  }
  return labels;
}
