// An assessment as an SPDX document: the release contains images, images contain packages. A package of the assessment is a package here, so
// that the counts agree. SPDX 2.3, clauses 6 (document), 7 (package), 11 (relationships).
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { instantOf } from '../../statements/day.ts';
import { uuidOf } from '../../statements/vex/document.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import { type Publisher, releaseTitle, UNNAMED_PUBLISHER } from '../document-facts.ts';
import { TOOL } from '../tool.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const RELEASE = 'SPDXRef-Release';
/** Licences are not read, and nothing is downloaded: said so, as clause 7 demands. */
const NOT_LOOKED_AT = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;

interface Relationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS';
  readonly relatedSpdxElement: string;
}

/** The document. */
export function spdxDocument(assessment: Assessment, publisher: Publisher = UNNAMED_PUBLISHER): object {
  const { id, release, asOf, images, packages } = assessment;
  const refs = packages.map((_, number) => `SPDXRef-Package-${number + 1}`);
  const numbersOf = Map.groupBy(packages.keys(), (number) => packages[number]?.image);
  const relationships: Relationship[] = [
    { spdxElementId: DOCUMENT, relationshipType: 'DESCRIBES', relatedSpdxElement: RELEASE },
  ];
  for (const [number, { digest }] of images.entries()) {
    const image = imageRef(number);
    relationships.push({ spdxElementId: RELEASE, relationshipType: 'CONTAINS', relatedSpdxElement: image });
    for (const inside of digest === undefined ? [] : (numbersOf.get(digest) ?? [])) {
      const relatedSpdxElement = refs[inside] ?? '';
      relationships.push({ spdxElementId: image, relationshipType: 'CONTAINS', relatedSpdxElement });
    }
  }
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: releaseTitle(assessment),
    documentNamespace: `urn:uuid:${uuidOf(`spdx ${id} ${publisher.namespace}`)}`,
    creationInfo: {
      created: instantOf(asOf),
      creators: [`Tool: ${TOOL.name}-${TOOL.version}`, `Organization: ${publisher.name}`],
    },
    documentDescribes: [RELEASE],
    packages: [
      {
        SPDXID: RELEASE,
        name: releaseTitle(assessment),
        ...(release.version === '' ? {} : { versionInfo: release.version }),
        ...NOT_LOOKED_AT,
      },
      ...images.map(imagePackage),
      ...packages.map((found, number) => installedPackage(found, refs[number] ?? '')),
    ],
    relationships,
  };
}

function imageRef(number: number): string {
  return `SPDXRef-Image-${number + 1}`;
}

function imagePackage(image: AssessedImage, number: number): object {
  const { slot, logical, digest } = image;
  return {
    SPDXID: imageRef(number),
    name: logical,
    ...(digest === undefined ? {} : { versionInfo: digest }),
    ...NOT_LOOKED_AT,
    primaryPackagePurpose: 'CONTAINER',
    comment: digest === undefined ? `slot ${slot}; the image could not be read` : `slot ${slot}`,
    ...(digest === undefined ? {} : { externalRefs: [purlRef(imagePurl(image))] }),
  };
}

function installedPackage(found: Assessment['packages'][number], ref: string): object {
  const { name, version, purl, source, location } = found;
  const origin = source === undefined ? '' : `; built from source package ${source.name} ${source.version}`;
  return {
    SPDXID: ref,
    name,
    versionInfo: version,
    ...NOT_LOOKED_AT,
    sourceInfo: `found in ${location.path}${origin}`,
    externalRefs: [purlRef(purl)],
  };
}

function purlRef(purl: string): object {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl };
}
