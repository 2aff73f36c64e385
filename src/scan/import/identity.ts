// Which image a report is about: its reference, what was scanned, its digest. A report without a digest is known by its own, and says so in a gap.
import type { Gap } from '../../platform/gap.ts';
import type { SbomSubject } from '../release/sbom/document.ts';
import { namesOf } from '../release/sbom/subject.ts';
import type { ImportedImage, ReportFile } from './imported.ts';
import { firstDigest } from './rows.ts';

/** Digests that a report states without a reference, unchecked. */
export interface StatedDigests {
  /** Of the manifest, where the scanner saw one. */
  readonly manifest?: string;
  /** Of the configuration, which Docker calls the image's id. */
  readonly configuration?: string;
}

/** The members of an imported image that name it. */
export type ImageIdentity = Pick<ImportedImage, 'logical' | 'physical' | 'digest' | 'gaps'>;

/**
 * Identifies the image of a report.
 * @param importer id of the importer
 */
export function identifyImage(
  importer: string,
  subject: SbomSubject,
  stated: StatedDigests,
  file: ReportFile,
): ImageIdentity {
  const names = namesOf(subject);
  const logical = names.logical ?? `${importer}:${file.path}`;
  const digest = names.digest ?? firstDigest(stated.manifest, stated.configuration);
  const gaps: readonly Gap[] =
    digest === undefined
      ? [
          {
            kind: 'undecidable',
            target: logical,
            location: 'digest',
            reason:
              'the report states no digest of the image; its own stands for it, so that every new report looks like a new image',
          },
        ]
      : [];
  return { logical, physical: names.physical ?? logical, digest: digest ?? file.digest, gaps };
}
