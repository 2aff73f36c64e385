// Patterns in scopes: `*` stands for any run of characters, every other character for itself. Takes time by the product of both lengths at most,
// whatever the pattern: scopes may come from other people's documents.

/** Whether the whole text fits the pattern. */
export function fits(pattern: string, text: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern;
      inPattern += 1;
      resume = at;
    } else if (pattern[inPattern] === text[at]) {
      inPattern += 1;
      at += 1;
    } else if (star !== -1) {
      // The last star takes one character more.
      inPattern = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}

/** Whether the pattern says nothing: only stars and the marks between components. */
export function isBlank(pattern: string): boolean {
  return /^[*/:@?]*$/.test(pattern);
}
