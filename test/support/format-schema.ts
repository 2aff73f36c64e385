// Validators for documents of standard formats, from the formats' own JSON schemas among the shared inputs.
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { sharedPath } from './needs.ts';

/** Where the schemas lie among the shared inputs. */
export const FORMAT_SCHEMAS = 'data/supply/schemas';

/** The validator of a CycloneDX version: `1.5`. */
export function cycloneDxValidator(version: string): ValidateFunction {
  const ajv = schemaReader();
  for (const part of ['spdx.schema.json', 'jsf-0.82.schema.json', 'cryptography-defs.schema.json']) {
    ajv.addSchema(read(`cyclonedx/${part}`));
  }
  return ajv.compile(read(`cyclonedx/bom-${version}.schema.json`));
}

/** The validator of SPDX 2.3. */
export function spdxValidator(): ValidateFunction {
  return schemaReader().compile(read('spdx/spdx-2.3.schema.json'));
}

/** The schemas name formats that Ajv does not bring, and have words that its strict mode refuses. */
function schemaReader(): Ajv {
  return new Ajv({ strict: false, logger: false, validateFormats: false });
}

function read(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(sharedPath(`${FORMAT_SCHEMAS}/${path}`), 'utf8'));
}
