// Sets of ports as sorted intervals. Ports are 1 to 65535 (RFC 6335 section 6; 0 is reserved and no NetworkPolicy can name it).

/** Flat pairs `[from, to, from, to …]`, ascending, neither overlapping nor touching: equal sets are equal lists. */
export type PortSet = readonly number[];

/** Highest port. */
export const LAST_PORT = 65535;
/** Every port. */
export const ALL_PORTS: PortSet = [1, LAST_PORT];
/** No port. */
export const NO_PORTS: PortSet = [];

/** The ports of both. */
export function unitePorts(a: PortSet, b: PortSet): PortSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] ?? 0) <= (b[j] ?? 0));
    const [from, to] = fromA ? [a[i] ?? 0, a[i + 1] ?? 0] : [b[j] ?? 0, b[j + 1] ?? 0];
    if (fromA) i += 2;
    else j += 2;
    const last = result.length - 1;
    if (last > 0 && from <= (result[last] ?? 0) + 1) result[last] = Math.max(result[last] ?? 0, to);
    else result.push(from, to);
  }
  return result;
}

/** The ports that are in both. */
export function intersectPorts(a: PortSet, b: PortSet): PortSet {
  const result: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const from = Math.max(a[i] ?? 0, b[j] ?? 0);
    const endA = a[i + 1] ?? 0;
    const endB = b[j + 1] ?? 0;
    if (from <= Math.min(endA, endB)) result.push(from, Math.min(endA, endB));
    if (endA < endB) i += 2;
    else j += 2;
  }
  return result;
}

/** `80,443-450`; empty for none. */
export function portsText(ports: PortSet): string {
  const parts: string[] = [];
  for (let at = 0; at < ports.length; at += 2) {
    parts.push(ports[at] === ports[at + 1] ? String(ports[at]) : `${ports[at]}-${ports[at + 1]}`);
  }
  return parts.join(',');
}
