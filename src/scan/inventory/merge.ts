// Folds the layer reports of one image into its inventory: overlay, then each cataloguer over its visible facts, then the owner rule. Pure.
import type { Digest } from '../../platform/canonical.ts';
import { LimitError, messageOf } from '../../platform/errors.ts';
import { compareGaps, type Gap } from '../../platform/gap.ts';
import { LIMITS } from '../../platform/limits.ts';
import { compareText } from '../../platform/order.ts';
import type { LayerReport, LayerUnknown } from '../image/layer/layer-report.ts';
import { type ImageView, overlay } from '../image/overlay.ts';
import type { VisibleFact } from '../image/overlay-tree.ts';
import { UNKNOWN_PLATFORM } from '../image/platform.ts';
import type { ImageConfig } from '../image/source.ts';
import type { Catalogue, CatalogueProblem, Cataloguer } from './cataloguer.ts';
import { notableFiles } from './files/index.ts';
import { imageTraits } from './image-traits.ts';
import { osFrom } from './os-release/index.ts';
import { markOwned, ownerOf } from './owner-rule.ts';
import type { Inventory, OsRelease, Package } from './package.ts';
import { isOsType } from './package-types.ts';
import { imageSecrets } from './secrets/found-secrets.ts';
import { secrets } from './secrets/index.ts';

/** The image that an inventory is made for. */
export interface InventorySubject {
  readonly image: Digest;
  readonly platform: string;
  readonly config: ImageConfig;
  /** Layers whose content is not distributed with the image. */
  readonly foreignLayers: number;
}

/** Cataloguers with their versions, `apk@1`, sorted: inventories and reports made by others are not reused. */
export function cataloguerVersions(cataloguers: readonly Cataloguer[]): readonly string[] {
  return cataloguers.map((cataloguer) => `${cataloguer.id}@${cataloguer.version}`).sort();
}

/** The reports laid over each other, with unknowns as facts: a file that a later layer deletes or replaces leaves no gap. */
export function viewOf(reports: readonly LayerReport[]): ImageView {
  return overlay(reports.map((report) => ({ ...report, facts: [...report.facts, ...unknownFacts(report.unknowns)] })));
}

/** @throws ParseError when a stored report is damaged; LimitError for more than `LIMITS.packages`. */
export function mergeInventory(
  subject: InventorySubject,
  reports: readonly LayerReport[],
  view: ImageView,
  cataloguers: readonly Cataloguer[],
): Inventory {
  const byReader = new Map<string, VisibleFact[]>();
  for (const fact of view.facts) {
    const list = byReader.get(fact.reader);
    if (list === undefined) byReader.set(fact.reader, [fact]);
    else list.push(fact);
  }
  const os = osFrom(byReader.get('os-release') ?? []);
  const layers = reports.map((report) => report.digest);
  const packages: Package[] = [];
  const owned = new Map<string, string>();
  const problems: CatalogueProblem[] = [];
  for (const cataloguer of cataloguers) {
    const catalogue = catalogueOf(cataloguer, byReader.get(cataloguer.id) ?? [], os, view);
    // Not by spreading: a call has room for some 100,000 arguments.
    for (const found of catalogue.packages) packages.push(found);
    if (packages.length > LIMITS.packages) throw new LimitError(`more than ${LIMITS.packages} packages in one image`);
    // File lists name /lib/… on merged-usr images; facts carry real paths.
    for (const [path, purl] of catalogue.owned ?? []) owned.set(view.resolve(path) ?? path, purl);
    for (const problem of catalogue.problems ?? []) problems.push(problem);
  }
  // What an operating-system package brought is matched through it: that its own name is unclear costs nothing.
  const matters = ({ kind, path }: CatalogueProblem): boolean =>
    kind !== 'undecidable' || ownerOf(path, owned) === undefined;
  const heights = new Map(
    packages.filter(({ type }) => isOsType(type)).map(({ purl, location }) => [purl, layers.indexOf(location.layer)]),
  );
  return {
    image: subject.image,
    platform: subject.platform,
    ...(os === undefined ? {} : { os }),
    packages: [...markOwned(packages, owned, layers)].sort(comparePackages),
    config: subject.config,
    traits: imageTraits(subject.config, reports, notableFiles(byReader.get('files') ?? [])),
    secrets: imageSecrets(reports, {
      visible: new Set(view.facts.map(({ data }) => data)),
      ownerOf: (path, layer) => {
        const owner = ownerOf(view.resolve(path) ?? path, owned);
        return owner !== undefined && layer <= (heights.get(owner) ?? -1) ? owner : undefined;
      },
      config: subject.config.secrets ?? [],
    }),
    layers,
    gaps: gapsOf(subject, reports, view, problems.filter(matters)),
    cataloguers: cataloguerVersions(cataloguers),
  };
}

/** What one cataloguer cannot make packages of costs its packages and not the image; it is said at every file that it read. */
function catalogueOf(
  cataloguer: Cataloguer,
  facts: readonly VisibleFact[],
  os: OsRelease | undefined,
  view: ImageView,
): Catalogue {
  try {
    return cataloguer.packages(facts, os, view.resolve);
  } catch (error) {
    const reason = `${cataloguer.id}: ${messageOf(error)}`;
    return { packages: [], problems: facts.map(({ path, layer }) => ({ path, layer, kind: 'file-unparsed', reason })) };
  }
}

const UNKNOWN_READER = '?';

function unknownFacts(unknowns: readonly LayerUnknown[]): LayerReport['facts'] {
  const byPath = new Map<string, LayerUnknown[]>();
  for (const unknown of unknowns) {
    // What may hold a secret and was not read hides no package: it is told with the secrets.
    if (unknown.reader === 'walk' || unknown.reader === secrets.id) continue;
    const list = byPath.get(unknown.path);
    if (list === undefined) byPath.set(unknown.path, [unknown]);
    else list.push(unknown);
  }
  return [...byPath].map(([path, data]) => ({ reader: UNKNOWN_READER, path, data }));
}

function gapsOf(
  subject: InventorySubject,
  reports: readonly LayerReport[],
  view: ImageView,
  problems: readonly CatalogueProblem[],
): readonly Gap[] {
  const gaps: Gap[] = problems.map(({ kind, layer, path, reason }) => gap(subject, kind, layer, path, reason));
  for (const fact of view.facts) {
    if (fact.reader !== UNKNOWN_READER) continue;
    for (const unknown of fact.data as readonly LayerUnknown[]) {
      gaps.push(gap(subject, unknown.kind, fact.layer, fact.path, `${unknown.reader}: ${unknown.reason}`));
    }
  }
  for (const report of reports) {
    for (const unknown of report.unknowns) {
      if (unknown.reader === 'walk') gaps.push(gap(subject, unknown.kind, report.digest, unknown.path, unknown.reason));
    }
  }
  if (subject.platform.split('/').includes(UNKNOWN_PLATFORM)) {
    const reason = `the image's configuration does not name its whole platform (${subject.platform})`;
    gaps.push({ kind: 'undecidable', target: subject.image, reason });
  }
  if (subject.foreignLayers > 0) {
    const reason = `${subject.foreignLayers} foreign layers are not distributed with the image`;
    gaps.push({ kind: 'not-scanned', target: subject.image, reason });
  }
  return gaps.sort(compareGaps);
}

function gap(subject: InventorySubject, kind: Gap['kind'], layer: Digest, path: string, reason: string): Gap {
  return { kind, target: subject.image, location: `${layer}:${path}`, reason };
}

function comparePackages(a: Package, b: Package): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.location.path, b.location.path) ||
    compareText(a.purl, b.purl)
  );
}
