// A VEX document of any of the three forms to statements; the form is told by what is in it.
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { Statement } from '../statement.ts';
import { readCsaf } from './csaf-read.ts';
import { readCyclonedx } from './cyclonedx-read.ts';
import { parseDocument, type VexReadOptions } from './document.ts';
import { OPENVEX_CONTEXT } from './openvex.ts';
import { readOpenvex } from './openvex-read.ts';

/** Statements of a document; those of one document have different ids. @throws ParseError, LimitError */
export function readVex(text: string, options: VexReadOptions): readonly Statement[] {
  if (text.length > LIMITS.vexBytes) throw new LimitError(`${options.file}: more than ${LIMITS.vexBytes} bytes`);
  const document = parseDocument(text, options.file);
  const { '@context': context, bomFormat, document: csaf } = membersOf(document);
  if (typeof context === 'string' && context.startsWith(OPENVEX_CONTEXT)) return readOpenvex(document, options);
  if (bomFormat === 'CycloneDX') return readCyclonedx(document, options);
  if (membersOf(csaf)['csaf_version'] !== undefined) return readCsaf(document, options);
  throw new ParseError(`${options.file}: neither OpenVEX, CSAF nor CycloneDX`);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
