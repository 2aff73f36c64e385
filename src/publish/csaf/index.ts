// The format for security advisories: CSAF 2.0, profile VEX.
import type { Format } from '../format.ts';
import { assessmentCsaf } from './document.ts';

/** CSAF. From a scan it is a draft without an issuer; `publish` names one. */
export const csafFormat: Format = {
  id: 'csaf',
  title: 'CSAF 2.0 (profile VEX) as a draft: status of every vulnerability in every package of every image',
  mediaType: 'application/json',
  render: (assessment) => assessmentCsaf(assessment),
};
