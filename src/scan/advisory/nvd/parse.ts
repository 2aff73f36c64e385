// Reads NVD's CVE records, API 2.0 (https://nvd.nist.gov/developers/vulnerabilities, schema cve_api_json_2.0): an answer of the API or a yearly
// file with the list `vulnerabilities`, or a file with one record. Of a record the score and CISA's SSVC answers are taken.
import { ParseError } from '../../../platform/errors.ts';
import type { Severity } from '../advisory.ts';
import { scoreCvss } from '../cvss/index.ts';
import type { FeedFile, FeedReader, FeedSink } from '../feed.ts';
import { dateOf, type Fields, fieldsOf, isFields, listOf, readJson, textOf } from '../fields.ts';
import { JsonElements } from '../input/json-elements.ts';
import { readSsvc } from '../vulnrichment/ssvc.ts';
import { bestMetric } from './metrics.ts';

const CVE = /^CVE-\d{4}-\d{4,19}$/;
/** Files up to this size may be one record without a list. */
const SMALL_FILE = 1024 ** 2;

/** @throws ParseError when the file holds no CVE records of NVD. */
export function readNvd(file: FeedFile, sink: FeedSink): void {
  const document = readJson(file.bytes(), file.path);
  const list = isFields(document) ? document['vulnerabilities'] : undefined;
  if (Array.isArray(list)) {
    for (const member of list) readRecord(fieldsOf(member)['cve'], file.path, sink);
  } else if (isFields(document) && isRecord(document)) {
    readRecord(document, file.path, sink);
  } else {
    throw new ParseError(`${file.path}: not records of NVD (no list "vulnerabilities")`);
  }
}

/** Reads a file in pieces: the file of a year may have hundreds of megabytes. */
export function openNvd(file: Omit<FeedFile, 'bytes'>, sink: FeedSink): FeedReader {
  const elements = new JsonElements(file.path, 'vulnerabilities', (element) =>
    readRecord(fieldsOf(element)['cve'], file.path, sink),
  );
  let start: Uint8Array[] | undefined = [];
  let length = 0;
  return {
    push: (bytes) => {
      if (start === undefined) {
        elements.push(bytes);
        return;
      }
      start.push(Buffer.from(bytes));
      length += bytes.length;
      if (length <= SMALL_FILE) return;
      for (const piece of start) elements.push(piece);
      start = undefined;
    },
    end: () => {
      if (start === undefined) elements.end();
      else readNvd({ ...file, bytes: () => Buffer.concat(start ?? []) }, sink);
    },
  };
}

function isRecord({ id, vulnStatus }: Fields): boolean {
  return CVE.test(textOf(id) ?? '') && textOf(vulnStatus) !== undefined;
}

function readRecord(value: unknown, path: string, sink: FeedSink): void {
  const record = fieldsOf(value);
  const id = textOf(record['id']);
  if (id === undefined || !CVE.test(id)) {
    sink.skip('a record without a CVE id', path);
    return;
  }
  const modified = dateOf(record['lastModified']);
  if (modified !== undefined) sink.updated(modified);
  if (record['vulnStatus'] === 'Rejected') {
    sink.skip('a rejected CVE', `${path}: ${id}`);
    return;
  }
  const metrics = fieldsOf(record['metrics']);
  // CISA's answers, which NVD passes on.
  for (const member of listOf(metrics['ssvcV203'])) {
    const data = fieldsOf(fieldsOf(member)['ssvcData']);
    const answers = readSsvc(data['options']);
    if (answers !== undefined) sink.ssvc(id, answers, dateOf(data['timestamp']) ?? modified);
  }
  const severity = severityOf(metrics);
  if (severity === undefined) sink.skip('a CVE without a CVSS score', `${path}: ${id}`);
  else sink.severity(id, severity, modified);
}

/** NVD's own score is of kind `nvd`; those of a CNA or CISA, which NVD passes on, are `cvss`. */
function severityOf(metrics: Fields): Severity | undefined {
  const metric = bestMetric(metrics);
  const scored = metric === undefined ? undefined : scoreCvss(metric.vector);
  if (metric === undefined || scored === undefined) return undefined;
  const { source, vector: raw } = metric;
  return { kind: source === 'nvd' ? 'nvd' : 'cvss', source, raw, level: scored.level, score: scored.score };
}
