// Makes the rows of an assessment from images described in few words (sample-assessment.ts).
import { type Digest, digestOf } from '../../src/platform/canonical.ts';
import { compareGaps, type Gap } from '../../src/platform/gap.ts';
import { compareText } from '../../src/platform/order.ts';
import type { FixState, SeverityLevel } from '../../src/scan/advisory/advisory.ts';
import type { AssessedImage, Finding, InventoryIdentity } from '../../src/scan/assess/assessment.ts';
import type { Package } from '../../src/scan/inventory/package.ts';
import type { PackageType } from '../../src/scan/inventory/package-types.ts';
import type { VersionScheme } from '../../src/versions/scheme.ts';

/** A vulnerability of a sample package. */
export interface SampleVulnerability {
  readonly id: string;
  readonly severity: SeverityLevel;
  readonly source: string;
  readonly raw: string;
  readonly fixedIn?: string;
  readonly fixState: FixState;
  readonly aliases?: readonly string[];
  readonly kev?: boolean;
  readonly epss?: number;
  readonly statement?: string;
  readonly fixes?: Readonly<Record<string, string>>;
}

/** A package of a sample image. */
export interface SamplePackage {
  readonly name: string;
  readonly version: string;
  readonly type: PackageType;
  readonly source?: string;
  readonly path: string;
  readonly vulnerabilities: readonly SampleVulnerability[];
}

/** An image of a sample. */
export interface SampleImage {
  readonly logical: string;
  readonly tag?: boolean;
  readonly origin?: 'own' | 'third-party';
  readonly os?: { readonly id: string; readonly version: string; readonly endOfLife?: string };
  readonly charts: readonly string[];
  readonly packages: readonly SamplePackage[];
  readonly gaps?: readonly Omit<Gap, 'target'>[];
  readonly unread?: boolean;
}

/** A sample image with what an assessment says of it. */
export interface SampleMember {
  readonly sample: SampleImage;
  readonly digest: Digest;
  readonly image: AssessedImage;
}

/** The image as an assessment lists it. */
export function assessedImage(sample: SampleImage): SampleMember {
  const repository = sample.logical.slice(0, sample.logical.lastIndexOf(':'));
  const tag = sample.logical.slice(repository.length + 1);
  const slot = `${repository}|linux/amd64${sample.tag === true ? `#${tag}` : ''}`;
  const digest = digestOf(sample.logical);
  const image: AssessedImage = {
    slot,
    logical: sample.logical,
    physical: `mirror.example/${repository}@${digest}`,
    ...(sample.unread === true ? {} : { digest }),
    platform: 'linux/amd64',
    origin: sample.origin ?? 'own',
    charts: sample.charts,
    ...(sample.os === undefined ? {} : { os: sample.os }),
    packages: sample.packages.length,
    gaps: (sample.gaps ?? []).map((gap) => ({ ...gap, target: slot })).sort(compareGaps),
  };
  return { sample, digest, image };
}

/** What an assessment says of its inventory. */
export function inventoryOf({ sample, digest, image }: SampleMember): InventoryIdentity {
  return {
    digest,
    cataloguers: ['apk@1', 'dpkg@1', 'npm@1'],
    platform: image.platform,
    created: '2022-04-01T00:00:00Z',
    ...(sample.os === undefined ? {} : { os: { id: sample.os.id, version: sample.os.version } }),
    gaps: image.gaps.filter((gap) => gap.kind === 'file-unparsed').map((gap) => ({ ...gap, target: digest })),
  };
}

/** A package as an assessment lists it. */
export function packageOf(
  sample: SamplePackage,
  image: SampleImage,
  digest: Digest,
): Package & { readonly image: Digest } {
  const namespace = sample.type === 'npm' ? 'npm' : `${image.os?.id}:${image.os?.version}`;
  return {
    purl: purlOf(sample, image),
    type: sample.type,
    name: sample.name,
    version: sample.version,
    scheme: sample.type as VersionScheme,
    ...(sample.source === undefined ? {} : { source: { name: sample.source, version: sample.version } }),
    namespace,
    location: { layer: layerOf(sample, image), path: sample.path },
    image: digest,
  };
}

/** The findings in an image, in no order. */
export function findingsOf(image: SampleImage, slot: string, digest: Digest): readonly Finding[] {
  return image.packages.flatMap((item) =>
    item.vulnerabilities.map((found) => ({
      slot,
      vulnerability: found.id,
      aliases: found.aliases ?? [],
      severity: found.severity,
      severitySource: found.source,
      rawSeverity: found.raw,
      package: item.name,
      purl: purlOf(item, image),
      version: item.version,
      ...(found.fixedIn === undefined ? {} : { fixedIn: found.fixedIn }),
      fixState: found.fixState,
      image: digest,
      layer: layerOf(item, image),
      location: item.path,
      kev: found.kev ?? false,
      ...(found.epss === undefined ? {} : { epss: found.epss }),
      advisories: [
        `${item.type === 'npm' ? 'osv' : item.type === 'apk' ? 'alpine-secdb' : 'debian-tracker'}/${found.id}`,
      ],
      ...(found.fixes === undefined ? {} : { fixes: found.fixes }),
      ...(found.statement === undefined ? {} : { statement: found.statement }),
    })),
  );
}

function layerOf(item: SamplePackage, image: SampleImage): Digest {
  return digestOf(
    item.type === 'npm' ? `application of ${image.logical}` : `base ${image.os?.id} ${image.os?.version}`,
  );
}

function purlOf(item: SamplePackage, image: SampleImage): string {
  const name = `${encodeURIComponent(item.name)}@${encodeURIComponent(item.version)}`;
  return item.type === 'npm'
    ? `pkg:npm/${name}`
    : `pkg:${item.type}/${image.os?.id}/${name}?distro=${image.os?.id}-${image.os?.version}`;
}

/** The order of findings. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.slot, b.slot) ||
    compareText(a.vulnerability, b.vulnerability) ||
    compareText(a.purl, b.purl) ||
    compareText(a.location, b.location)
  );
}
