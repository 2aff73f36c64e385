// Reads the pom.properties that Maven puts into every archive it builds: groupId, artifactId and version of what was built.
// Format: java.util.Properties, "load" (Java SE API): key and value a line, comments, escapes, lines that go on after a backslash; Latin-1.
import { isToken } from '../token.ts';

/** What an archive, or a part of it, is in Maven's words. Without `group` it cannot be looked up anywhere. */
export interface Coordinates {
  readonly group?: string;
  readonly artifact: string;
  readonly version: string;
}

/** Maven's rule for ids (DefaultModelValidator): letters, digits, `.`, `_` and `-`. */
const ID = /^[A-Za-z0-9_.-]+$/;

/** The coordinates that a pom.properties states; undefined when one is missing, or was not filled in when the archive was built. */
export function parsePomProperties(body: Uint8Array): Coordinates | undefined {
  const properties = readProperties(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'));
  const group = properties.get('groupId')?.trim() ?? '';
  const artifact = properties.get('artifactId')?.trim() ?? '';
  const version = properties.get('version')?.trim() ?? '';
  return isId(group) && isId(artifact) && isMavenVersion(version) ? { group, artifact, version } : undefined;
}

/** Whether the text can be a group or artifact id. */
export function isId(text: string): boolean {
  return isToken(text) && ID.test(text);
}

/** Whether the text can be a version; a variable that nobody replaced (`${project.version}`) is none. */
export function isMavenVersion(text: string): boolean {
  return isToken(text) && !/[\\/:"<>|?*[\](){},$@]/.test(text);
}

/** Keys and values; of equal keys the last counts. */
export function readProperties(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const match = /^((?:[^\\=: \t\f]|\\.)*)[ \t\f]*[=:]?[ \t\f]*(.*)$/su.exec(line);
    if (match !== null) found.set(unescaped(match[1] ?? ''), unescaped(match[2] ?? ''));
  }
  return found;
}

/** A line that ends in an odd number of backslashes goes on in the next, whose leading white space does not count. Comments do not go on. */
function* logicalLines(text: string): Generator<string> {
  let before = '';
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (before === '' && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    // Not a pattern: it would start again at every backslash of a long row.
    let text = line.length;
    while (line[text - 1] === '\\') text -= 1;
    const goesOn = (line.length - text) % 2 === 1;
    before += goesOn ? line.slice(0, -1) : line;
    if (goesOn) continue;
    yield before;
    before = '';
  }
  if (before !== '') yield before;
}

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/gsu, (_match, code: string | undefined, character: string) =>
    code === undefined ? (CONTROLS[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
