// The list of all connections as lines that scripts compare: `SRC => DST : CONNECTIONS`, as np-guard's netpol-analyzer writes it.

import { NONE } from './connection-table.ts';
import { connectionsText } from './connections.ts';
import { type Reachability, refuseRows } from './evaluate.ts';

/**
 * Lines in the order of their bytes, each ended by a line feed: that of the ends' ids, of which none begins another.
 * @throws LimitError for more lines than are listed
 */
export function listText({ ends, number, allowed }: Reachability): string {
  const targets = ends.map(({ id }) => ` => ${id} : `);
  const texts: string[] = [];
  const parts: string[] = [];
  let [rows, length] = [0, 0];
  for (let from = 0; from < ends.length; from += 1) {
    const source = ends[from]?.id ?? '';
    const pieces: string[] = [];
    for (let to = 0; to < ends.length; to += 1) {
      const set = number(from, to);
      if (set === NONE) continue;
      texts[set] ??= `${connectionsText(allowed(from, to))}\n`;
      pieces.push(source, targets[to] ?? '', texts[set] ?? '');
      rows += 1;
    }
    // Joined at once: millions of lines that are added to a text one by one are copied again and again.
    const text = pieces.join('');
    length += text.length;
    refuseRows(rows, length);
    parts.push(text);
  }
  return parts.join('');
}
