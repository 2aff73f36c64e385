// The report as the page's parts see it: the embedded data, opened once, and the state of the view with its change.
import type { AssessedImage } from '../../../scan/assess/assessment.ts';
import type { PackageColumns } from '../package-columns.ts';
import type { ReportData, ReportImage } from '../report-data.ts';
import { type FindingTable, openFindings } from './findings.ts';
import { openPackages, type PackageTable } from './packages.ts';
import type { ViewState } from './view-state.ts';
import { visible } from './visible.ts';
import { type VulnerabilityRow, vulnerabilityIndex, vulnerabilityRows } from './vulnerabilities.ts';

/** The opened report. */
export interface Report {
  readonly data: ReportData;
  readonly findings: FindingTable;
  /** Whether EPSS rates any finding. */
  readonly rated: boolean;
  /** By slot. */
  readonly images: ReadonlyMap<string, ReportImage>;
  /** Made when they are first asked for. */
  readonly vulnerabilities: () => readonly VulnerabilityRow[];
  /** By id or alias. */
  readonly vulnerability: (id: string) => VulnerabilityRow | undefined;
  readonly packages: () => PackageTable;
}

/** A part of the state to change. */
export type Go = (change: Partial<ViewState>) => void;

/** What every view is given. */
export interface ViewProps {
  readonly report: Report;
  readonly state: ViewState;
  readonly go: Go;
}

/** Reads the data that the page carries, the packages when they are first asked for. `textOf` gives the JSON of a data block. */
export function openReport(textOf: (block: 'data' | 'packages') => string): Report {
  const data = visible<ReportData>(JSON.parse(textOf('data')));
  const images = new Map(data.images.map((image) => [image.slot, image]));
  const vulnerabilities = once(() => vulnerabilityRows(data.findings));
  const index = once(() => vulnerabilityIndex(vulnerabilities()));
  return {
    data,
    images,
    rated: data.findings.epss.values.some((value) => value !== null),
    findings: openFindings(data.findings, (slot) => slotLabel(images, slot)),
    vulnerabilities,
    vulnerability: (id) => index()(id),
    packages: once(() => openPackages(visible<PackageColumns>(JSON.parse(textOf('packages'))), data.findings)),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The image that a text names: by its slot, its reference or its digest. */
export function imageNamed({ data, images }: Report, text: string): ReportImage | undefined {
  if (text === '') return undefined;
  return images.get(text) ?? data.images.find(({ logical, digest }) => logical === text || digest === text);
}

/** What the reader sees for a slot: the logical reference, with the platform where it is not the usual one. */
export function slotLabel(
  images: ReadonlyMap<string, Pick<AssessedImage, 'logical' | 'platform'>>,
  slot: string,
): string {
  const image = images.get(slot);
  if (image === undefined) return slot;
  return image.platform === 'linux/amd64' ? image.logical : `${image.logical} ${image.platform}`;
}
