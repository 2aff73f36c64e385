// Where kube-bench's checks find a value: behind a flag in what a command printed, behind a path in a configuration, behind a variable in an environment.
// Source: behaviour of aquasecurity/kube-bench. A flag is found anywhere in the text, hence also at the beginning of a longer one.
import { REDACTED } from '../../../kubernetes/evidence/evidence.ts';
import { LimitError, messageOf, ParseError } from '../../../platform/errors.ts';
import type { Json } from '../../../platform/json.ts';
import { readValues } from '../../../scan/release/manifests/values.ts';
import { NotThere, parseJsonPath, printJsonPath, TakenOut } from './json-path.ts';

/** What was found. */
export interface Found {
  readonly present: boolean;
  readonly value: string;
  /** The text or the item could not be read: nothing holds then. */
  readonly problem?: string;
  /** The item uses what is not supported here. */
  readonly unsupported?: true;
  /** A collector took out what would tell: nobody knows what would hold. */
  readonly takenOut?: true;
}

const NOTHING: Found = { present: false, value: '' };
/** White space of Go's regular expressions. */
const SPACE = /[\t\n\f\r ]/;
/** What means something to a regular expression, but for the dot. */
const SPECIAL = /[\\^$*+?()[\]{}|]/;

/** `--flag=value`, `flag: value`, `--flag` (whose value is "true"), or a word alone (whose value is itself). */
export function findFlag(text: string, flag: string): Found {
  if (text === '' || flag === '' || !text.includes(flag)) return NOTHING;
  if (SPECIAL.test(flag)) return { ...NOTHING, unsupported: true, problem: `the flag ${flag} is a regular expression` };
  // The flag is a regular expression, in which a dot stands for any character.
  const start = new RegExp(flag.replaceAll('-', '\\-')).exec(text)?.index ?? 0;
  let at = start + flag.length;
  for (;;) {
    if (text[at] === '=') at += 1;
    else if (text[at] === ':') {
      at += 1;
      while (text[at] === ' ') at += 1;
    } else break;
  }
  let end = at;
  while (end < text.length && !SPACE.test(text[end] ?? '')) end += 1;
  const value = text.slice(at, end);
  if (value !== '') return { present: true, value };
  return { present: true, value: flag.startsWith('--') ? 'true' : text.slice(start, start + flag.length) };
}

/** What a JSONPath prints of a document in JSON or YAML; present unless it prints nothing. */
export function findPath(text: string, path: string): Found {
  let document: Json;
  try {
    document = documentOf(text);
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
    const problem = `it is neither JSON nor YAML: ${messageOf(error)}`;
    return { ...NOTHING, problem, ...(text.includes(REDACTED) ? { takenOut: true } : {}) };
  }
  try {
    const value = printJsonPath(parseJsonPath(path), document);
    return { present: value !== '', value };
  } catch (error) {
    if (error instanceof NotThere) return { ...NOTHING, problem: error.message };
    if (error instanceof TakenOut) return { ...NOTHING, problem: error.message, takenOut: true };
    if (!(error instanceof ParseError)) throw error;
    return { ...NOTHING, problem: error.message, unsupported: true };
  }
}

/** The rest of the line behind `NAME=`. */
export function findVariable(text: string, name: string): Found {
  if (text === '' || name === '') return NOTHING;
  const at = text.indexOf(`${name}=`);
  if (at === -1) return NOTHING;
  const value = text.slice(at + name.length + 1).split('\n', 1)[0] ?? '';
  return value === '' ? NOTHING : { present: true, value };
}

/** The first document; an empty text is null. @throws ParseError; LimitError */
function documentOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return readValues(text, 'configuration')[0] ?? null;
  }
}
