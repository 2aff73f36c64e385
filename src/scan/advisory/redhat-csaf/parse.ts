// Reads one CSAF 2.0 document of Red Hat (https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html): a VEX document of a CVE, or an erratum.
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Advisory } from '../advisory.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { dateOf, fieldsOf, isFields, listOf, readJson, textOf } from '../fields.ts';
import { readProducts } from './products.ts';
import { affectedRanges } from './ranges.ts';
import { type PackageStatement, readStatements } from './vulnerability.ts';

const CVE = /^CVE-\d{4}-\d{4,19}$/;
const CATEGORIES: ReadonlySet<unknown> = new Set(['csaf_vex', 'csaf_security_advisory']);

/** @throws ParseError when the file is no CSAF document with vulnerabilities; LimitError when it is larger than LIMITS.csafBytes. */
export function readCsaf(file: FeedFile, sink: FeedSink): void {
  const bytes = file.bytes();
  if (bytes.length > LIMITS.csafBytes) throw new LimitError(`${file.path}: larger than ${LIMITS.csafBytes} bytes`);
  const document = readJson(bytes, file.path);
  const head = fieldsOf(fieldsOf(document)['document']);
  if (!isFields(document) || !CATEGORIES.has(head['category']) || !Array.isArray(document['vulnerabilities'])) {
    throw new ParseError(`${file.path}: not a CSAF document of category csaf_vex or csaf_security_advisory`);
  }
  const tracking = fieldsOf(head['tracking']);
  const modified = dateOf(tracking['current_release_date']);
  if (modified !== undefined) sink.updated(modified);
  const erratum = head['category'] === 'csaf_security_advisory' ? textOf(tracking['id']) : undefined;
  const lookUp = readProducts(fieldsOf(document['product_tree']));
  let told = 0;
  for (const member of listOf(document['vulnerabilities'])) {
    const vulnerability = fieldsOf(member);
    const id = textOf(vulnerability['cve']);
    if (id === undefined || !CVE.test(id)) {
      sink.skip('a vulnerability without a CVE id', file.path);
      continue;
    }
    const statements = readStatements(vulnerability, lookUp);
    told += statements.length;
    const published = dateOf(vulnerability['release_date']);
    const reference = `https://access.redhat.com/${erratum === undefined ? `security/cve/${id}` : `errata/${erratum}`}`;
    for (const statement of statements) {
      // An erratum knows its own packages only; a VEX document says of each release what holds.
      sink.covers(statement.about.namespace, erratum === undefined ? 'whole' : 'part');
      const { namespace, name, binary, module } = statement.about;
      const said = conclude(statement);
      if (typeof said === 'string') {
        sink.skip(said, `${file.path}: ${namespace} ${name}`);
        continue;
      }
      sink.advisory({
        feed: 'redhat-csaf',
        id,
        aliases: [],
        related: erratum === undefined ? [] : [erratum],
        namespace,
        package: name,
        ...(binary ? { binary } : {}),
        module,
        ...said,
        severities: said.status === 'affected' ? statement.severities : [],
        ...(published === undefined ? {} : { published }),
        ...(modified === undefined ? {} : { modified }),
        reference,
      });
    }
  }
  if (told === 0) sink.skip('nothing about packages of Red Hat Enterprise Linux', file.path);
}

/** What holds when a document says several things: a fix for everyone, then affected, then not affected; or why nothing does. */
function conclude({
  fixes,
  affected,
  notAffected,
  unfixed,
  investigated,
}: PackageStatement): Pick<Advisory, 'status' | 'ranges' | 'fixState'> | string {
  const hasFix = fixes.some(({ extended }) => !extended);
  if (hasFix) return { status: 'affected', ranges: affectedRanges(fixes), fixState: 'fixed' };
  if (affected && fixes.length > 0) {
    return { status: 'affected', ranges: affectedRanges(fixes), fixState: 'subscription' };
  }
  if (affected) return { status: 'affected', ranges: [], fixState: unfixed ?? 'not-fixed' };
  if (notAffected) return { status: 'not-affected', ranges: [], fixState: 'unknown' };
  if (investigated) return 'under investigation by Red Hat';
  return 'only of an extended subscription, nothing being said of the release itself';
}
