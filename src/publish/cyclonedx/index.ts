// The format for inventories with their vulnerabilities: CycloneDX 1.6 (ECMA-424) with VEX.
import { jsonText } from '../../platform/json-text.ts';
import type { Format } from '../format.ts';
import { cyclonedxBom } from './bom.ts';

/** CycloneDX. */
export const cyclonedxFormat: Format = {
  id: 'cyclonedx',
  title: 'CycloneDX 1.6: every image with its packages, the vulnerabilities in them and what was decided (VEX)',
  mediaType: 'application/vnd.cyclonedx+json; version=1.6',
  render: (assessment) => `${jsonText(cyclonedxBom(assessment))}\n`,
};
