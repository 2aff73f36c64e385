// Validators for documents of standards, from their official schemas among the shared inputs. Each schema has its trap: what it needs beside it.
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { sharedPath } from './needs.ts';

/** Where the schemas lie, for needsShared. */
export const STANDARD_SCHEMAS = 'data/supply/schemas';

/** SARIF 2.1.0. The schema is of draft 4, of which it uses nothing that later drafts read otherwise, but for its own `id`. */
export function sarifValidator(): ValidateFunction {
  const { id: _, $schema: __, ...schema } = readSchema('sarif/sarif-schema-2.1.0.json');
  return draft7().compile(schema);
}

/** CycloneDX 1.6. It refers to the lists of SPDX licences and to JSON Signature Format. */
export function cyclonedxValidator(): ValidateFunction {
  const ajv = draft7();
  for (const other of ['spdx', 'jsf-0.82']) ajv.addSchema(readSchema(`cyclonedx/${other}.schema.json`));
  return ajv.compile(readSchema('cyclonedx/bom-1.6.schema.json'));
}

/** SPDX 2.3. */
export function spdxValidator(): ValidateFunction {
  return draft7().compile(readSchema('spdx/spdx-2.3.schema.json'));
}

/** OpenVEX 0.2.0. */
export function openvexValidator(): ValidateFunction {
  return draft2020().compile(readSchema('openvex/openvex_json_schema.json'));
}

/** CSAF 2.0, which refers to the schemas of CVSS, of draft 7, by their addresses. */
export function csafValidator(): ValidateFunction {
  return withCvss().compile(readSchema('csaf-2.0/csaf_json_schema.json'));
}

/** The metadata of a CSAF provider. */
export function csafProviderValidator(): ValidateFunction {
  const ajv = withCvss();
  ajv.addSchema(readSchema('csaf-2.0/csaf_json_schema.json'));
  return ajv.compile(readSchema('csaf-2.0/provider_json_schema.json'));
}

function withCvss(): Ajv2020 {
  const ajv = draft2020();
  for (const version of ['2.0', '3.0', '3.1']) {
    const { $schema: _, id: __, $id: ___, ...schema } = readSchema(`csaf-2.0/referenced/cvss-v${version}.json`);
    ajv.addSchema(schema, `https://www.first.org/cvss/cvss-v${version}.json`);
  }
  return ajv;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const OPTIONS = {
  strict: false,
  logger: false,
  allErrors: true,
  formats: { 'date-time': INSTANT, uri: isUri, iri: isUri },
} as const;

function draft7(): Ajv {
  return new Ajv(OPTIONS);
}

function draft2020(): Ajv2020 {
  return new Ajv2020(OPTIONS);
}

/** RFC 3986, section 3: a scheme, and no character that an address cannot hold. */
function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,./:;=?@[\]_~A-Za-z0-9-]+$/.test(text) && URL.canParse(text);
}

function readSchema(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(sharedPath(`${STANDARD_SCHEMAS}/${path}`), 'utf8'));
}
