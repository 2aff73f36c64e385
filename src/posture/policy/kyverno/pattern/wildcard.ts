// Wildcards as Kyverno has them: `*` for any text, `?` for one character, everything else for itself.

/** Whether the text matches; time grows with the product of the lengths at most. */
export function matchesWildcard(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const sign = pattern[p];
    if (sign === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (sign !== undefined && (sign === '?' || sign === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Whether the text has a wildcard. */
export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}
