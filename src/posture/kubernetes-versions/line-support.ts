// Release lines beside the support of the Kubernetes that they ship: a line that is kept longer than upstream keeps its Kubernetes gets no fixes for it.
// Reads lines and the table, gives a verdict a line.
import type { Verdict } from '../../platform/verdict.ts';
import type { ReleaseLine } from '../../respond/lines/lines.ts';
import { daysBetween } from '../../statements/day.ts';
import { type Minor, minorOf } from './minor.ts';
import type { MinorDates, VersionTable } from './table.ts';

/** A line with its Kubernetes. */
export interface LineSupport {
  readonly line: ReleaseLine;
  /** Absent where the line names none, or one that the table does not have. */
  readonly minor?: Minor;
  readonly dates?: MinorDates;
  /** Days to the end of upstream's support, below zero when it is past. */
  readonly daysLeft?: number;
  /** Check `kubernetes-support`. */
  readonly verdict: Verdict;
}

/** The lines in the order of the file, judged at a day. */
export function lineSupport(
  lines: readonly ReleaseLine[],
  { minors }: VersionTable,
  asOf: string,
): readonly LineSupport[] {
  return lines.map((line) => {
    const minor = line.kubernetes === undefined ? undefined : minorOf(line.kubernetes);
    const dates = minors.find((one) => one.minor === minor);
    const daysLeft = dates === undefined ? undefined : daysBetween(asOf, dates.ended);
    return {
      line,
      ...(minor === undefined ? {} : { minor }),
      ...(dates === undefined ? {} : { dates }),
      ...(daysLeft === undefined ? {} : { daysLeft }),
      verdict: verdictOf(line, minor, dates, asOf),
    };
  });
}

function verdictOf(line: ReleaseLine, minor: Minor | undefined, dates: MinorDates | undefined, asOf: string): Verdict {
  const { name, kubernetes, state, end } = line;
  const verdict = (result: Verdict['verdict'], reason: string, remediation?: string): Verdict => ({
    check: 'kubernetes-support',
    subject: name,
    verdict: result,
    evidence: [
      `state ${state}`,
      ...(kubernetes === undefined ? [] : [`kubernetes ${kubernetes}`]),
      ...(end === undefined ? [] : [`end ${end}`]),
      ...(dates === undefined ? [] : [`Kubernetes ${dates.minor} supported until ${dates.ended} (${dates.source})`]),
    ],
    reason,
    ...(remediation === undefined ? {} : { remediation }),
  });
  if (state === 'ended') return verdict('not-applicable', 'the line has ended');
  if (kubernetes === undefined) return verdict('no-evidence', 'the line names no version of Kubernetes');
  if (dates === undefined) return verdict('no-evidence', `the table does not know Kubernetes ${minor ?? kubernetes}`);
  const remedy = 'move the line to a newer Kubernetes, or find out who keeps this one for you';
  if (dates.ended < asOf) {
    return verdict('fail', `upstream ended Kubernetes ${dates.minor} on ${dates.ended}, and the line is kept`, remedy);
  }
  if (end !== undefined && dates.ended < end) {
    return verdict('warn', `upstream ends Kubernetes ${dates.minor} on ${dates.ended}, before the line ends`, remedy);
  }
  return verdict('pass', `upstream keeps Kubernetes ${dates.minor} until ${dates.ended}`);
}
