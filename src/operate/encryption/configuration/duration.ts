// Durations as Go's time.ParseDuration reads them, in which kube-apiserver takes the timeout of a key management service.

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const WHOLE = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Seconds; undefined for what is no duration. `0` needs no unit. */
export function parseDuration(text: string): number | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  if (text.length > 100 || !WHOLE.test(text)) return undefined;
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(PART)) seconds += Number(number) * (UNITS[unit ?? ''] ?? 0);
  return text.startsWith('-') ? -seconds : seconds;
}
