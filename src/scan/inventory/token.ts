// What a package database may call a name or a version: printable ASCII without spaces, of sane length.
// Package managers are stricter; this keeps out what could break a line, a terminal or a report, and nothing that they accept.

/** Longest name or version that is taken, in characters. Real ones have tens. */
export const TOKEN_LENGTH = 512;

const TOKEN = /^[\x21-\x7e]+$/;

/** Whether the text can stand as a name or version of an operating-system package. */
export function isToken(text: string): boolean {
  return text.length <= TOKEN_LENGTH && TOKEN.test(text);
}

/** Whether the text can stand as a package's name: a token without `/`, which no package manager allows and which would split the purl. */
export function isName(text: string): boolean {
  return isToken(text) && !text.includes('/');
}

/** A piece of untrusted text for a message: quoted, escaped, shortened. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
