// Results of the mitigation commands as JSON and as text for people.
import type { Applicability } from '../operate/mitigation/bundle/applies.ts';
import type { Bundle } from '../operate/mitigation/bundle/bundle.ts';
import { pathText } from '../operate/mitigation/field/path.ts';
import type { NodeChange } from '../operate/mitigation/node/script.ts';
import type { ChangeOutcome, ObjectResult } from '../operate/mitigation/run/change.ts';
import type { NodeOutcome } from '../operate/mitigation/run/node-results.ts';
import type { PlannedObject } from '../operate/mitigation/run/plan.ts';
import type { MitigationStatus } from '../operate/mitigation/status.ts';
import type { Phase } from '../operate/mitigation/step/kinds.ts';
import { STEP_TITLES } from '../operate/mitigation/step/kinds.ts';
import { type BundleWork, handWorkOf } from '../operate/mitigation/work.ts';
import type { Digest } from '../platform/canonical.ts';
import { jsonText } from '../platform/json-text.ts';
import { printable } from '../platform/printable.ts';
import { plural } from '../publish/words.ts';

/** Characters of a value that a line shows. */
const SHOWN = 100;
/** Pods that a line names. */
const NAMED = 20;

/** One mitigation in a list. */
export interface ListedMitigation {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly cves: readonly string[];
  readonly effect: Bundle['effect'];
  readonly expires: string;
  readonly runbook?: string;
  /** As the ledger has it, without looking at any system. */
  readonly state: 'never' | 'applying' | 'applied' | 'backing-out' | 'expired';
}

/** A plan as the command makes it. */
export interface ShownPlan {
  readonly bundle: Bundle;
  readonly digest: Digest;
  readonly phase: Phase;
  readonly work: BundleWork;
  readonly objects: readonly PlannedObject[];
  readonly nodes: ReadonlyMap<string, readonly NodeChange[]>;
}

/** What came of a run. */
export interface RunReport {
  readonly mitigation: string;
  readonly action: 'apply' | 'backout';
  readonly complete: boolean;
  readonly objects: readonly ObjectResult[];
  readonly nodes: readonly NodeOutcome[];
  /** Nodes whose results are to come. */
  readonly awaited: readonly string[];
  /** Manual steps that nobody says are done. */
  readonly hand: readonly { readonly step: string; readonly text: string }[];
  readonly script?: string;
  readonly confirmBy?: string;
  /** Nobody waits to put objects back: whoever applied it was told not to. */
  readonly unattended?: boolean;
}

/** `mitigation list --format json`. */
export function listJson(mitigations: readonly ListedMitigation[]): string {
  return jsonText({ schemaVersion: 1, mitigations });
}

/** The list, a line each. */
export function listText(mitigations: readonly ListedMitigation[]): string {
  const width = Math.max(0, ...mitigations.map(({ id }) => id.length));
  return lines(
    ...mitigations.map(({ id, state, effect, expires, cves, title }) =>
      [
        id.padEnd(width),
        state.padEnd(11),
        `until ${expires}`,
        effect === 'none' ? 'cannot be mitigated:' : '',
        `${title} (${cves.join(', ')})`,
      ]
        .filter((part) => part !== '')
        .join('  '),
    ),
    mitigations.length === 0 ? 'no mitigations' : '',
  );
}

/** `mitigation show --format json`. */
export function showJson(bundle: Bundle, digest: Digest, signed: boolean): string {
  return jsonText({ schemaVersion: 1, digest, signed, bundle });
}

/** A bundle for a reader. */
export function showText(bundle: Bundle, digest: Digest, signed: boolean): string {
  const { mitigation, version, title, cves, owner, created, expires, assurance, effect, impact, restarts, runbook } =
    bundle;
  return lines(
    `${mitigation} ${version}: ${title}`,
    `  for        ${cves.join(', ') || 'no CVE'}`,
    `  effect     ${effect === 'none' ? 'none: it cannot be mitigated, only found, avoided and patched' : `${effect} the risk`}, ${assurance}`,
    `  impact     ${impact}`,
    `  restarts   ${restarts}`,
    `  owner      ${owner}, from ${created} until ${expires}`,
    ...(runbook === undefined ? [] : [`  runbook    ${runbook}`]),
    `  digest     ${digest} (${signed ? 'with a signature beside it' : 'not signed'})`,
    ...bundle.steps.map((step) => `  step       ${step.id}: ${step.type}, ${STEP_TITLES[step.type]}`),
    ...bundle.conflicts.map(({ reason }) => `  conflict   ${reason}`),
    ...bundle.verify.map(({ id, type }) => `  verified   ${id}: ${type}`),
  );
}

/** `mitigation check --format json`. */
export function checkJson({ mitigation, version }: Bundle, subjects: readonly Applicability[]): string {
  return jsonText({ schemaVersion: 1, mitigation, version, subjects });
}

/** Where it applies, and where nobody can tell. */
export function checkText({ mitigation }: Bundle, subjects: readonly Applicability[]): string {
  return lines(
    ...subjects.flatMap(({ subject, answer, reasons, conflicts }) => [
      `${subject}: ${mitigation} ${{ applies: 'applies', 'does-not-apply': 'does not apply', 'not-known': 'not known' }[answer]}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`,
      ...conflicts.map((conflict) => `  conflict: ${conflict}`),
    ]),
    subjects.length === 0 ? 'no subjects: give --facts or --assessment' : '',
  );
}

/** `mitigation plan --format json`. */
export function planJson({ bundle, digest, phase, work, objects, nodes }: ShownPlan): string {
  return jsonText({
    schemaVersion: 1,
    mitigation: bundle.mitigation,
    version: bundle.version,
    digest,
    phase,
    locksOut: work.locksOut,
    objects,
    nodes: [...nodes].map(([node, changes]) => ({
      node,
      changes: changes.map(({ step, kind, key, value, expected }) => ({
        step,
        kind,
        key,
        ...(value === undefined ? {} : { value }),
        expected: 'any' in expected ? 'any' : (expected.value ?? 'none'),
      })),
    })),
    hand: handWorkOf(work),
  });
}

/** The plan as a diff for a reader. */
export function planText({ bundle, phase, work, objects, nodes }: ShownPlan): string {
  return lines(
    `${bundle.mitigation} ${bundle.version}: ${bundle.title}`,
    ...(work.rejects
      ? [phase === 'audit' ? '  policies report only; with --enforce they reject' : '  policies reject']
      : []),
    ...(work.locksOut ? ['  it can lock people out: it goes back unless confirmed in time (mitigation confirm)'] : []),
    ...objects.flatMap(({ target, state, values, reason }) => [
      `${target}: ${state}${reason === undefined ? '' : `: ${reason}`}`,
      ...values.flatMap((value) => [
        ...('from' in value ? changeLines('-', value.path, value.from) : []),
        ...('to' in value ? changeLines('+', value.path, value.to) : []),
      ]),
    ]),
    ...[...nodes].flatMap(([node, changes]) => [
      `node ${node}`,
      ...changes.map(({ kind, key, value, expected }) => {
        const from = 'any' in expected ? 'whatever is there' : shown(expected.value ?? 'nothing');
        const to = kind === 'file' && value !== undefined ? fileText(value) : shown(value ?? 'nothing');
        return `  ${kind} ${key}: ${from} -> ${to}`;
      }),
    ]),
    ...handWorkOf(work).map(({ step, do: text }) => `by hand, ${step}: ${text}`),
  );
}

/** A value as a side of a diff, whole: a long one over several lines. */
function changeLines(sign: '-' | '+', path: string, value: unknown): readonly string[] {
  const short = typeof value === 'string' ? value : JSON.stringify(value);
  const place = path === '' ? '' : `${path} `;
  if (short.length <= SHOWN) return [`  ${sign} ${place}${short}`];
  return (place + JSON.stringify(value, null, 2)).split('\n').map((line) => `  ${sign} ${line}`);
}

/** `0644 0:0 BASE64` with the content as text. */
function fileText(value: string): string {
  const [mode = '', owner = '', content = ''] = value.split(' ');
  return `${mode} ${owner} ${shown(JSON.stringify(Buffer.from(content, 'base64').toString('utf8')))}`;
}

/** Result of apply and backout. */
export function runJson({ objects, unattended: _, ...report }: RunReport): string {
  return jsonText({
    schemaVersion: 1,
    ...report,
    objects: objects.map(({ target, outcome }) => ({ target, ...outcomeMembers(outcome) })),
  });
}

/** What came of apply or backout. */
export function runText({
  mitigation,
  action,
  complete,
  objects,
  nodes,
  awaited,
  hand,
  script,
  confirmBy,
  unattended = false,
}: RunReport): string {
  const done = action === 'apply' ? 'is applied' : 'is backed out';
  const doing = action === 'apply' ? 'is applied in part' : 'is backed out in part';
  return lines(
    `${mitigation} ${complete ? done : doing}`,
    ...objects.map(({ target, outcome }) => `  ${target}: ${outcomeText(outcome)}`),
    ...nodes.map(
      ({ node, done: ok, problems }) => `  node ${node}: ${[...(ok ? ['done'] : []), ...problems].join('; ')}`,
    ),
    ...(awaited.length === 0
      ? []
      : [`  results to come from ${plural(awaited.length, 'node')}: ${awaited.join(', ')}`]),
    ...(script === undefined
      ? []
      : [`  script: ${script}; run it as root on these nodes, and give its output with --results`]),
    ...hand.map(({ step, text }) => `  by hand, ${step}: ${text}`),
    ...(confirmBy === undefined
      ? []
      : [
          unattended
            ? `  to be confirmed by ${confirmBy} (plimsoll mitigation confirm ${mitigation}); nobody waits: objects go back by backout --overdue`
            : `  it goes back at ${confirmBy} unless confirmed: plimsoll mitigation confirm ${mitigation}`,
        ]),
  );
}

/** `mitigation status --format json`, and that of verify. */
export function statusJson(statuses: readonly MitigationStatus[], ledger: LedgerReport): string {
  return jsonText({ schemaVersion: 1, ledger, mitigations: statuses });
}

/** What can be said of a ledger as a whole. */
export interface LedgerReport {
  /** Those that are proven. */
  readonly entries: number;
  readonly head?: Digest;
  readonly fault?: { readonly kind: string; readonly from: number; readonly reason: string };
}

/** Where every active mitigation stands. */
export function statusText(statuses: readonly MitigationStatus[], { entries, fault }: LedgerReport): string {
  return lines(
    ...(fault === undefined
      ? []
      : [
          `the ledger does not hold: ${fault.reason}; ${plural(entries, 'entry', 'entries')} of it are proven; below is what all of it says`,
        ]),
    ...statuses.flatMap((one) => [
      `${one.mitigation} ${one.version}: ${one.state}${!one.audits ? '' : one.phase === 'audit' ? ', reports only' : ', rejects'} (${one.cves.join(', ')})`,
      ...(one.overdueDays === undefined
        ? []
        : [
            `  expired ${one.expires}, ${plural(one.overdueDays, 'day')} ago: renew it, or back it out once the fix is in`,
          ]),
      ...(one.endsSoon ? [`  ends on ${one.expires}`] : []),
      ...(one.confirmBy === undefined
        ? []
        : [`  ${one.confirmOverdue ? 'was to be confirmed' : 'to be confirmed'} by ${one.confirmBy}`]),
      ...one.drifted.map(({ target, path, state }) => `  ${target} ${path}: ${state}`),
      ...(one.restartsDue.length === 0
        ? []
        : [`  restarts due, ${plural(one.restartsDue.length, 'pod')} older than it: ${listed(one.restartsDue)}`]),
      ...(one.awaited.length === 0 ? [] : [`  results to come from ${one.awaited.join(', ')}`]),
      ...one.notes.map((note) => `  ${note}`),
    ]),
    statuses.length === 0 ? 'no mitigation is active' : '',
  );
}

/** The first names, and how many more there are. */
function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function outcomeMembers(outcome: ChangeOutcome): Readonly<Record<string, unknown>> {
  if (outcome.outcome === 'impossible') return { outcome: outcome.outcome, reason: outcome.reason };
  if (outcome.outcome !== 'already-different') return { outcome: outcome.outcome };
  return { outcome: outcome.outcome, paths: outcome.differences.map(({ path }) => pathText(path)) };
}

function outcomeText(outcome: ChangeOutcome): string {
  if (outcome.outcome === 'impossible') return `impossible: ${outcome.reason}`;
  if (outcome.outcome !== 'already-different') return outcome.outcome === 'done' ? 'done' : 'nothing to do';
  const places = outcome.differences.map(({ path, expected, found }) => {
    return `${pathText(path) || 'the object'} was left as ${shown(expected)} and is ${shown(found)}`;
  });
  return `others changed it: ${places.join('; ')}; decide with --on-difference`;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
}

function lines(...all: readonly string[]): string {
  return all
    .filter((line) => line !== '')
    .map(printable)
    .join('\n');
}
