// A bill of materials on disk: reads the file, tells its format, gives the document and the inventory of the image that it describes.
import { digestOf } from '../../../platform/canonical.ts';
import { messageOf, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { Inventory } from '../../inventory/package.ts';
import { readFile } from '../folder.ts';
import type { SbomDocument } from './document.ts';
import { inventoryOf } from './inventory.ts';

/** What a document without an image behind it gives. */
export interface Sbom {
  readonly document: SbomDocument;
  /** `image` is the digest of the file's bytes: another document is another inventory, of whatever image. */
  readonly inventory: Inventory;
}

/**
 * Reads a file.
 * @param name of the file, for locations
 * @throws PlimsollError `input-missing`, `input-unreadable`; ParseError; LimitError
 */
export async function readSbomFile(path: string, name: string): Promise<Sbom> {
  return readSbom(readFile(path, LIMITS.scannerFileBytes), name);
}

/**
 * Reads a document.
 * @throws ParseError when the bytes are no document of a known format; LimitError
 */
export async function readSbom(bytes: Uint8Array, name: string): Promise<Sbom> {
  const document = await readDocument(parseJson(bytes));
  return { document, inventory: inventoryOf(document, digestOf(bytes), name) };
}

/**
 * Reads a JSON text.
 * @throws ParseError
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const [first] = bytes;
    const hint = first === '<'.charCodeAt(0) ? ' (it looks like XML; only JSON is read)' : '';
    throw new ParseError(`it is no JSON: ${messageOf(error)}${hint}`, { cause: error });
  }
}

async function readDocument(value: unknown): Promise<SbomDocument> {
  const members = typeof value === 'object' && value !== null ? value : {};
  if ('bomFormat' in members) return (await import('./cyclonedx.ts')).readCycloneDx(value);
  if ('spdxVersion' in members) return (await import('./spdx.ts')).readSpdx(value);
  if ('@graph' in members) throw new ParseError('it is SPDX 3, which is not read; write SPDX 2.3 or CycloneDX');
  throw new ParseError('it is neither CycloneDX nor SPDX: it has no bomFormat and no spdxVersion');
}
