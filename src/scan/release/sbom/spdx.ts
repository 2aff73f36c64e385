// SPDX JSON 2.2 and 2.3 (ISO/IEC 5962): gives the subject, the distribution and the packages. What tools add: Trivy names the source package in
// `sourceInfo` and tags in `attributionTexts`; Syft says in a relationship which package owns the files of another.
import { z } from 'zod';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import type { SbomComponent, SbomDocument, SbomProblem, SbomSubject } from './document.ts';

const text = z.string().nullish();
const anything = z.array(z.unknown()).nullish();
const element = z.object({
  SPDXID: z.string(),
  name: z.string(),
  versionInfo: text,
  sourceInfo: text,
  primaryPackagePurpose: text,
  attributionTexts: z.array(z.string()).nullish(),
  externalRefs: z.array(z.object({ referenceType: text, referenceLocator: text })).nullish(),
});
const relationship = z.object({
  spdxElementId: z.string(),
  relatedSpdxElement: z.string(),
  relationshipType: z.string(),
  comment: text,
});
const document = z.object({
  spdxVersion: z.string().regex(/^SPDX-2\.[23]$/, 'is no version from SPDX-2.2 to SPDX-2.3'),
  documentDescribes: z.array(z.string()).nullish(),
  packages: anything,
  relationships: anything,
});

type Element = z.infer<typeof element>;
type Relationship = z.infer<typeof relationship>;

/** Purposes of packages that run nowhere in the image; what it was built from is told apart by its relationship. */
const NOT_INSTALLED: ReadonlySet<string> = new Set([
  'ARCHIVE',
  'CONTAINER',
  'DEVICE',
  'FILE',
  'OPERATING-SYSTEM',
  'OPERATING_SYSTEM',
  'SOURCE',
]);

/**
 * Reads a document.
 * @param value parsed JSON
 * @throws ParseError when it is none as a whole; LimitError
 */
export function readSpdx(value: unknown): SbomDocument {
  const parsed = document.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ParseError(`SPDX: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`);
  }
  const { spdxVersion, documentDescribes, packages, relationships } = parsed.data;
  if ((packages?.length ?? 0) > LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} packages`);
  const problems: SbomProblem[] = [];
  const elements = readElements(packages ?? [], problems);
  const links = (relationships ?? []).flatMap((link) => relationship.safeParse(link).data ?? []);
  const described = new Set([
    ...(documentDescribes ?? []),
    ...links.filter(({ relationshipType }) => relationshipType === 'DESCRIBES').map((link) => link.relatedSpdxElement),
  ]);
  const subject = elements.find(({ SPDXID }) => described.has(SPDXID));
  const system = elements.find(({ primaryPackagePurpose }) =>
    /^OPERATING[-_]SYSTEM$/.test(primaryPackagePurpose ?? ''),
  );
  const sources = sourceIds(links);
  const owners = ownersOf(elements, links);
  return {
    format: spdxVersion,
    subject: subjectOf(subject),
    ...(system === undefined ? {} : { os: { name: system.name, ...versionOf(system) } }),
    components: elements
      .filter((one) => !sources.has(one.SPDXID) && isSoftware(one, subject))
      .map((one) => componentOf(one, owners.get(one.SPDXID))),
    problems,
    vulnerabilities: 0,
  };
}

function readElements(packages: readonly unknown[], problems: SbomProblem[]): readonly Element[] {
  return packages.flatMap((one) => {
    const { success, data } = element.safeParse(one);
    if (success) return [data];
    problems.push({
      kind: 'file-unparsed',
      reason: 'without an id and name as the format wants them',
      name: 'unnamed',
    });
    return [];
  });
}

/** Packages that others were made from or are described by: source archives and build recipes. */
function sourceIds(links: readonly Relationship[]): ReadonlySet<string> {
  const sources = links.flatMap(({ relationshipType, spdxElementId, relatedSpdxElement }) => {
    if (relationshipType === 'GENERATED_FROM' || relationshipType === 'DESCRIBED_BY') return [relatedSpdxElement];
    return relationshipType === 'GENERATES' ? [spdxElementId] : [];
  });
  return new Set(sources);
}

/** Package URLs of owners, by the id of what they own (Syft's comment on the relationship OTHER). */
function ownersOf(elements: readonly Element[], links: readonly Relationship[]): ReadonlyMap<string, string> {
  const purls = new Map(
    elements.flatMap((one) => {
      const purl = purlOf(one);
      return purl === undefined ? [] : [[one.SPDXID, purl] as const];
    }),
  );
  const owners = new Map<string, string>();
  for (const { relationshipType, comment, spdxElementId, relatedSpdxElement } of links) {
    if (relationshipType !== 'OTHER' || comment?.startsWith('ownership-by-file-overlap') !== true) continue;
    const owner = purls.get(spdxElementId);
    if (owner !== undefined) owners.set(relatedSpdxElement, owner);
  }
  return owners;
}

function isSoftware(one: Element, subject: Element | undefined): boolean {
  if (purlOf(one) !== undefined) return !NOT_INSTALLED.has(one.primaryPackagePurpose ?? '');
  return one !== subject && !isGroup(one) && !NOT_INSTALLED.has(one.primaryPackagePurpose ?? '');
}

/** An application without package URL and version groups others: Trivy's lock files. */
function isGroup({ primaryPackagePurpose, versionInfo }: Element): boolean {
  return primaryPackagePurpose === 'APPLICATION' && (versionInfo ?? '') === '';
}

function subjectOf(subject: Element | undefined): SbomSubject {
  if (subject === undefined) return { isImage: false, tags: [], digests: [] };
  const purl = purlOf(subject);
  const attributed = (key: string): readonly string[] =>
    (subject.attributionTexts ?? []).flatMap((line) =>
      line.startsWith(`${key}: `) ? [line.slice(key.length + 2)] : [],
    );
  return {
    isImage: subject.primaryPackagePurpose === 'CONTAINER' || purl?.startsWith('pkg:oci/') === true,
    name: subject.name,
    ...versionOf(subject),
    ...(purl === undefined ? {} : { purl }),
    tags: attributed('RepoTag'),
    digests: attributed('RepoDigest'),
  };
}

function componentOf(one: Element, owner: string | undefined): SbomComponent {
  const purl = purlOf(one);
  const [, name, version] = /^built package from: (\S+) (\S+)$/.exec(one.sourceInfo ?? '') ?? [];
  const layer = (one.attributionTexts ?? [])
    .find((line) => line.startsWith('LayerDigest: '))
    ?.slice('LayerDigest: '.length);
  return {
    ref: one.SPDXID,
    name: one.name,
    ...versionOf(one),
    ...(purl === undefined ? {} : { purl }),
    ...(name === undefined || version === undefined ? {} : { source: { name, version } }),
    ...(layer === undefined ? {} : { layer }),
    ...(owner === undefined ? {} : { owner }),
  };
}

function purlOf({ externalRefs }: Element): string | undefined {
  const found = (externalRefs ?? []).find(({ referenceType }) => referenceType === 'purl')?.referenceLocator;
  return found == null || found === '' ? undefined : found;
}

function versionOf({ versionInfo }: Element): { readonly version?: string } {
  return versionInfo == null || versionInfo === '' ? {} : { version: versionInfo };
}
