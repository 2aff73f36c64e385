// Another scanner's results as an assessment: its findings in the place of our matching, in our slots, with our gaps. The pure part is assessResults.
// Rules: docs/guide/imports.md, docs/guide/counting.md.
import { canonicalJson, type Digest, digestOf } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import { shippedEndOfLife } from '../advisory/eol/shipped.ts';
import { NO_STATEMENTS } from '../assess/assess.ts';
import type { AssessedImage, Assessment, InventoryIdentity } from '../assess/assessment.ts';
import { endOfLifeGaps, uniqueGaps } from '../assess/gaps.ts';
import { type ImageToAssess, type InventoryToAssess, type PlacedImage, placeImages } from '../assess/placement.ts';
import { osNamespace } from '../inventory/os-release/namespace.ts';
import { identityOfImage, identityOfPath, type ReleaseIdentity } from '../release/identity.ts';
import { originOf } from '../release/origin.ts';
import { distinctPackages } from '../release/sbom/packages.ts';
import type { ImportedImage } from './imported.ts';
import { type ImportedRow, importedRows } from './imported-findings.ts';
import { importedSet, listGaps, setGaps } from './imported-set.ts';
import type { Importer } from './importer.ts';
import { type ImportedResults, readResults } from './read-results.ts';
import { importTarget } from './recognize.ts';

/** Settings of an import. */
export interface ImportOptions {
  /** ISO date at which end of life is judged. */
  readonly asOf: string;
  /** Prefixes below which images are our own; absent: the importer's default. */
  readonly own?: readonly string[];
}

/** Where results come from. */
export interface ResultsOrigin {
  readonly importer: Pick<Importer, 'id' | 'own'>;
  /** As the user gave it. */
  readonly target: string;
  readonly path: string;
}

const POLICY = 'as-reported-by-';
const PLATFORM = 'linux/amd64';

/**
 * The assessment of a target that is another scanner's results; undefined for every other target, which is to be scanned.
 * @param options `remark` is told what a path without a word was taken for, one line
 * @throws PlimsollError `usage`, `input-missing`, `input-unreadable`; ParseError and LimitError for a single file
 */
export async function importAssessment(
  target: string,
  options: ImportOptions & { readonly remark?: (line: string) => void },
): Promise<Assessment | undefined> {
  const found = importTarget(target);
  if (found === undefined) return undefined;
  const { importer, path, recognized } = found;
  if (recognized) options.remark?.(`${target} is read as ${importer.id}:${target} (${importer.title})`);
  return assessResults({ importer, target, path }, await readResults(importer, path), options);
}

/** The scanner whose findings an assessment holds; undefined when they are our own. An assessment that was reassessed holds our own. */
export function importedFrom({ severityPolicy }: Pick<Assessment, 'severityPolicy'>): string | undefined {
  return severityPolicy.startsWith(POLICY) ? severityPolicy.slice(POLICY.length) : undefined;
}

/** The assessment of results. Pure: equal results give equal bytes. */
export function assessResults(origin: ResultsOrigin, results: ImportedResults, options: ImportOptions): Assessment {
  const { importer, target } = origin;
  const { asOf, own = importer.own ?? [] } = options;
  const { images, gaps: repeated } = distinctImages(results.images);
  const inventories = inventoriesOf(images, importer.id);
  const members = [
    ...images.map((image) => imageToAssess(image, own, results)),
    ...results.missing.map((missing) => missingImage(missing, own, results)),
  ];
  const placed = placeImages(members, inventories);
  const byPlace = new Map(images.map((image) => [placeKey(image), image]));
  const importedAt = (image: PlacedImage) => (image.inventory === undefined ? undefined : byPlace.get(placeKey(image)));
  const rows = importedRows(images, importer.id);
  const findings = placed.flatMap((image) => {
    const imported = importedAt(image);
    const found = imported === undefined ? [] : (rows.get(imported) ?? []);
    return found.map((row) => ({ slot: image.slot, ...row }));
  });
  const assessed = placed.map((image) => assessedImage(image, importedAt(image), asOf));
  const advisorySet = importedSet(importer.id, results, asOf, findings);
  const releaseGaps = uniqueGaps([...results.gaps, ...repeated, ...listGaps(images, importer.id)]);
  const basis = {
    release: { ...releaseIdentity(origin, images), target },
    charts: [],
    lint: [],
    severityPolicy: `${POLICY}${importer.id}`,
    asOf,
    statements: statementsOf(findings),
    inventories: inventories.map(identityOf),
  };
  const inputs = {
    ...basis,
    advisorySet: advisorySet.id,
    reports: results.reports,
    images: placed.map(({ inventory: _, ...image }) => image),
    gaps: releaseGaps,
  };
  return {
    id: digestOf(canonicalJson(inputs)),
    ...basis,
    advisorySet,
    images: assessed,
    packages: inventories.flatMap(({ image, packages }) => packages.map((installed) => ({ ...installed, image }))),
    findings,
    gaps: uniqueGaps([...releaseGaps, ...setGaps(images, importer.id), ...assessed.flatMap(({ gaps }) => gaps)]),
  };
}

/** Of results of one image its own; else what the path says: CSM publishes `csm-1.2.0-scans`. */
function releaseIdentity({ importer, path }: ResultsOrigin, images: readonly ImportedImage[]): ReleaseIdentity {
  const [only, second] = images;
  const ofImage = only === undefined || second !== undefined ? undefined : identityOfImage(only.logical);
  if (ofImage !== undefined) return ofImage;
  const { name = importer.id, version = 'unknown' } = identityOfPath(path.replace(/[-_](?:scans|results)$/, ''));
  return { name, version };
}

/** One report an image: of several about one reference and platform the first is taken. */
function distinctImages(images: readonly ImportedImage[]): {
  readonly images: readonly ImportedImage[];
  readonly gaps: readonly Gap[];
} {
  const groups = Map.groupBy(images, placeKey);
  const gaps = [...groups.values()].flatMap(([first, ...others]): readonly Gap[] => {
    if (first === undefined || others.length === 0) return [];
    const reason = `${others.length + 1} reports are about it; the first is taken`;
    return [{ kind: 'not-scanned', target: first.logical, location: 'reports', reason }];
  });
  return { images: [...groups.values()].flatMap(([first]) => first ?? []), gaps };
}

function placeKey({ logical, platform }: { readonly logical: string; readonly platform: string }): string {
  return `${logical}|${platform}`;
}

function imageToAssess(image: ImportedImage, own: readonly string[], { charts }: ImportedResults): ImageToAssess {
  const { logical, physical, digest, platform, gaps } = image;
  return {
    logical,
    physical,
    digest,
    platform,
    origin: originOf(logical, own),
    charts: charts.get(logical) ?? [],
    gaps,
  };
}

function missingImage(
  { logical, reason }: ImportedResults['missing'][number],
  own: readonly string[],
  { charts }: ImportedResults,
): ImageToAssess {
  const gap: Gap = { kind: 'image-unreadable', target: logical, reason };
  const origin = originOf(logical, own);
  return { logical, physical: logical, platform: PLATFORM, origin, charts: charts.get(logical) ?? [], gaps: [gap] };
}

/** One an image digest, sorted by it; of several reports about one digest the packages of all. */
function inventoriesOf(images: readonly ImportedImage[], importer: string): readonly InventoryToAssess[] {
  const groups = [...Map.groupBy(images, ({ digest }) => digest)].sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.flatMap(([digest, group]): readonly InventoryToAssess[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { platform, os, created } = first;
    return [
      {
        image: digest,
        platform,
        ...(os === undefined ? {} : { os }),
        packages: distinctPackages(group.flatMap(({ packages }) => packages)),
        gaps: [],
        cataloguers: [...new Set(group.map(({ run }) => `${importer}@${run.version ?? 'unknown'}`))].sort(),
        config: created === undefined ? {} : { created },
      },
    ];
  });
}

function identityOf({ image, cataloguers, platform, config, os, gaps }: InventoryToAssess): InventoryIdentity {
  return {
    digest: image,
    cataloguers,
    platform,
    ...(config.created === undefined ? {} : { created: config.created }),
    ...(os === undefined ? {} : { os: identified(os) }),
    gaps,
  };
}

function assessedImage(
  { inventory: _, ...image }: PlacedImage,
  imported: ImportedImage | undefined,
  asOf: string,
): AssessedImage {
  if (imported === undefined) return { ...image, packages: 0 };
  const { os, packages, packageCount } = imported;
  const namespace = os === undefined ? undefined : osNamespace(os);
  const endOfLife = namespace === undefined ? undefined : shippedEndOfLife(namespace)?.date;
  const isDated = namespace !== undefined && endOfLife !== undefined;
  return {
    ...image,
    ...(os === undefined ? {} : { os: { ...identified(os), ...(endOfLife === undefined ? {} : { endOfLife }) } }),
    packages: packageCount ?? packages.length,
    gaps: uniqueGaps([...image.gaps, ...(isDated ? endOfLifeGaps(image.slot, namespace, endOfLife, asOf) : [])]),
  };
}

function identified({ id, version }: { readonly id: string; readonly version?: string }) {
  return { id, ...(version === undefined ? {} : { version }) };
}

function statementsOf(findings: readonly (ImportedRow & { readonly slot: string })[]): Digest {
  const stated = findings.filter(({ statement }) => statement !== undefined);
  if (stated.length === 0) return NO_STATEMENTS;
  return digestOf(
    canonicalJson(stated.map(({ slot, vulnerability, purl, statement }) => [slot, vulnerability, purl, statement])),
  );
}
