// A quoted text that goes on at the column of its own key: YAML 1.2.2 section 7.3.1 refuses it, while the YAML 1.1 readers of Go and Python, and so
// kube-bench, take it (cis-1.20/etcd.yaml has one). Such lines are indented before the file is parsed; line numbers stay.

/** A key whose quoted value does not end on its line; the quote is the group. */
const OPEN = /^ *(?:- +)*[A-Za-z_][A-Za-z0-9_-]*: +(?:("(?:[^"\\]|\\.)*\\?)|('(?:[^']|'')*))$/;
const BLOCK = /^( *(?:- +)*)[A-Za-z_][A-Za-z0-9_-]*: +[|>][-+0-9]*\s*$/;
/** More than any key of such a file is indented by. */
const MARGIN = ' '.repeat(16);

/** The text with every line that continues a quoted value indented further. */
export function indentQuoted(text: string): string {
  let quote: string | undefined;
  let block: number | undefined;
  const lines = text.split('\n').map((line) => {
    if (quote !== undefined) {
      if (closes(line, quote)) quote = undefined;
      return MARGIN + line;
    }
    const indent = line.length - line.trimStart().length;
    if (block !== undefined && (line.trim() === '' || indent > block)) return line;
    block = BLOCK.exec(line)?.[1]?.length;
    if (block !== undefined) return line;
    const [, double, single] = OPEN.exec(line) ?? [];
    quote = double === undefined ? (single === undefined ? undefined : "'") : '"';
    return line;
  });
  return lines.join('\n');
}

/** Whether the quoted value ends on the line. */
function closes(line: string, quote: string): boolean {
  return quote === '"' ? /^(?:[^"\\]|\\.)*"/.test(line) : /^(?:[^']|'')*'(?!')/.test(line);
}
