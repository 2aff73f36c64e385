// Reads the list of packages that distroless images of Mariner and Azure Linux carry in place of rpm's database (container-manifest-2): a line a package,
// ten fields separated by tabs, as `rpm -qa` prints them: name, version-release, install time, build time, vendor, epoch, size, architecture, epoch as a
// number, source package. Source: CBL-Mariner, toolkit/docs/how_it_works/5_misc.md, "Distroless".
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { problemLog } from '../problem-log.ts';
import { checkedEntry, type RpmEntry } from './entry.ts';

const NEWLINE = 10;
const FIELDS = 10;
/** Longer lines are cut, and then have no ten fields. */
const LINE_BYTES = 8192;

/**
 * The packages of a manifest.
 * @throws ParseError when a file with content has no usable line; LimitError above `LIMITS.metadataBytes`.
 */
export function parseManifest(bytes: Buffer): { entries: readonly RpmEntry[]; problems: readonly string[] } {
  if (bytes.length > LIMITS.metadataBytes) {
    throw new LimitError(`${bytes.length} bytes in no format of rpm's database, too many for a list of its packages`);
  }
  const problems = problemLog();
  const entries: RpmEntry[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    line += 1;
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const text = bytes.toString('utf8', start, Math.min(end, start + LINE_BYTES)).trimEnd();
    start = end + 1;
    if (text === '') continue;
    const place = `line ${line}`;
    const fields = text.split('\t');
    if (fields.length !== FIELDS) {
      problems.add(() => `${place} has ${fields.length} fields and not ${FIELDS}`);
      continue;
    }
    const [name, version, , , , , , architecture, epoch = '', sourceRpm] = fields;
    if (!/^\d{1,10}$/.test(epoch)) problems.add(() => `${place} has no number for an epoch`);
    const entry = checkedEntry({ name, version, epoch: Number(epoch) || 0, architecture, sourceRpm }, place, problems);
    if (entry !== undefined) entries.push(entry);
  }
  if (entries.length === 0 && problems.list().length > 0) {
    throw new ParseError("neither one of rpm's database formats nor a list of its packages");
  }
  return { entries, problems: problems.list() };
}
