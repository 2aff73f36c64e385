// Quantities of Kubernetes (`500m`, `1.5Gi`, `1e3`) and durations of Go (`1h30m`), exactly, as pairs of whole numbers. Sources: k8s.io/apimachinery
// pkg/api/resource (grammar in quantity.go), Go's time.ParseDuration.

/** A number as numerator over a power of ten. */
export interface Exact {
  readonly value: bigint;
  /** Decimal places. */
  readonly scale: number;
}

const QUANTITY = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = 'KMGTPE';
/** Digits of a number that is read; those of real quantities stay under 20. */
const MOST_DIGITS = 100;

/** A quantity, or undefined. */
export function parseQuantity(text: string): Exact | undefined {
  if (text.length > MOST_DIGITS) return undefined;
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  if (suffix.endsWith('i')) {
    return { value: digits * 1024n ** BigInt(BINARY.indexOf(suffix[0] ?? '') + 1), scale: fraction.length };
  }
  const power = /^[eE]./.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const scale = fraction.length - power;
  return scale >= 0 ? { value: digits, scale } : { value: digits * 10n ** BigInt(-scale), scale: 0 };
}

const UNIT_NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 0,
  us: 3,
  µs: 3,
  μs: 3,
  ms: 6,
  s: 9,
};

/** A duration in nanoseconds, or undefined. `0` needs no unit. */
export function parseDuration(text: string): Exact | undefined {
  if (text === '0') return { value: 0n, scale: 0 };
  if (text.length > MOST_DIGITS || !/^[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let total: Exact = { value: 0n, scale: 0 };
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(/(\d+)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const seconds = unit === 'h' ? 3600n : unit === 'm' ? 60n : 1n;
    const nanoseconds = 10n ** BigInt(UNIT_NANOSECONDS[unit] ?? 9);
    total = plus(total, { value: BigInt(`${whole}${fraction}`) * seconds * nanoseconds, scale: fraction.length });
  }
  return text.startsWith('-') ? { ...total, value: -total.value } : total;
}

/** Order of two numbers. */
export function compareExact(a: Exact, b: Exact): -1 | 0 | 1 {
  const [left, right] = aligned(a, b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The sum. */
export function plus(a: Exact, b: Exact): Exact {
  const [left, right] = aligned(a, b);
  return { value: left + right, scale: Math.max(a.scale, b.scale) };
}

function aligned(a: Exact, b: Exact): readonly [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [a.value * 10n ** BigInt(scale - a.scale), b.value * 10n ** BigInt(scale - b.scale)];
}
