// Reads apt's list of package sources: one-line entries (*.list) and deb822 paragraphs (*.sources). sources.list(5).
import { paragraphsOf, wordsOf } from './control.ts';

/** A source of binary packages that apt is configured with: one address and one suite. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Empty: those of the machine. */
  readonly architectures: readonly string[];
  readonly signedBy: SignedBy;
}

/** Which keys sign a source. All empty: the keys that apt trusts for any source. */
export interface SignedBy {
  readonly keyrings: readonly string[];
  /** Fingerprints of keys in the keyrings, or in those that apt trusts. */
  readonly fingerprints: readonly string[];
  /** A key in ASCII armour, written into the source itself. */
  readonly key?: string;
}

/** Sources of a file; `name` ends in .list or .sources, which tells the form. Sources of source packages and of single folders are left out. */
export function parseAptSources(text: string, name: string): readonly AptSource[] {
  return name.endsWith('.sources') ? paragraphsOf(text).flatMap(fromParagraph) : text.split('\n').flatMap(fromLine);
}

/** `deb [signed-by=FILE arch=amd64] URI SUITE COMPONENT…` */
function fromLine(line: string): readonly AptSource[] {
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?([^\s#]+)\s+([^\s#]+)([^#]*)/.exec(line);
  if (match === null) return [];
  const [, options = '', uri = '', suite = '', rest = ''] = match;
  const values = new Map<string, string>();
  for (const [, key = '', value = ''] of options.matchAll(/([A-Za-z-]+)=(\S*)/g)) values.set(key.toLowerCase(), value);
  return usable([uri], [suite], {
    components: wordsOf(rest),
    architectures: split(values.get('arch')),
    signedBy: signedByOf(split(values.get('signed-by'))),
  });
}

function fromParagraph(fields: ReadonlyMap<string, string>): readonly AptSource[] {
  if (
    !wordsOf(fields.get('types')).includes('deb') ||
    /^(?:no|false|without|off|disable|0)$/i.test(fields.get('enabled') ?? '')
  ) {
    return [];
  }
  const signedBy = fields.get('signed-by') ?? '';
  return usable(wordsOf(fields.get('uris')), wordsOf(fields.get('suites')), {
    components: wordsOf(fields.get('components')),
    architectures: split(fields.get('architectures')),
    signedBy: signedBy.includes('-----BEGIN PGP')
      ? { keyrings: [], fingerprints: [], key: keyText(signedBy) }
      : signedByOf(split(signedBy)),
  });
}

/** A suite that ends in a slash is a folder without components; a word with `$(` is a pattern for several architectures. */
function usable(
  uris: readonly string[],
  suites: readonly string[],
  rest: Omit<AptSource, 'uri' | 'suite'>,
): readonly AptSource[] {
  return uris.flatMap((uri) =>
    suites
      .filter((suite) => !/\/$|\$\(/.test(suite) && rest.components.length > 0 && !/^cdrom:/i.test(uri))
      .map((suite) => ({ uri: uri.replace(/\/+$/, ''), suite, ...rest })),
  );
}

function signedByOf(words: readonly string[]): SignedBy {
  return {
    keyrings: words.filter((word) => word.startsWith('/')),
    // `!` asks for exactly this subkey, which is the stricter reading anyway.
    fingerprints: words
      .filter((word) => /^[0-9A-Fa-f]{40}!?$/.test(word))
      .map((word) => word.slice(0, 40).toUpperCase()),
  };
}

/** In a field an empty line is written as a full stop. */
function keyText(value: string): string {
  return value
    .split('\n')
    .map((line) => (line.trim() === '.' ? '' : line.trim()))
    .join('\n')
    .trim();
}

function split(value: string | undefined): readonly string[] {
  return (value ?? '').split(/[\s,]+/).filter((word) => word !== '');
}
