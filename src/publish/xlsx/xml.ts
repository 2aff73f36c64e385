// Text as XML 1.0 content and attributes of a workbook, and the parts that every workbook has beside its sheets.
// ECMA-376 Part 1: 22.9.2.19 (ST_Xstring: `_xHHHH_` stands for a character), Part 2: 6.5 and 7.2 (relationships, content types).

/** First line of every part. */
export const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as content or attribute. What XML cannot hold, and what a spreadsheet would read as such an escape, is escaped as ST_Xstring says. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\r/gu, hexadecimal)
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

function hexadecimal(character: string): string {
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}
