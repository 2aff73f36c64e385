// Reads one RustSec advisory (https://github.com/rustsec/advisory-db, "Advisory Format"): a Markdown text whose first lines are a TOML block.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { AffectedRange, FixState, Severity } from '../advisory.ts';
import { scoreCvss } from '../cvss/index.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { dateOf, textOf, textsOf } from '../fields.ts';
import { affectedBy } from './requirements.ts';
import { readToml, type TomlTables } from './toml.ts';

const FENCE = '```toml';
const ID = /^RUSTSEC-\d{4}-\d{4,}$/;
/** Ids that stand for one vulnerability each, and so may join records. */
const ALIAS = /^(?:CVE-\d{4}-\d{4,19}|GHSA(?:-[0-9a-z]{4}){3})$/;

/** @throws ParseError when the file is no advisory of RustSec; LimitError when it is larger than LIMITS.metadataBytes. */
export function readRustsec(file: FeedFile, sink: FeedSink): void {
  const bytes = file.bytes();
  if (bytes.length > LIMITS.metadataBytes)
    throw new LimitError(`${file.path}: larger than ${LIMITS.metadataBytes} bytes`);
  const tables = readToml(frontMatter(new TextDecoder().decode(bytes), file.path), file.path, 2);
  const advisory = tables['advisory'] ?? {};
  const id = textOf(advisory['id']);
  const name = textOf(advisory['package']);
  if (id === undefined || !ID.test(id) || name === undefined) {
    throw new ParseError(`${file.path}: not an advisory of RustSec (no id, or no package)`);
  }
  const published = dateOf(advisory['date']);
  if (published !== undefined) sink.updated(published);
  const reason = reasonToSkip(tables, file.path);
  const { patched, unaffected } = tables['versions'] ?? {};
  const ranges = affectedBy(textsOf(patched), textsOf(unaffected));
  sink.covers('cargo');
  if (reason !== undefined || ranges === undefined) {
    sink.skip(reason ?? 'a version requirement that cannot be read', `${file.path}: ${id}`);
    return;
  }
  const { aliases, related } = namesOf(tables);
  const withdrawn = dateOf(advisory['withdrawn']);
  sink.advisory({
    feed: 'rustsec',
    id,
    aliases,
    related,
    namespace: 'cargo',
    package: name,
    status: ranges.length === 0 ? 'not-affected' : 'affected',
    ranges,
    fixState: fixStateOf(ranges),
    severities: severitiesOf(textOf(advisory['cvss'])),
    ...(published === undefined ? {} : { published }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    reference: `https://rustsec.org/advisories/${id}.html`,
  });
}

function frontMatter(text: string, path: string): string {
  const start = text.startsWith('\uFEFF') ? 1 : 0;
  const end = text.indexOf('\n```', start + FENCE.length);
  if (!text.startsWith(FENCE, start) || end === -1) {
    throw new ParseError(`${path}: not an advisory of RustSec (no TOML block at the beginning)`);
  }
  return text.slice(start + FENCE.length, end).replace(/^\r?\n/, '');
}

/** What is no vulnerability in a crate on Linux. Notices are taken when somebody else gave them an id of a vulnerability. */
function reasonToSkip(tables: TomlTables, path: string): string | undefined {
  const kind = textOf(tables['advisory']?.['informational']);
  if (kind !== undefined && namesOf(tables).aliases.length === 0) return `a notice without a CVE or GHSA (${kind})`;
  if (/(^|\/)rust\//.test(path)) return "about Rust's own programs and library, not a crate";
  const systems = textsOf(tables['affected']?.['os']);
  return systems.length > 0 && !systems.includes('linux') ? 'for other systems than Linux' : undefined;
}

function namesOf(tables: TomlTables): { readonly aliases: readonly string[]; readonly related: readonly string[] } {
  const names = textsOf(tables['advisory']?.['aliases']);
  return { aliases: names.filter((name) => ALIAS.test(name)), related: names.filter((name) => !ALIAS.test(name)) };
}

function fixStateOf(ranges: readonly AffectedRange[]): FixState {
  if (ranges.length === 0) return 'unknown';
  if (ranges.every(({ fixed }) => fixed !== undefined)) return 'fixed';
  return ranges.some(({ lastAffected, limit }) => (lastAffected ?? limit) !== undefined) ? 'unknown' : 'not-fixed';
}

function severitiesOf(vector: string | undefined): readonly Severity[] {
  const scored = vector === undefined ? undefined : scoreCvss(vector);
  if (vector === undefined || scored === undefined) return [];
  return [{ kind: 'cvss', source: 'rustsec', raw: vector, level: scored.level, score: scored.score }];
}
