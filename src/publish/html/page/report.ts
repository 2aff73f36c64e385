// The report as the page's parts see it: the embedded data, opened once, and the state of the view with its change.
import { printable } from '../../../platform/printable.ts';
import type { AssessedImage } from '../../../scan/assess/assessment.ts';
import type { ReportData, ReportImage } from '../report-data.ts';
import { type FindingTable, openFindings } from './findings.ts';
import type { ViewState } from './view-state.ts';

/** The opened report. */
export interface Report {
  readonly data: ReportData;
  readonly findings: FindingTable;
  readonly images: ReadonlyMap<string, ReportImage>;
}

/** A part of the state to change. */
export type Go = (change: Partial<ViewState>) => void;

/** What every view is given. */
export interface ViewProps {
  readonly report: Report;
  readonly state: ViewState;
  readonly go: Go;
}

/** Reads the data that the page carries. */
export function openReport(json: string): Report {
  const data = visible<ReportData>(JSON.parse(json));
  const images = new Map(data.images.map((image) => [image.slot, image]));
  return { data, images, findings: openFindings(data.findings, (slot) => slotLabel(images, slot)) };
}

/**
 * The data with every invisible, reordering or control character written out: a name must not look like another one. Text alone changes;
 * the long columns of numbers are passed over.
 */
function visible<T>(value: T): T;
function visible(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visible(member)]));
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
