// An assessment as a CycloneDX bill of materials: a container component a slot, its packages inside it, and the vulnerabilities with the
// packages they affect. ECMA-424 (CycloneDX 1.6), members "component", "vulnerability", "dependencies".
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import { instantOf } from '../../statements/day.ts';
import { uuidOf } from '../../statements/vex/document.ts';
import { imagePurl } from '../../statements/vex/product.ts';
import { type Publisher, releaseTitle } from '../document-facts.ts';
import { TOOL } from '../tool.ts';
import { vulnerabilitiesOf } from './vulnerabilities.ts';

const RELEASE_REF = 'release';

type Package = Assessment['packages'][number];

/** The document; its supplier is who publishes it, where that is known. Packages with one URL in several places of an image are one component with several occurrences. */
export function cyclonedxBom(assessment: Assessment, publisher?: Publisher): object {
  const { id, release, asOf, images, gaps } = assessment;
  const byImage = Map.groupBy(assessment.packages, ({ image }) => image);
  const refs = new Map<string, ReadonlyMap<string, string>>();
  const components = images.map((image, number) => {
    const ref = `image-${number + 1}`;
    const byPurl = Map.groupBy(image.digest === undefined ? [] : (byImage.get(image.digest) ?? []), ({ purl }) => purl);
    const numbered = [...byPurl].map(([purl, found], at) => ({ purl, found, ref: `${ref}/package-${at + 1}` }));
    refs.set(image.slot, new Map(numbered.map((one) => [one.purl, one.ref])));
    return imageComponent(
      image,
      ref,
      numbered.map((one) => packageComponent(one.ref, one.found)),
    );
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`cyclonedx ${id}`)}`,
    version: 1,
    metadata: {
      timestamp: instantOf(asOf),
      tools: { components: [{ type: 'application', name: TOOL.name, version: TOOL.version }] },
      component: {
        type: 'platform',
        'bom-ref': RELEASE_REF,
        name: release.name || releaseTitle(assessment),
        ...(release.version === '' ? {} : { version: release.version }),
      },
      ...(publisher === undefined ? {} : { supplier: { name: publisher.name, url: [publisher.namespace] } }),
      properties: [
        { name: 'plimsoll:assessment', value: id },
        { name: 'plimsoll:advisorySet', value: assessment.advisorySet.id },
        { name: 'plimsoll:severityPolicy', value: assessment.severityPolicy },
        ...gaps.map((gap) => ({
          name: `plimsoll:gap:${gap.kind}`,
          value: `${gap.location === undefined ? gap.target : `${gap.target} ${gap.location}`}: ${gap.reason}`,
        })),
      ],
    },
    components,
    dependencies: [{ ref: RELEASE_REF, dependsOn: images.map((_, number) => `image-${number + 1}`) }],
    vulnerabilities: vulnerabilitiesOf(assessment, refs),
  };
}

function imageComponent(image: AssessedImage, ref: string, packages: readonly object[]): object {
  const { slot, logical, digest, platform, origin, os } = image;
  return {
    type: 'container',
    'bom-ref': ref,
    name: logical,
    ...(digest === undefined ? {} : { version: digest, purl: imagePurl(image) }),
    properties: [
      { name: 'plimsoll:slot', value: slot },
      { name: 'plimsoll:platform', value: platform },
      { name: 'plimsoll:origin', value: origin },
      ...(os === undefined ? [] : [{ name: 'plimsoll:os', value: [os.id, os.version].filter(Boolean).join(' ') }]),
      ...(digest === undefined ? [{ name: 'plimsoll:unread', value: 'true' }] : []),
    ],
    ...(packages.length === 0 ? {} : { components: packages }),
  };
}

/** @param found the places of one package, at least one. */
function packageComponent(ref: string, found: readonly Package[]): object {
  const [first] = found;
  if (first === undefined) return { type: 'library', 'bom-ref': ref, name: ref };
  return {
    type: 'library',
    'bom-ref': ref,
    name: first.name,
    version: first.version,
    purl: first.purl,
    evidence: { occurrences: found.map(({ location }) => ({ location: location.path })) },
    ...(first.source === undefined
      ? {}
      : { properties: [{ name: 'plimsoll:source', value: `${first.source.name} ${first.source.version}` }] }),
  };
}
