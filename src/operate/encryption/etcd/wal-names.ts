// Names of the segments of a WAL: `SEQUENCE-INDEX.wal`, both of 16 hexadecimal digits; the first segment of a member is 0, and each further one counts on.
// etcd removes the oldest once raft has a snapshot behind them. Format: etcd, server/wal/util.go (walName, isValidSeq).

const NAME = /^([0-9a-f]{16})-[0-9a-f]{16}\.wal$/;
/** Holes of one folder that are told. */
const TOLD = 5;

/**
 * The sequence numbers that are missing between segments of one folder, as text; empty when there is no hole.
 * @param names of its files, of whatever kind
 */
export function missingSegments(names: readonly string[]): readonly string[] {
  const sequences = names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map((digits) => BigInt(`0x${digits}`))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const holes: string[] = [];
  for (const [index, sequence] of sequences.entries()) {
    const before = sequences[index - 1];
    if (before === undefined || sequence <= before + 1n) continue;
    const [first, last] = [before + 1n, sequence - 1n];
    holes.push(first === last ? `${first}` : `${first} to ${last}`);
  }
  return holes.length > TOLD ? [...holes.slice(0, TOLD), 'and more'] : holes;
}

/** Whether the first segment that a member ever had is among them. */
export function hasFirstSegment(names: readonly string[]): boolean {
  return names.some((name) => NAME.exec(name)?.[1] === '0'.repeat(16));
}
