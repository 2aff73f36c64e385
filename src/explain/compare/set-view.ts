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
export type EvaluatedRow = Omit<Finding, 'slot' | 'statement'>;

/** What is said of an image. */
export interface Evaluation {
  readonly rows: readonly EvaluatedRow[];
  /**
   * Names of the packages that the set was not asked about, because it is not at hand and that side had not judged them: what is said of them, or not
   * said, is told from other versions, or from another severity policy.
   */
  readonly unjudged: ReadonlySet<string>;
}

/** An image's packages. */
export interface Contents {
  readonly image: Digest;
  /** As the inventory says it: some advisories are about other platforms only. */
  readonly platform?: string;
  readonly packages: readonly Package[];
}

/** What a set says of an image under a severity policy. */
export type SetView = (contents: Contents, policy: SeverityPolicy) => Evaluation;

const NONE: ReadonlySet<string> = new Set();

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
    if (known !== undefined) return { rows: known.map(withoutPlace), unjudged: NONE };
    const judge = judges.get(policy) ?? createJudge(all, set, policy);
    judges.set(policy, judge);
    return { rows: judge(contents).rows, unjudged: NONE };
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
  return row;
}

/** Asks the findings and packages of an assessment made with the set; it knows the severities of that assessment's policy, `own`, only. */
export function viewOfFindings(
  findings: readonly Finding[],
  packages: readonly Package[],
  own: SeverityPolicy,
): SetView {
  const judged = new Set(packages.map(packageKey));
  const templates = new Map<string, Map<string, Finding>>();
  const byName = new Map<string, Map<string, Finding>>();
  const keysByRow = new Map(
    packages.map((installed) => [rowKey(installed, installed.location.path), packageKey(installed)]),
  );
  for (const finding of findings) {
    const key = keysByRow.get(rowKey(finding, finding.location));
    if (key === undefined) continue;
    remember(templates, key, finding);
    remember(byName, nameKey(key), finding);
  }
  return ({ image, packages: asked }, policy) => {
    const unjudged = new Set<string>();
    const rows = asked.flatMap((installed) => {
      const key = packageKey(installed);
      const known = judged.has(key);
      if (policy !== own || !(known || installed.ownedBy !== undefined)) unjudged.add(installed.name);
      const said = (known ? templates.get(key) : byName.get(nameKey(key))) ?? new Map<string, Finding>();
      return [...said.values()]
        .filter((finding) => known || isBelowFix(installed, finding))
        .map((finding) => transferred(finding, installed, image));
    });
    return { rows, unjudged };
  };
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
): EvaluatedRow {
  const place = { package: name, purl, version, image, layer: location.layer, location: location.path };
  return { ...finding, ...place };
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

/** With the path: one version may belong to another package in one place, and be judged in another. */
function rowKey({ purl, version }: Pick<Finding, 'purl' | 'version'>, path: string): string {
  return `${purl}\0${version}\0${path}`;
}
