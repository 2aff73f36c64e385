// Paragraphs of fields, the form of Debian's control files: Release, sources in deb822 style. deb822(5).

/** Field names in lower case; the lines of a value are kept, its first without the space behind the colon. */
export type Paragraph = ReadonlyMap<string, string>;

/** Paragraphs of the text in order. Comments and lines that are neither field nor continuation are passed over. */
export function paragraphsOf(text: string): readonly Paragraph[] {
  const paragraphs: Map<string, string>[] = [];
  let open: Map<string, string[]> | undefined;
  let value: string[] | undefined;
  const close = (): void => {
    if (open !== undefined) paragraphs.push(new Map(Array.from(open, ([name, lines]) => [name, lines.join('\n')])));
    open = undefined;
    value = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') {
      close();
      continue;
    }
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      value?.push(line.slice(1));
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    open ??= new Map();
    value = [line.slice(colon + 1).trim()];
    // The first of two equal fields holds, as in apt.
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!open.has(name)) open.set(name, value);
  }
  close();
  return paragraphs;
}

/** Words of a field that is a list. */
export function wordsOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}
