// The format for code-scanning dashboards: OASIS SARIF 2.1.0.
import { jsonText } from '../../platform/json-text.ts';
import type { Format } from '../format.ts';
import { sarifLog } from './log.ts';

/** SARIF. */
export const sarifFormat: Format = {
  id: 'sarif',
  title: 'SARIF 2.1.0 for code scanning: a result a vulnerability in an image (basis instances)',
  mediaType: 'application/sarif+json',
  render: (assessment) => `${jsonText(sarifLog(assessment))}\n`,
};
