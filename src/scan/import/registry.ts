// All importers, sorted by id.
import { cyclonedx } from './cyclonedx/index.ts';
import { grype } from './grype/index.ts';
import type { Importer } from './importer.ts';
import { snyk } from './snyk/index.ts';
import { trivy } from './trivy/index.ts';

/** The importers that `scan` knows. */
export const IMPORTERS: readonly Importer[] = [cyclonedx, grype, snyk, trivy];
