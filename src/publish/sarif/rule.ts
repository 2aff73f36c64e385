// A vulnerability as a rule of a SARIF run (OASIS SARIF 2.1.0, 3.49), with the properties by which dashboards rank it.
import { type InstanceCell, severityOrder } from '../../explain/cells.ts';
import type { SeverityLevel } from '../../scan/advisory/advisory.ts';
import { scoreCvss } from '../../scan/advisory/cvss/index.ts';
import type { Finding } from '../../scan/assess/assessment.ts';
import { recordUrl } from '../../statements/vex/vulnerability-id.ts';
import { findingScore } from '../finding-score.ts';
import { plural } from '../words.ts';
import { messageText } from './text.ts';

/** The levels of section 3.27.10. An unknown severity is no reason to look away. */
export const LEVEL_OF: Readonly<Record<SeverityLevel, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  unknown: 'warning',
};

/**
 * A number within the bounds by which GitHub turns `security-severity` into a class (above 9.0 critical, from 7.0 high, from 4.0 medium, else
 * low), for severities that come without a score in that class.
 */
const CLASS_SCORE: Readonly<Partial<Record<SeverityLevel, number>>> = {
  critical: 9.5,
  high: 8,
  medium: 5.5,
  low: 2,
  negligible: 0.1,
};

/**
 * The rule of a vulnerability.
 * @param cells its instances, at least one.
 * @param rows the findings of every cell by `slot NUL vulnerability`.
 */
export function ruleOf(
  vulnerability: string,
  cells: readonly InstanceCell[],
  rows: ReadonlyMap<string, readonly Finding[]>,
): object {
  const [highest = cells[0]] = cells.toSorted((a, b) => severityOrder(a.severity) - severityOrder(b.severity));
  const severity = highest?.severity ?? 'unknown';
  const findings = cells.flatMap(({ slot }) => rows.get(`${slot}\0${vulnerability}`) ?? []);
  const packages = [...new Set(findings.map((finding) => finding.package))].sort();
  const score = scoreOf(severity, findings);
  const url = recordUrl(vulnerability);
  const summary = messageText(
    `${vulnerability}: ${severity} in ${packages.join(', ')}, ${plural(cells.length, 'image')}`,
  );
  return {
    id: vulnerability,
    shortDescription: { text: messageText(vulnerability) },
    fullDescription: { text: summary },
    defaultConfiguration: { level: LEVEL_OF[severity] },
    ...(url === undefined ? {} : { helpUri: url }),
    help: { text: url === undefined ? summary : `${summary}\n${url}` },
    properties: {
      tags: ['security', 'vulnerability', severity],
      severity,
      ...(score === undefined ? {} : { 'security-severity': score.toFixed(1) }),
      ...(findings.some(({ kev }) => kev) ? { kev: true } : {}),
    },
  };
}

/** The highest score of the findings that is in the class, else one that stands for it; none for an unknown severity. */
function scoreOf(severity: SeverityLevel, findings: readonly Finding[]): number | undefined {
  const scores = findings.flatMap((finding) => {
    const scored = finding.severity === severity ? scoreCvss(findingScore(finding)?.vector ?? '') : undefined;
    return scored?.level === severity && scored.score > 0 ? scored.score : [];
  });
  // A score of 9.0 is critical by CVSS and high by GitHub's bounds.
  return scores.length === 0 ? CLASS_SCORE[severity] : Math.max(...scores, severity === 'critical' ? 9.1 : 0);
}
