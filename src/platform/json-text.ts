// JSON as it is given out: the names in it were chosen by others, and whoever looks at a file with `cat` or in a review must see what is there.
// RFC 8259 section 7 lets any character stand as \uXXXX; readers get the same text back.

/** Delete and the controls of C1 (ECMA-48 section 5.3), format characters (bidirectional overrides, zero width), line and paragraph separators. */
const HIDDEN = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Most texts are plain ASCII, which is told many times faster than by Unicode's classes. */
const BEYOND_ASCII = /[^\0-\x7e]/;

/** JSON text with every character that steers a terminal, hides or reorders written as `\uXXXX`. */
export function escapeHidden(json: string): string {
  if (!BEYOND_ASCII.test(json)) return json;
  return json.replace(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, at) => unitEscape(character.charCodeAt(at))).join(''),
  );
}

/** A value as JSON for people and programs, indented by two spaces, without a line end. */
export function jsonText(value: unknown): string {
  return escapeHidden(JSON.stringify(value, undefined, 2));
}

function unitEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
