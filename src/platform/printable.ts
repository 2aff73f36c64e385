// Text from outside made safe for a terminal: names in images and registries are chosen by others and may hold escape sequences,
// bidirectional overrides or invisible characters. ECMA-48 sections 5.2 to 5.6 (control functions); Unicode TR 36 section 2 (visual spoofing).

/**
 * Controls, format characters (bidirectional overrides, zero width), surrogates, private use, unassigned, line separators, combining
 * marks and every space except U+0020.
 */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\p{M}]|(?! )\p{Zs}/gu;
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

/** One line of text without any character that moves the cursor, hides or reorders: such characters are written as `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Columns that printable text takes on a terminal: two for East Asian wide characters, one for all others. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += isWide(character) ? 2 : 1;
  return width;
}

/** The text cut at the end to fit the columns, with `mark` in the place of what was cut. */
export function fitEnd(text: string, columns: number, mark: string): string {
  if (displayWidth(text) <= columns) return text;
  return takeColumns([...text], columns - displayWidth(mark)).join('') + mark;
}

/** The text cut in the middle to fit the columns, keeping both ends: image references differ at the end, registries at the start. */
export function fitMiddle(text: string, columns: number, mark: string): string {
  if (displayWidth(text) <= columns) return text;
  const room = Math.max(0, columns - displayWidth(mark));
  const characters = [...text];
  const head = takeColumns(characters, Math.floor(room / 3));
  const tail = takeColumns(characters.reverse(), room - displayWidth(head.join(''))).reverse();
  return head.join('') + mark + tail.join('');
}

function takeColumns(characters: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += isWide(character) ? 2 : 1;
    if (width > columns) break;
    taken.push(character);
  }
  return taken;
}

function isWide(character: string): boolean {
  return character.length > 1 || character > '\u10ff' ? WIDE.test(character) : false;
}
