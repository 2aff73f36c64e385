// The format for bills of materials: SPDX 2.3 (ISO/IEC 5962 has 2.2.1) as JSON.
import { jsonText } from '../../platform/json-text.ts';
import type { Format } from '../format.ts';
import { spdxDocument } from './document.ts';

/** SPDX. */
export const spdxFormat: Format = {
  id: 'spdx',
  title: 'SPDX 2.3: a bill of materials of the release, its images and their packages',
  mediaType: 'application/spdx+json',
  render: (assessment) => `${jsonText(spdxDocument(assessment))}\n`,
};
