// Documents for the tests of bills of materials, written after the published schemas (CycloneDX 1.4 to 1.7, SPDX 2.3) with the properties that Syft and
// Trivy add. Those of real programs are in trivy.test.ts and spdx.test.ts.
import type { Gap } from '../../../platform/gap.ts';
import type { Package } from '../../inventory/package.ts';
import { readSbom, type Sbom } from './read-sbom.ts';

/** Of the described image. */
export const DIGEST = `sha256:${'ab'.repeat(32)}` as const;
/** Of its layer. */
export const LAYER = `sha256:${'cd'.repeat(32)}` as const;

/** The member `properties` of CycloneDX with these names and values. */
export function properties(values: Readonly<Record<string, string>>): object {
  return { properties: Object.entries(values).map(([name, value]) => ({ name, value })) };
}

/** An image as Syft describes one. */
export function syftDocument(specVersion = '1.6'): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion,
    version: 1,
    metadata: {
      component: { 'bom-ref': 'image', type: 'container', name: 'registry.example/app:1.0', version: DIGEST },
    },
    components: [
      {
        type: 'library',
        name: 'libssl3',
        version: '3.0.11-1~deb12u2',
        purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=arm64&upstream=openssl&distro=debian-12',
        ...properties({ 'syft:location:0:path': '/var/lib/dpkg/status', 'syft:location:0:layerID': LAYER }),
      },
      {
        type: 'library',
        name: 'login',
        version: '1:4.13+dfsg1-1+b1',
        purl: 'pkg:deb/debian/login@1%3A4.13%2Bdfsg1-1%2Bb1?arch=arm64&upstream=shadow%401%3A4.13%2Bdfsg1-1&distro=debian-12',
      },
      { type: 'library', name: 'stdlib', version: 'go1.21.5', purl: 'pkg:golang/stdlib@1.21.5' },
      {
        type: 'library',
        name: 'github.com/Masterminds/sprig',
        version: 'v2.22.0',
        purl: 'pkg:golang/github.com/masterminds/sprig@v2.22.0',
      },
      { type: 'library', name: 'github.com/acme/tool', purl: 'pkg:golang/github.com/acme/tool' },
      {
        type: 'library',
        group: 'org.apache.logging.log4j',
        name: 'log4j-core',
        version: '2.14.1',
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
      },
      { type: 'library', name: 'Flask_Login', version: '0.5.0', purl: 'pkg:pypi/flask-login@0.5.0' },
      { type: 'library', name: 'Newtonsoft.Json', version: '12.0.1', purl: 'pkg:nuget/Newtonsoft.Json@12.0.1' },
      { type: 'application', name: 'busybox', version: '1.36.1', purl: 'pkg:generic/busybox@1.36.1' },
      { type: 'file', name: '/etc/passwd' },
      { type: 'operating-system', name: 'debian', version: '12' },
    ],
  };
}

/** A document as a file holds it. */
export function bytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** Reads a document. */
export function read(value: unknown): Promise<Sbom> {
  return readSbom(bytes(value), 'a.json');
}

/** A document with these components. */
export function bom(...components: readonly unknown[]): object {
  return { bomFormat: 'CycloneDX', specVersion: '1.5', components };
}

/** A package but for the place where it was found. */
export function withoutLocation({ location: _, ...rest }: Package): object {
  return rest;
}

/** An image as SPDX describes one, with a package that owns another. */
export function spdxDocument(): object {
  const spdxPackage = (
    id: string,
    name: string,
    version: string,
    purl: string | undefined,
    more: object = {},
  ): object => ({
    SPDXID: `SPDXRef-${id}`,
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    ...(purl === undefined
      ? {}
      : { externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }] }),
    ...more,
  });
  const link = (from: string, relationshipType: string, to: string, comment?: string): object => ({
    spdxElementId: `SPDXRef-${from}`,
    relationshipType,
    relatedSpdxElement: `SPDXRef-${to}`,
    ...(comment === undefined ? {} : { comment }),
  });
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    name: 'app',
    documentNamespace: 'https://sbom.example/app',
    creationInfo: { created: '2024-01-02T03:04:05Z', creators: ['Tool: test'] },
    packages: [
      spdxPackage(
        'image',
        'app',
        '1.0',
        `pkg:oci/app@${encodeURIComponent(DIGEST)}?arch=arm64&repository_url=registry.example%2Fteam%2Fapp&tag=1.0`,
        { primaryPackagePurpose: 'CONTAINER' },
      ),
      spdxPackage(
        'deb',
        'python3-flask',
        '2.2.2-3',
        'pkg:deb/debian/python3-flask@2.2.2-3?arch=all&distro=debian-12&upstream=flask',
      ),
      spdxPackage('flask', 'Flask', '2.2.2', 'pkg:pypi/Flask@2.2.2'),
      spdxPackage('recipe', 'flask.yaml', '1', 'pkg:github/wolfi-dev/os@1#flask.yaml'),
      spdxPackage('source', 'flask', '1', 'pkg:generic/flask@1', { primaryPackagePurpose: 'SOURCE' }),
      spdxPackage('odd', 'unlabelled', '1', undefined),
    ],
    relationships: [
      link('DOCUMENT', 'DESCRIBES', 'image'),
      link('image', 'CONTAINS', 'deb'),
      link(
        'deb',
        'OTHER',
        'flask',
        'ownership-by-file-overlap: indicates that the parent package claims ownership of a child package',
      ),
      link('deb', 'GENERATED_FROM', 'recipe'),
    ],
  };
}

/** A gap without its target. */
export function plain({ kind, location, reason }: Gap): readonly [string, string | undefined, string] {
  return [kind, location, reason];
}
