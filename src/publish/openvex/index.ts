// The format for what was decided about vulnerabilities: OpenVEX 0.2.0.
import { jsonText } from '../../platform/json-text.ts';
import type { Format } from '../format.ts';
import { assessmentOpenvex } from './document.ts';

/** OpenVEX. */
export const openvexFormat: Format = {
  id: 'openvex',
  title: 'OpenVEX 0.2.0: status of every vulnerability in every image; without a decision it is under investigation',
  mediaType: 'application/json',
  render: (assessment) => `${jsonText(assessmentOpenvex(assessment))}\n`,
};
