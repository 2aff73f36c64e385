// The forms in which an assessment is given out, the default first.
import { csvFormats } from './csv/index.ts';
import type { Format } from './format.ts';
import { htmlFormat } from './html/index.ts';
import { jsonFormat } from './json/index.ts';
import { tableFormat } from './terminal/index.ts';
import { xlsxFormat } from './xlsx/index.ts';

/** Every format, the default first. */
export const FORMATS: readonly Format[] = [tableFormat, jsonFormat, htmlFormat, xlsxFormat, ...csvFormats];

/** The format of an id, or undefined. */
export function formatNamed(id: string): Format | undefined {
  return FORMATS.find((format) => format.id === id);
}
