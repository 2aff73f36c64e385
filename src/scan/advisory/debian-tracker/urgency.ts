// Debian's urgency of a vulnerability as a severity level. The tracker writes it by hand; one or two stars mark a guess of the tracker
// itself. Source: https://security-team.debian.org/security_tracker.html, "Severity levels".
import type { Severity, SeverityLevel } from '../advisory.ts';

/**
 * "unimportant" is no security problem by Debian's own definition: below low, hence negligible. Two words say nothing about severity, and are
 * kept as what Debian said.
 */
const LEVELS: Readonly<Record<string, SeverityLevel>> = {
  high: 'high',
  medium: 'medium',
  low: 'low',
  unimportant: 'negligible',
  'not yet assigned': 'unknown',
  'end-of-life': 'unknown',
};

/** The severity behind an urgency; none for text that is no urgency. */
export function severityOfUrgency(urgency: string | undefined): readonly Severity[] {
  const word = urgency?.replace(/\*{1,2}$/, '') ?? '';
  const level = Object.hasOwn(LEVELS, word) ? LEVELS[word] : undefined;
  return level === undefined || urgency === undefined
    ? []
    : [{ kind: 'vendor', source: 'debian', raw: urgency, level }];
}
