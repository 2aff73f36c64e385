// Long texts that are much like their neighbours, package URLs and paths in their order, written as what differs from the one before.

/** Three members a text: characters that it has in common with the start of the text before, its own, and those in common with the end. */
export type PackedTexts = readonly (number | string)[];

/** Packs texts; unpackTexts gives them back. */
export function packTexts(texts: Iterable<string>): PackedTexts {
  const packed: (number | string)[] = [];
  let before = '';
  for (const text of texts) {
    const most = Math.min(text.length, before.length);
    let start = 0;
    while (start < most && text.charCodeAt(start) === before.charCodeAt(start)) start += 1;
    let end = 0;
    while (end < most - start && text.at(-1 - end) === before.at(-1 - end)) end += 1;
    packed.push(start, text.slice(start, text.length - end), end);
    before = text;
  }
  return packed;
}

/** The texts that were packed. */
export function unpackTexts(packed: PackedTexts): readonly string[] {
  const texts: string[] = [];
  let before = '';
  for (let at = 0; at + 2 < packed.length; at += 3) {
    const end = Number(packed[at + 2]);
    before = before.slice(0, Number(packed[at])) + String(packed[at + 1]) + (end === 0 ? '' : before.slice(-end));
    texts.push(before);
  }
  return texts;
}
