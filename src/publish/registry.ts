// The forms in which an assessment is given out, the default first.
import { csafFormat } from './csaf/index.ts';
import { csvFormats } from './csv/index.ts';
import { cyclonedxFormat } from './cyclonedx/index.ts';
import type { Format } from './format.ts';
import { htmlFormat } from './html/index.ts';
import { jsonFormat } from './json/index.ts';
import { markdownFormat } from './markdown/index.ts';
import { openvexFormat } from './openvex/index.ts';
import { sarifFormat } from './sarif/index.ts';
import { spdxFormat } from './spdx/index.ts';
import { tableFormat } from './terminal/index.ts';
import { xlsxFormat } from './xlsx/index.ts';

/** Every format, the default first. */
export const FORMATS: readonly Format[] = [
  tableFormat,
  jsonFormat,
  htmlFormat,
  xlsxFormat,
  ...csvFormats,
  markdownFormat,
  sarifFormat,
  cyclonedxFormat,
  spdxFormat,
  openvexFormat,
  csafFormat,
];

/** The format of an id, or undefined. */
export function formatNamed(id: string): Format | undefined {
  return FORMATS.find((format) => format.id === id);
}
