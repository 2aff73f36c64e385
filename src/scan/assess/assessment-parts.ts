// The kept form of an assessment: a small head, and rows in parts that are kept under the digest of their content. What a layer brought and what
// is known of it are parts of their own, so an image on a known base, and an assessment that differs from yesterday's in a few packages, take
// little more room than what is new. Nothing is computed on the way back: what was kept is what is read. Pure but for the keeping of parts.
import type { Digest } from '../../platform/canonical.ts';
import { compareText } from '../../platform/order.ts';
import type { Assessment, Finding } from './assessment.ts';

/** Number of a kept part. */
export type PartNumber = number;

/** Keeps rows as a part; equal rows are kept once. */
export type KeepPart = (rows: readonly unknown[]) => Promise<PartNumber>;
/** The rows of a kept part. The same array for the same number, or another. */
export type LoadPart = (part: PartNumber) => Promise<readonly unknown[]>;

/** Members that are lists of rows of their own. */
const LISTS = ['charts', 'images', 'inventories', 'gaps'] as const;

/** An assessment without its rows. */
export interface AssessmentHead
  extends Omit<Assessment, (typeof LISTS)[number] | 'packages' | 'findings' | 'advisorySet'> {
  readonly advisorySet: Omit<Assessment['advisorySet'], 'feeds'>;
  readonly parts: Readonly<
    Record<(typeof LISTS)[number] | 'feeds' | 'packages' | 'findings' | 'epss', readonly PartNumber[]>
  >;
}

type PackageRow = Assessment['packages'][number];

/** Neighbouring rows of one place: which image or slot, and the parts that the rows are merged from. */
type Run = readonly [place: number | string, ...parts: PartNumber[]];

/** A finding without what its run and the table of probabilities say; `epss` is null where the finding has none and the table has one. */
type KeptFinding = Omit<Finding, 'slot' | 'image' | 'epss'> & { readonly epss?: number | null };
type KeptPackage = Omit<PackageRow, 'image'>;
type Probability = readonly [vulnerability: string, epss: number];

/** Rows of a block: enough to be packed well, few enough that a changed row does not keep many others again. */
const BLOCK = 64;
/** Rows that change all at once, every day, when they change. */
const LARGE_BLOCK = 4096;

/** Takes an assessment apart. */
export async function keepParts(assessment: Assessment, keep: KeepPart): Promise<AssessmentHead> {
  const { charts, images, inventories, gaps, packages, findings, advisorySet, ...head } = assessment;
  const { feeds, ...set } = advisorySet;
  const blocks = (rows: readonly unknown[], size = BLOCK) => inBlocks(rows, size, keep);
  const byDigest = new Map(inventories.map(({ digest }, index) => [digest, index]));
  const bySlot = new Map(images.map(({ slot, digest }, index) => [JSON.stringify([slot, digest]), index]));
  const packageRuns = await keepRuns(packages, {
    placeOf: ({ image }) => byDigest.get(image) ?? image,
    kept: ({ image: _, ...row }): KeptPackage => row,
    layerOf: ({ location }) => location.layer,
    order: comparePackages,
    keep,
  });
  const epss = commonProbabilities(findings);
  const findingRuns = await keepRuns(findings, {
    placeOf: ({ slot, image }) => bySlot.get(JSON.stringify([slot, image])) ?? JSON.stringify([slot, image]),
    kept: (finding) => withoutCommon(finding, epss),
    layerOf: ({ layer }) => layer,
    order: compareFindings,
    keep,
  });
  return {
    ...head,
    advisorySet: set,
    parts: {
      feeds: await blocks(feeds),
      charts: await blocks(charts),
      images: await blocks(images),
      inventories: await blocks(inventories),
      gaps: await blocks(gaps),
      packages: await blocks(packageRuns),
      findings: await blocks(findingRuns),
      epss: await blocks(
        [...epss].sort(([a], [b]) => compareText(a, b)),
        LARGE_BLOCK,
      ),
    },
  };
}

/** Puts an assessment together again. What `load` gives is taken as keepParts made it. */
export async function joinParts(head: AssessmentHead, load: LoadPart): Promise<Assessment> {
  const { parts, advisorySet, ...rest } = head;
  const rowsOf = async <T>(list: readonly PartNumber[]) => {
    const rows: T[] = [];
    for (const part of list) for (const row of await load(part)) rows.push(row as T);
    return rows;
  };
  const images = await rowsOf<Assessment['images'][number]>(parts.images);
  const inventories = await rowsOf<Assessment['inventories'][number]>(parts.inventories);
  const epss = new Map(await rowsOf<Probability>(parts.epss));
  const packages: PackageRow[] = [];
  for (const [place, ...merged] of await rowsOf<Run>(parts.packages)) {
    const image = typeof place === 'number' ? inventories[place]?.digest : (place as Digest);
    if (image === undefined) throw new TypeError(`no inventory ${place}`);
    for (const row of await mergedRows<KeptPackage>(merged, comparePackages, load)) packages.push({ ...row, image });
  }
  const findings: Finding[] = [];
  for (const [place, ...merged] of await rowsOf<Run>(parts.findings)) {
    const { slot, image } = placeOfFindings(place, images);
    for (const row of await mergedRows<KeptFinding>(merged, compareFindings, load)) {
      findings.push(withCommon(row, slot, image, epss));
    }
  }
  return {
    ...rest,
    advisorySet: { ...advisorySet, feeds: await rowsOf(parts.feeds) },
    charts: await rowsOf(parts.charts),
    images,
    inventories,
    packages,
    findings,
    gaps: await rowsOf(parts.gaps),
  };
}

function placeOfFindings(place: number | string, images: Assessment['images']): Pick<Finding, 'slot' | 'image'> {
  if (typeof place === 'string') {
    const [slot, image]: readonly [string, Digest] = JSON.parse(place);
    return { slot, image };
  }
  const { slot, digest: image } = images[place] ?? {};
  if (slot === undefined || image === undefined) throw new TypeError(`no image ${place}`);
  return { slot, image };
}

/** How the rows of images are kept. */
interface RunOptions<T, K> {
  readonly placeOf: (row: T) => number | string;
  readonly kept: (row: T) => K;
  readonly layerOf: (row: K) => string;
  readonly order: (a: K, b: K) => number;
  readonly keep: KeepPart;
}

async function keepRuns<T, K>(rows: readonly T[], options: RunOptions<T, K>): Promise<readonly Run[]> {
  const { placeOf, kept, keep } = options;
  const runs: Run[] = [];
  for (let first = 0; first < rows.length; ) {
    const place = placeOf(rows[first] as T);
    const run: K[] = [];
    for (; first < rows.length && placeOf(rows[first] as T) === place; first += 1) run.push(kept(rows[first] as T));
    const parts: PartNumber[] = [];
    for (const layer of byLayer(run, options)) parts.push(await keep(layer));
    runs.push([place, ...parts]);
  }
  return runs;
}

/** The rows by layer, where merging gives the same order again; else all together. */
function byLayer<K>(
  rows: readonly K[],
  { layerOf, order }: Pick<RunOptions<never, K>, 'layerOf' | 'order'>,
): readonly (readonly K[])[] {
  const layers = [...Map.groupBy(rows, layerOf).values()];
  const again = merge(layers, order);
  return rows.every((row, index) => row === again[index]) ? layers : [rows];
}

async function mergedRows<K>(
  parts: readonly PartNumber[],
  order: (a: K, b: K) => number,
  load: LoadPart,
): Promise<readonly K[]> {
  const layers: (readonly K[])[] = [];
  for (const part of parts) layers.push((await load(part)) as readonly K[]);
  return merge(layers, order);
}

/** One layer stays as it is; of several, equal rows stay in the order of the layers. */
function merge<K>(layers: readonly (readonly K[])[], order: (a: K, b: K) => number): readonly K[] {
  const [first = [], ...others] = layers;
  return others.length === 0 ? first : layers.flat().sort(order);
}

/** Part of the kept form: another order would put kept assessments together otherwise. */
function comparePackages(a: KeptPackage, b: KeptPackage): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.location.path, b.location.path)
  );
}

/** Part of the kept form, as well. */
function compareFindings(a: KeptFinding, b: KeptFinding): number {
  return (
    compareText(a.vulnerability, b.vulnerability) || compareText(a.purl, b.purl) || compareText(a.location, b.location)
  );
}

/** EPSS changes for most vulnerabilities every day: kept beside the findings, it does not change these. */
function commonProbabilities(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const common = new Map<string, number>();
  for (const { vulnerability, epss } of findings) if (epss !== undefined) common.set(vulnerability, epss);
  return common;
}

function withoutCommon(
  { slot: _, image: __, epss, ...row }: Finding,
  common: ReadonlyMap<string, number>,
): KeptFinding {
  return epss === common.get(row.vulnerability) ? row : { ...row, epss: epss ?? null };
}

function withCommon(
  { epss: own, ...row }: KeptFinding,
  slot: string,
  image: Digest,
  common: ReadonlyMap<string, number>,
): Finding {
  const epss = own === undefined ? common.get(row.vulnerability) : (own ?? undefined);
  return { slot, image, ...row, ...(epss === undefined ? {} : { epss }) };
}

async function inBlocks(rows: readonly unknown[], size: number, keep: KeepPart): Promise<readonly PartNumber[]> {
  const parts: PartNumber[] = [];
  for (let first = 0; first < rows.length; first += size) parts.push(await keep(rows.slice(first, first + size)));
  return parts;
}
