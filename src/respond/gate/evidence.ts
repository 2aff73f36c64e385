// Criteria on what is known: how much was read and judged, and whether a distribution still records vulnerabilities.
import { packageCoverage } from '../../explain/coverage.ts';
import type { Digest } from '../../platform/canonical.ts';
import type { Verdict } from '../../platform/verdict.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { verdictOf } from './gate-verdict.ts';

/** Share of images read, and of packages with a whole main feed. An assessment without either is no evidence. */
export function coverageVerdict(assessment: Assessment, percent: number): Verdict {
  const subject = `coverage of at least ${percent} %`;
  const images = assessment.images.length;
  const read = assessment.images.filter(({ digest }) => digest !== undefined).length;
  const { total, covered } = packageCoverage(assessment);
  const evidence = [`${read} of ${images} images read`, `${covered} of ${total} packages with a whole main feed`];
  if (images === 0 || total === 0) return verdictOf('coverage', subject, 'no-evidence', evidence, 'nothing was read');
  const short = read * 100 < images * percent || covered * 100 < total * percent;
  return verdictOf('coverage', subject, short ? 'fail' : 'pass', evidence, evidence.join(', '));
}

/** No image on a distribution that has ended. One whose end is not known is no evidence, unless the distribution has no releases or there is none. */
export function endOfLifeVerdict(assessment: Assessment): Verdict {
  const subject = 'no base past its end of life';
  const { asOf, images } = assessment;
  const ended = images.filter(({ os }) => os?.endOfLife !== undefined && os.endOfLife.slice(0, 10) < asOf);
  if (ended.length > 0) {
    const evidence = ended.map(({ slot, os }) => `${slot} ${nameOf(os)} ended ${os?.endOfLife?.slice(0, 10)}`);
    return verdictOf('end-of-life', subject, 'fail', evidence, `${ended.length} of ${images.length} images`);
  }
  const withSystem = imagesWithSystem(assessment);
  const unknown = images.filter(
    ({ digest, os }) =>
      digest === undefined ||
      (os === undefined && withSystem.has(digest)) ||
      (os?.version !== undefined && os.endOfLife === undefined),
  );
  if (unknown.length > 0) {
    const evidence = unknown.map(
      ({ slot, os }) =>
        `${slot} ${os === undefined ? 'distribution not known' : `${nameOf(os)}: end of life not known`}`,
    );
    return verdictOf(
      'end-of-life',
      subject,
      'no-evidence',
      evidence,
      `not known of ${unknown.length} of ${images.length} images`,
    );
  }
  return verdictOf('end-of-life', subject, 'pass', [], 'none has ended');
}

/** Images with packages of a distribution. */
export function imagesWithSystem({ packages }: Pick<Assessment, 'packages'>): ReadonlySet<Digest> {
  return new Set(
    packages.filter(({ type }) => type === 'apk' || type === 'deb' || type === 'rpm').map(({ image }) => image),
  );
}

function nameOf(os: AssessedImage['os']): string {
  return os === undefined ? '' : `${os.id} ${os.version ?? ''}`.trim();
}
