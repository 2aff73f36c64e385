// The assessment as JSON: the form that other programs, `reassess` and `compare` read. Fields: docs/guide/report.md and
// schema/assessment-1.json. Same assessment, same bytes: keys and rows are sorted, and nothing of the machine or the hour is in it.
import { type SlotCounts, type Statistics, slotCounts } from '../../explain/statistics.ts';
import { canonicalJson } from '../../platform/canonical.ts';
import { escapeHidden } from '../../platform/json-text.ts';
import { ASSESSMENT_SCHEMA_VERSION, type AssessedImage, type Assessment } from '../../scan/assess/assessment.ts';
import { TOOL, type Tool } from '../tool.ts';

/** The JSON text, ending with a line feed. One row a line, so that two results can be compared with ordinary tools. */
export function assessmentJson(assessment: Assessment, statistics: Statistics, tool: Tool = TOOL): string {
  const { id, release, charts, containers, lint, advisorySet, statements, givenStatements, severityPolicy, asOf } =
    assessment;
  const counts = slotCounts(assessment);
  const members = [
    member('schemaVersion', ASSESSMENT_SCHEMA_VERSION),
    member('id', id),
    member('tool', tool),
    member('release', release),
    member('advisorySet', advisorySet),
    member('severityPolicy', severityPolicy),
    member('asOf', asOf),
    member('statements', statements),
    member('statistics', statistics),
    rows('images', assessment.images, (image) => imageRow(image, counts)),
    rows('charts', charts, (chart) => chart),
    ...(containers === undefined ? [] : [rows('containers', containers, (container) => container)]),
    rows('lint', lint, (verdict) => verdict),
    rows('inventories', assessment.inventories, (inventory) => inventory),
    rows('packages', assessment.packages, packageRow),
    ...(givenStatements === undefined ? [] : [rows('givenStatements', givenStatements, (statement) => statement)]),
    rows('findings', assessment.findings, (finding) => finding),
    rows('gaps', assessment.gaps, (gap) => gap),
  ];
  return `{\n${members.join(',\n')}\n}\n`;
}

/** Several assessments as one document, schema/assessments-1.json: what assessmentJson gave for each, in the order given. */
export function assessmentsJson(documents: readonly string[]): string {
  return `{\n${member('schemaVersion', ASSESSMENT_SCHEMA_VERSION)},\n"assessments":[\n${documents.map((document) => document.trimEnd()).join(',\n')}\n]}\n`;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${text(value)}`;
}

function rows<T>(name: string, values: readonly T[], rowOf: (value: T) => unknown): string {
  if (values.length === 0) return `${JSON.stringify(name)}:[]`;
  return `${JSON.stringify(name)}:[\n${values.map((value) => text(rowOf(value))).join(',\n')}\n]`;
}

function text(value: unknown): string {
  return escapeHidden(canonicalJson(value));
}

/** An image that was not read has no counts: zeros would be a claim. */
function imageRow(image: AssessedImage, counts: ReadonlyMap<string, SlotCounts>): object {
  return image.digest === undefined ? image : { ...image, counts: counts.get(image.slot) };
}

/** As in the rows of findings, `layer` and `location` stand beside each other. */
function packageRow({ location, ...found }: Assessment['packages'][number]): object {
  return { ...found, layer: location.layer, location: location.path };
}
