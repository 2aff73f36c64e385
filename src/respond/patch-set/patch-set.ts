// A patch set: what goes from one assessed release to another, as a site that applies it needs to know. Images old and new, what they close, leave and
// bring, charts, restarts, tests, the way back, files. Everything is read from the two assessments; what people add comes from a file of notes.
import { pairSlots, type SlotPair } from '../../explain/compare/pair-slots.ts';
import type { Digest } from '../../platform/canonical.ts';
import type { Gap } from '../../platform/gap.ts';
import { compareText } from '../../platform/order.ts';
import type { AssessedImage, Assessment } from '../../scan/assess/assessment.ts';
import type { ChartRelease } from '../../scan/release/release.ts';
import type { ReleaseLine } from '../lines/lines.ts';
import { findingsOf, type PatchFindings } from './findings.ts';
import type { PatchNotes } from './patch-notes.ts';
import type { PatchRestart } from './restart.ts';

/** One side of an image. */
export interface PatchSide {
  readonly logical: string;
  readonly physical: string;
  readonly digest: Digest;
}

/** An image of the set. `from` alone was removed, `to` alone was added. */
export interface PatchImage {
  readonly slot: string;
  readonly from?: PatchSide;
  readonly to?: PatchSide;
  /** Same reference, other content: who pulls by tag gets the new one without any change of a chart. */
  readonly sameReference: boolean;
  readonly charts: readonly string[];
}

/** A Helm release that is upgraded, added, removed, or whose images were rebuilt under the same chart. */
export interface PatchChart {
  readonly manifest: string;
  readonly namespace: string;
  readonly release: string;
  readonly chart: string;
  readonly from?: string;
  readonly to?: string;
  /** Slots of the set that it uses, sorted. */
  readonly slots: readonly string[];
}

/** A file of the delivery. */
export interface PatchFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The patch set. Lists are sorted. */
export interface PatchSet {
  readonly id: string;
  readonly title: string;
  readonly from: Assessment;
  readonly to: Assessment;
  readonly line?: ReleaseLine;
  readonly notes: PatchNotes;
  readonly images: readonly PatchImage[];
  readonly charts: readonly PatchChart[];
  readonly findings: PatchFindings;
  readonly preconditions: readonly string[];
  readonly restarts: readonly PatchRestart[];
  readonly tests: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** Images to return to. */
  readonly backOut: readonly PatchSide[];
  readonly files: readonly PatchFile[];
  /** Images of which one side was not read: whether they belong to the set is not known. */
  readonly gaps: readonly Gap[];
}

/** What is known beside the assessments. */
export interface PatchSetOptions {
  readonly notes: PatchNotes;
  readonly line?: ReleaseLine;
  readonly files: readonly PatchFile[];
}

/** Makes the patch set of two assessments. Equal input gives equal sets. */
export function patchSetOf(from: Assessment, to: Assessment, { notes, line, files }: PatchSetOptions): PatchSet {
  const { pairs } = pairSlots(from.images, to.images, { baseOf: () => undefined });
  const changed = pairs.filter(isChanged);
  const images = changed.map(patchImage);
  const charts = chartsOf(from.charts, to.charts, changed);
  return {
    id: notes.id ?? `${nameOf(from)}-to-${to.release.version}`.replace(/[^A-Za-z0-9.+-]+/g, '-'),
    title: notes.title ?? `${nameOf(to)}: update from ${from.release.version}`,
    from,
    to,
    ...(line === undefined ? {} : { line }),
    notes,
    images,
    charts,
    findings: findingsOf(from, to, changed),
    preconditions: [...preconditionsOf(from, images, line), ...notes.preconditions],
    restarts: [...restartsOf(charts, images), ...notes.restarts],
    tests: testsOf(charts, notes),
    backOut: images.flatMap((image) => image.from ?? []),
    files: files.toSorted((a, b) => compareText(a.path, b.path)),
    gaps: pairs.flatMap(unreadGaps),
  };
}

/** Another content, or the same under another reference: what names it has to change, and registries need it under that name. */
function isChanged({ a, b }: SlotPair): boolean {
  if (a === undefined || b === undefined) return (a ?? b)?.digest !== undefined;
  if (a.digest === undefined || b.digest === undefined) return false;
  return a.digest !== b.digest || a.logical !== b.logical;
}

function patchImage({ slot, a, b }: SlotPair): PatchImage {
  const from = sideOf(a);
  const to = sideOf(b);
  return {
    slot,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    sameReference: from !== undefined && from.logical === to?.logical,
    charts: [...new Set([...(a?.charts ?? []), ...(b?.charts ?? [])])].sort(compareText),
  };
}

function sideOf(image: AssessedImage | undefined): PatchSide | undefined {
  if (image?.digest === undefined) return undefined;
  const { logical, physical, digest } = image;
  return { logical, physical, digest };
}

/** Charts as images name them, `manifest/chart:version`; of a chart in several releases each one is concerned. */
function chartsOf(
  before: readonly ChartRelease[],
  after: readonly ChartRelease[],
  changed: readonly SlotPair[],
): readonly PatchChart[] {
  const keyOf = ({ manifest, namespace, release }: ChartRelease) => JSON.stringify([manifest, namespace, release]);
  const old = new Map(before.map((chart) => [keyOf(chart), chart]));
  const now = new Map(after.map((chart) => [keyOf(chart), chart]));
  const result: PatchChart[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const from = old.get(key);
    const to = now.get(key);
    const named = to ?? from;
    if (named === undefined) continue;
    const slots = changed.filter(({ a, b }) => uses(a, from) || uses(b, to)).map(({ slot }) => slot);
    if (from?.version === to?.version && from?.chart === to?.chart && slots.length === 0) continue;
    const { manifest, namespace, release, chart } = named;
    result.push({
      manifest,
      namespace,
      release,
      chart,
      ...(from === undefined ? {} : { from: from.version }),
      ...(to === undefined ? {} : { to: to.version }),
      slots: slots.toSorted(compareText),
    });
  }
  return result.sort(
    (x, y) =>
      compareText(x.namespace, y.namespace) || compareText(x.release, y.release) || compareText(x.manifest, y.manifest),
  );
}

/** Charts stand in `manifest/chart:version`, `chart:version` where the manifest is not known, and may have a repository before their name. */
function uses(image: AssessedImage | undefined, chart: ChartRelease | undefined): boolean {
  if (image === undefined || chart === undefined) return false;
  const name = `${chart.chart.slice(chart.chart.lastIndexOf('/') + 1)}:${chart.version}`;
  return image.charts.some(
    (text) =>
      text.slice(text.lastIndexOf('/') + 1) === name && (!text.includes('/') || text.startsWith(`${chart.manifest}/`)),
  );
}

/** What must hold before, as far as the assessments tell. */
function preconditionsOf(
  from: Assessment,
  images: readonly PatchImage[],
  line: ReleaseLine | undefined,
): readonly string[] {
  const kept = images.filter((image) => image.from !== undefined).length;
  return [
    `${nameOf(from)} is installed`,
    ...(line?.kubernetes === undefined ? [] : [`Kubernetes is ${line.kubernetes}, as the line ${line.name} ships it`]),
    ...(kept === 0 ? [] : [`the registry still holds the ${kept} old images by digest: they are the way back`]),
  ];
}

/** A new image or chart restarts the workloads of its Helm release; what an image without one restarts cannot be told. */
function restartsOf(charts: readonly PatchChart[], images: readonly PatchImage[]): readonly PatchRestart[] {
  const inCharts = new Set(charts.flatMap(({ slots }) => slots));
  return [
    ...charts.map((chart): PatchRestart => {
      const what = chart.slots.length === 0 ? 'its chart changes' : `${chart.slots.length} of its images change`;
      const details = chart.to === undefined ? 'it is removed' : `its workloads are rolled out again: ${what}`;
      return { category: 'service', subject: `${chart.namespace}/${chart.release}`, details };
    }),
    ...images
      .filter(({ slot, to }) => to !== undefined && !inCharts.has(slot))
      .map(
        ({ slot }): PatchRestart => ({
          category: 'vulnerable_component',
          subject: slot,
          details: 'no chart of the release names this image: whatever runs it must be started again to take effect',
        }),
      ),
  ];
}

/** Helm's tests of each Helm release, which are no harm where a chart has none, and what the notes add. */
function testsOf(charts: readonly PatchChart[], { testsBefore, testsAfter }: PatchNotes): PatchSet['tests'] {
  const helm = (there: (chart: PatchChart) => boolean) =>
    charts.filter(there).map(({ release, namespace }) => `helm test ${release} --namespace ${namespace}`);
  return {
    before: [...new Set([...helm(({ from }) => from !== undefined), ...testsBefore])],
    after: [...new Set([...helm(({ to }) => to !== undefined), ...testsAfter])],
  };
}

function unreadGaps({ slot, a, b }: SlotPair): readonly Gap[] {
  const unread = [a, b].filter((image) => image !== undefined && image.digest === undefined);
  if (unread.length === 0) return [];
  return [{ kind: 'image-unreadable', target: slot, reason: 'not read on one side: whether it changed is not known' }];
}

function nameOf({ release: { name, version } }: Assessment): string {
  return `${name} ${version}`.trim();
}
