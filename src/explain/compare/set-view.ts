// What one side's advisory set says of any image of either side: by the set itself, or, where it is not at hand, by what it said of
// the same packages in that side's findings. Pure given the set.
import type { Digest } from '../../platform/canonical.ts';
import type { AdvisorySet } from '../../scan/advisory/advisory.ts';
import type { Assessment, Finding } from '../../scan/assess/assessment.ts';
import { createJudge } from '../../scan/assess/judge.ts';
import type { SeverityPolicy } from '../../scan/assess/severity.ts';
import type { Package } from '../../scan/inventory/package.ts';
import { compareVersions, isValidVersion } from '../../versions/compare.ts';

/** A finding of an evaluation, without its place. */
export interface EvaluatedRow extends Omit<Finding, 'slot' | 'statement'> {
  /** The set was not at hand and that side had not judged this very package: told from what it said of other versions. */
  readonly inferred: boolean;
}

/** An image's packages. */
export interface Contents {
  readonly image: Digest;
  readonly packages: readonly Package[];
}

/** What a set says of an image under a severity policy. */
export type SetView = (contents: Contents, policy: SeverityPolicy) => readonly EvaluatedRow[];

/** Asks the set itself. `all` are the images that it will be asked about; `own` is what it was asked already, with its severity policy. */
export function viewOfSet(
  set: AdvisorySet,
  all: readonly Contents[],
  own?: { readonly assessment: Assessment; readonly policy: SeverityPolicy },
): SetView {
  const judges = new Map<SeverityPolicy, ReturnType<typeof createJudge<Contents>>>();
  const told = own === undefined ? undefined : rowsByImage(own.assessment);
  return (contents, policy) => {
    const known = policy === own?.policy ? told?.get(contents.image) : undefined;
    if (known !== undefined) return known.map(withoutPlace);
    const judge = judges.get(policy) ?? createJudge(all, set, policy);
    judges.set(policy, judge);
    return judge(contents).rows.map((row) => ({ ...row, inferred: false }));
  };
}

/** The rows of each image that was read, from one of its slots. */
function rowsByImage({ images, findings }: Assessment): ReadonlyMap<Digest, readonly Finding[]> {
  const bySlot = Map.groupBy(findings, ({ slot }) => slot);
  return new Map(
    images.flatMap(({ digest, slot }) => (digest === undefined ? [] : [[digest, bySlot.get(slot) ?? []]])),
  );
}

function withoutPlace({ slot: _, statement: __, ...row }: Finding): EvaluatedRow {
  return { ...row, inferred: false };
}

/** Asks the findings and packages of an assessment made with the set; it knows the severities of that assessment's policy only. */
export function viewOfFindings(findings: readonly Finding[], packages: readonly Package[]): SetView {
  const judged = new Set(packages.map(packageKey));
  const templates = new Map<string, Map<string, Finding>>();
  const byName = new Map<string, Map<string, Finding>>();
  const keysByRow = new Map(packages.map((installed) => [rowKey(installed), packageKey(installed)]));
  for (const finding of findings) {
    const key = keysByRow.get(rowKey(finding));
    if (key === undefined) continue;
    remember(templates, key, finding);
    remember(byName, nameKey(key), finding);
  }
  return ({ image, packages: asked }) =>
    asked.flatMap((installed) => {
      const key = packageKey(installed);
      const known = judged.has(key);
      const said = (known ? templates.get(key) : byName.get(nameKey(key))) ?? new Map<string, Finding>();
      return [...said.values()]
        .filter((finding) => known || isBelowFix(installed, finding))
        .map((finding) => transferred(finding, installed, image, !known));
    });
}

function remember(index: Map<string, Map<string, Finding>>, key: string, finding: Finding): void {
  const said = index.get(key) ?? new Map<string, Finding>();
  index.set(key, said);
  if (!said.has(finding.vulnerability)) said.set(finding.vulnerability, finding);
}

function transferred(
  { slot: _, statement: __, ...finding }: Finding,
  { name, purl, version, location }: Package,
  image: Digest,
  inferred: boolean,
): EvaluatedRow {
  const place = { package: name, purl, version, image, layer: location.layer, location: location.path };
  return { ...finding, ...place, inferred };
}

/** Without the set a version that the side did not judge counts as affected unless it has reached the fix that the side named. */
function isBelowFix(installed: Package, { fixedIn }: Finding): boolean {
  if (installed.ownedBy !== undefined) return false;
  if (fixedIn === undefined) return true;
  const version = installed.source?.version ?? installed.version;
  const { scheme } = installed;
  if (!isValidVersion(scheme, version) || !isValidVersion(scheme, fixedIn)) return true;
  return compareVersions(scheme, version, fixedIn) < 0;
}

/** Packages with an equal key are judged alike. */
function packageKey({ namespace = '', type, name, version, source, module = '', ownedBy = '' }: Package): string {
  const built = source === undefined ? [name, version] : [source.name, source.version];
  return [namespace, type, ...built, name, version, module, ownedBy === '' ? '' : 'owned'].join('\0');
}

/** Namespace, type and source name of a package key. */
function nameKey(key: string): string {
  return key.split('\0', 3).join('\0');
}

function rowKey({ purl, version }: Pick<Finding, 'purl' | 'version'>): string {
  return `${purl}\0${version}`;
}
