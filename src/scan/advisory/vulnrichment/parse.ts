// Reads one CVE record (CVE JSON 5, https://github.com/CVEProject/cve-schema): of its ADP containers that of CISA, whose metrics hold SSVC
// answers, CVSS vectors and entries of the catalogue of known exploited vulnerabilities.
import { ParseError } from '../../../platform/errors.ts';
import { scoreCvss } from '../cvss/index.ts';
import type { FeedFile, FeedSink } from '../feed.ts';
import { dateOf, type Fields, fieldsOf, listOf, readJson, textOf } from '../fields.ts';
import { readSsvc } from './ssvc.ts';

const CVE = /^CVE-\d{4}-\d{4,19}$/;
/** Vectors, the best first; as with NVD's, because most feeds score by version 3. */
const VERSIONS = ['cvssV3_1', 'cvssV3_0', 'cvssV4_0', 'cvssV2_0'] as const;

/** @throws ParseError when the file is no CVE record. */
export function readCveRecord(file: FeedFile, sink: FeedSink): void {
  const document = fieldsOf(readJson(file.bytes(), file.path));
  const { cveId, state } = fieldsOf(document['cveMetadata']);
  const id = textOf(cveId);
  if (id === undefined || !CVE.test(id)) throw new ParseError(`${file.path}: not a CVE record (JSON 5)`);
  const place = `${file.path}: ${id}`;
  if (state === 'REJECTED') {
    sink.skip('a rejected CVE', place);
    return;
  }
  const container = listOf(fieldsOf(document['containers'])['adp']).map(fieldsOf).find(isOfCisa);
  if (container === undefined) {
    sink.skip('a CVE without a container of CISA', place);
    return;
  }
  const modified = dateOf(fieldsOf(container['providerMetadata'])['dateUpdated']);
  if (modified !== undefined) sink.updated(modified);
  const metrics = listOf(container['metrics']).map(fieldsOf);
  readOthers(id, metrics, modified, sink, place);
  const raw = bestVector(metrics);
  const scored = raw === undefined ? undefined : scoreCvss(raw);
  if (raw !== undefined && scored !== undefined) {
    const { level, score } = scored;
    sink.severity(id, { kind: 'cvss', source: 'cisa-adp', raw, level, score }, modified);
  }
}

function isOfCisa({ providerMetadata }: Fields): boolean {
  return fieldsOf(providerMetadata)['shortName'] === 'CISA-ADP';
}

function readOthers(
  id: string,
  metrics: readonly Fields[],
  modified: string | undefined,
  sink: FeedSink,
  place: string,
): void {
  for (const metric of metrics) {
    const { type, content } = fieldsOf(metric['other']);
    const said = fieldsOf(content);
    if (type === 'ssvc') {
      const answers = readSsvc(said['options']);
      if (answers === undefined) sink.skip('SSVC answers that are not known', place);
      else sink.ssvc(id, answers, dateOf(said['timestamp']) ?? modified);
    } else if (type === 'kev') {
      const added = dateOf(said['dateAdded']);
      if (added !== undefined) sink.kev(id, added.slice(0, 10));
    }
  }
}

function bestVector(metrics: readonly Fields[]): string | undefined {
  for (const version of VERSIONS) {
    for (const metric of metrics) {
      const vector = textOf(fieldsOf(metric[version])['vectorString']);
      if (vector !== undefined && scoreCvss(vector) !== undefined) return vector;
    }
  }
  return undefined;
}
