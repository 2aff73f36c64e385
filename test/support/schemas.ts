// Validators for the program's own JSON results, from the schemas that it publishes.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const FOLDER = resolve(import.meta.dirname, '../../schema');
const DATE = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Names of all schemas: `assessment-1`. */
export function schemaNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** The text of a schema. */
export function schemaText(name: string): string {
  return readFileSync(join(FOLDER, `${name}.json`), 'utf8');
}

/** The validator of a result; schemas may refer to each other. */
export function resultValidator(name: string): ValidateFunction {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    formats: { date: DATE, 'date-time': INSTANT },
  });
  for (const other of schemaNames()) ajv.addSchema(JSON.parse(schemaText(other)));
  const validate = ajv.getSchema(`urn:plimsoll:schema:${name}`);
  if (validate === undefined) throw new Error(`there is no schema ${name}`);
  return validate;
}
