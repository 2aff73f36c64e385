// Reads findings, packages and statuses back from the documents of standards in a bundle: SARIF, CycloneDX, SPDX, OpenVEX, CSAF.
import { ParseError } from '../../../platform/errors.ts';
import { type Fields, fieldsOf, listOf } from '../../../scan/advisory/fields.ts';
import type { CountedRow } from './figures.ts';

/** @throws ParseError when the text is no JSON object. */
export function readDocument(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError('it is no JSON', { cause });
  }
  return fieldsOf(value);
}

/** A text as it is; whatever else stands in its place is no text, however deep. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Results of a SARIF log. */
export function sarifRows(document: Fields): readonly CountedRow[] {
  return listOf(document['runs']).flatMap((run) =>
    listOf(fieldsOf(run)['results']).map((result) => {
      const { ruleId, properties } = fieldsOf(result);
      const { slot, severity, fixable } = fieldsOf(properties);
      return {
        slot: wordOf(slot),
        vulnerability: wordOf(ruleId),
        severity: wordOf(severity),
        fixable: fixable === true,
      };
    }),
  );
}

/** What CycloneDX calls a level that it has under another name. */
const CYCLONEDX_LEVELS: ReadonlyMap<unknown, string> = new Map([['info', 'negligible']]);

/** The rows of a CycloneDX document, and how many packages each slot has. */
export function cyclonedxContent(document: Fields): {
  readonly rows: readonly CountedRow[];
  readonly packages: ReadonlyMap<string, number>;
} {
  const slotOfRef = new Map<unknown, string>();
  const packages = new Map<string, number>();
  for (const component of listOf(document['components'])) {
    const fields = fieldsOf(component);
    const slot = propertyOf(fields, 'plimsoll:slot');
    const inside = listOf(fields['components']);
    packages.set(slot, inside.length);
    for (const one of inside) slotOfRef.set(fieldsOf(one)['bom-ref'], slot);
  }
  const rows = listOf(document['vulnerabilities']).flatMap((entry) => {
    const fields = fieldsOf(entry);
    const { severity } = fieldsOf(listOf(fields['ratings'])[0]);
    const fixable = propertyOf(fields, 'plimsoll:fixState') === 'fixed';
    return listOf(fields['affects']).map((affected) => {
      const slot = slotOfRef.get(fieldsOf(affected)['ref']);
      if (slot === undefined) throw new ParseError('a vulnerability affects what is no package of the document');
      const level = CYCLONEDX_LEVELS.get(severity) ?? wordOf(severity);
      return { slot, vulnerability: wordOf(fields['id']), severity: level, fixable };
    });
  });
  return { rows, packages };
}

function propertyOf(fields: Fields, name: string): string {
  const property = listOf(fields['properties']).find((one) => fieldsOf(one)['name'] === name);
  return wordOf(fieldsOf(property)['value']);
}

/** Number of packages of an SPDX document, the release and the images not counted. */
export function spdxPackages(document: Fields): number {
  const described = new Set(listOf(document['documentDescribes']));
  return listOf(document['packages']).filter((one) => {
    const { SPDXID, primaryPackagePurpose } = fieldsOf(one);
    return primaryPackagePurpose !== 'CONTAINER' && !described.has(SPDXID);
  }).length;
}

/** `VULNERABILITY STATUS` of every statement of an OpenVEX document. */
export function openvexPairs(document: Fields): ReadonlySet<string> {
  return new Set(
    listOf(document['statements']).map((statement) => {
      const { vulnerability, status } = fieldsOf(statement);
      return `${wordOf(fieldsOf(vulnerability)['name'])} ${wordOf(status)}`;
    }),
  );
}

const CSAF_WORDS: ReadonlyMap<string, string> = new Map([
  ['known_affected', 'affected'],
  ['known_not_affected', 'not_affected'],
]);

/** `VULNERABILITY STATUS` of every vulnerability and status of a CSAF document, in OpenVEX words. */
export function csafPairs(document: Fields): ReadonlySet<string> {
  return new Set(
    listOf(document['vulnerabilities']).flatMap((entry) => {
      const { cve, ids, product_status: statuses } = fieldsOf(entry);
      const name = wordOf(cve ?? fieldsOf(listOf(ids)[0])['text']);
      return Object.keys(fieldsOf(statuses)).map((status) => `${name} ${CSAF_WORDS.get(status) ?? status}`);
    }),
  );
}
