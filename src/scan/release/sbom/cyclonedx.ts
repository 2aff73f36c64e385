// CycloneDX JSON 1.2 to 1.7 (ECMA-424): gives the subject, the distribution and the components with what Trivy and Syft put into `properties`.
// Only the fields that are used are checked; a component that does not follow the format costs itself.
import { z } from 'zod';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { SbomComponent, SbomDocument, SbomProblem, SbomSubject } from './document.ts';
import { distributionVersion } from './make-package.ts';

const text = z.string().nullish();
const anything = z.array(z.unknown()).nullish();
const component = z.object({
  type: z.string(),
  name: z.string(),
  group: text,
  version: text,
  purl: text,
  'bom-ref': text,
  properties: z.array(z.object({ name: text, value: text })).nullish(),
  components: anything,
});
const bom = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string().regex(/^1\.[2-7]$/, 'is no version from 1.2 to 1.7'),
  metadata: z.object({ component: z.unknown().optional() }).nullish(),
  components: anything,
  vulnerabilities: anything,
});

/** A component that follows the format. */
export type CycloneDxComponent = z.infer<typeof component>;

/** Types of components that are software in the image, whether or not they name a package. Files, data and the like are none. */
const SOFTWARE: ReadonlySet<string> = new Set([
  'application',
  'device-driver',
  'firmware',
  'framework',
  'library',
  'platform',
]);

/**
 * Reads a document.
 * @param value parsed JSON
 * @throws ParseError when it is none as a whole; LimitError
 */
export function readCycloneDx(value: unknown): SbomDocument {
  const parsed = bom.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ParseError(`CycloneDX: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`);
  }
  const { specVersion, metadata, components, vulnerabilities } = parsed.data;
  const subject = component.safeParse(metadata?.component).data;
  const problems: SbomProblem[] = [];
  const all = flatten([...(subject?.components ?? []), ...(components ?? [])], problems);
  const system = all.find(({ type }) => type === 'operating-system');
  return {
    format: `CycloneDX ${specVersion}`,
    subject: subjectOf(subject),
    ...(system === undefined ? {} : { os: { name: system.name, ...optional('version', system.version) } }),
    components: [...(subject === undefined || !hasPurl(subject) ? [] : [subject]), ...all.filter(isSoftware)].map(
      componentOf,
    ),
    problems,
    vulnerabilities: vulnerabilities?.length ?? 0,
  };
}

/** The components with those inside them, each before its parts. */
function flatten(roots: readonly unknown[], problems: SbomProblem[]): readonly CycloneDxComponent[] {
  const found: CycloneDxComponent[] = [];
  const waiting = [...roots].reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { success, data } = component.safeParse(next);
    if (!success) {
      problems.push({
        kind: 'file-unparsed',
        reason: 'without a type and name as the format wants them',
        name: nameOf(next),
      });
      continue;
    }
    found.push(data);
    if (found.length + waiting.length > LIMITS.packages)
      throw new LimitError(`more than ${LIMITS.packages} components`);
    for (const inner of (data.components ?? []).toReversed()) waiting.push(inner);
  }
  return found;
}

/** Whether a component is to be matched. An application without package URL and version is a group of others (Trivy's lock files). */
function isSoftware(one: CycloneDxComponent): boolean {
  if (hasPurl(one)) return true;
  return SOFTWARE.has(one.type) && !(one.type === 'application' && (one.version ?? '') === '');
}

function hasPurl({ purl }: CycloneDxComponent): boolean {
  return purl != null && purl !== '';
}

function subjectOf(subject: CycloneDxComponent | undefined): SbomSubject {
  if (subject === undefined) return { isImage: false, tags: [], digests: [] };
  return {
    isImage: subject.type === 'container',
    name: subject.name,
    ...optional('version', subject.version),
    ...optional('purl', subject.purl),
    tags: properties(subject, 'aquasecurity:trivy:RepoTag'),
    digests: properties(subject, 'aquasecurity:trivy:RepoDigest'),
  };
}

function componentOf(one: CycloneDxComponent): SbomComponent {
  const source = trivySource(one) ?? syftSource(one);
  return {
    ...optional('ref', one['bom-ref']),
    name: one.group == null || one.group === '' ? one.name : `${one.group}/${one.name}`,
    ...optional('version', one.version),
    ...optional('purl', one.purl === '' ? undefined : one.purl),
    ...(source === undefined ? {} : { source }),
    ...optional(
      'module',
      property(one, 'aquasecurity:trivy:Modularitylabel') ?? property(one, 'syft:metadata:modularityLabel'),
    ),
    ...optional(
      'layer',
      property(one, 'aquasecurity:trivy:LayerDigest') ??
        property(one, 'aquasecurity:trivy:LayerDiffID') ??
        property(one, 'syft:location:0:layerID'),
    ),
    ...optional('path', property(one, 'aquasecurity:trivy:FilePath') ?? property(one, 'syft:location:0:path')),
  };
}

/** Trivy splits the version of a source package into epoch, version and release. */
function trivySource(one: CycloneDxComponent): SbomComponent['source'] {
  const part = (key: string): string | undefined => property(one, `aquasecurity:trivy:Src${key}`);
  const name = part('Name');
  const version = distributionVersion(part('Epoch'), part('Version'), part('Release'));
  return name === undefined || version === undefined ? undefined : { name, version };
}

/** What Syft keeps of dpkg's `Source` and apk's origin; for rpm the package URL has it. */
function syftSource(one: CycloneDxComponent): SbomComponent['source'] {
  const name = property(one, 'syft:metadata:source') ?? property(one, 'syft:metadata:originPackage');
  const version = property(one, 'syft:metadata:sourceVersion');
  return name === undefined ? undefined : { name, ...(version === undefined ? {} : { version }) };
}

function property(one: CycloneDxComponent, name: string): string | undefined {
  return properties(one, name)[0];
}

function properties(one: CycloneDxComponent, name: string): readonly string[] {
  return (one.properties ?? []).flatMap((pair) =>
    pair.name === name && pair.value != null && pair.value !== '' ? [pair.value] : [],
  );
}

function nameOf(value: unknown): string {
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? name : 'unnamed';
}

function optional<K extends string>(key: K, value: string | null | undefined): { readonly [P in K]?: string } {
  return value == null ? {} : ({ [key]: value } as { [P in K]: string });
}
