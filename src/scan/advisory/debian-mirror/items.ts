// The points of a changelog entry: each bullet with the lines that continue it, and the points it stands below.

/** A point of a list in an entry. */
export interface Item {
  /** Its text on one line, without the bullet. */
  readonly text: string;
  /** Texts of the points above it that lead to it with a colon, outermost first. */
  readonly under: readonly string[];
}

interface Draft {
  readonly indent: number;
  readonly lines: string[];
}

const BULLET = /^(\s+)(?:[*+~•-]|o(?=\s))\s+(?=\S)/;
/** `  [ Name of a maintainer ]` stands above what that person did. */
const PERSON = /^\s+\[[^\]]*\]\s*$/;

/** Points in the order written. Text outside of any list is a point of its own. */
export function itemsOf(lines: readonly string[]): readonly Item[] {
  const items: Item[] = [];
  /** Points that may have others below them: their indents grow. */
  let above: { readonly indent: number; readonly text: string }[] = [];
  let open: Draft | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { indent } = open;
    const text = joined(open.lines);
    above = above.filter((one) => one.indent < indent);
    items.push({ text, under: above.filter((one) => one.text.endsWith(':')).map((one) => one.text) });
    above.push({ indent, text });
    open = undefined;
  };
  for (const line of lines) {
    const isPerson = PERSON.test(line);
    if (isPerson || line.trim() === '') {
      close();
      if (isPerson) above = [];
      continue;
    }
    const bullet = BULLET.exec(line);
    if (bullet !== null) {
      close();
      open = { indent: bullet[1]?.length ?? 0, lines: [line.slice(bullet[0].length).trim()] };
    } else if (open === undefined) {
      open = { indent: line.length - line.trimStart().length, lines: [line.trim()] };
    } else {
      open.lines.push(line.trim());
    }
  }
  close();
  return items;
}

/** A path, an address or an id that is cut at the end of a line goes on without a space. */
function joined(lines: readonly string[]): string {
  return lines
    .map((line, index) => (index < lines.length - 1 && !/[\w)][/-]$/.test(line) ? `${line} ` : line))
    .join('');
}
