// The lines by which two texts differ, for a reader who is to agree to a change. Longest common subsequence of lines.

/** Cells of the table that is made at most: beyond it the differing middle is shown whole. */
const MOST_CELLS = 4_000_000;

/** `-` and a line that goes, `+` and a line that comes, in order; lines that stay are not in it. */
export function lineDiff(before: string, after: string): readonly string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  const [gone, come] = [a.slice(start, endA), b.slice(start, endB)];
  if (gone.length * come.length > MOST_CELLS) return [...gone.map(minus), ...come.map(plus)];
  return walk(gone, come);
}

function walk(a: readonly string[], b: readonly string[]): readonly string[] {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one !== undefined && one === other) [i, j] = [i + 1, j + 1];
    else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(minus(one));
      i += 1;
    } else {
      lines.push(plus(other ?? ''));
      j += 1;
    }
  }
  return lines;
}

function minus(line: string): string {
  return `-${line}`;
}

function plus(line: string): string {
  return `+${line}`;
}
