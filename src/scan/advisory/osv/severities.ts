// Severities of an OSV record: CVSS vectors, Ubuntu's priority, and the words that databases write beside them. OSV schema 1.7.4,
// "severity field"; GitHub's word is in database_specific.severity, Debian's urgency in ecosystem_specific.urgency.
import type { Severity, SeverityLevel } from '../advisory.ts';
import { scoreCvss } from '../cvss/index.ts';
import { severityOfUrgency } from '../debian-tracker/urgency.ts';
import { fieldsOf, listOf, textOf } from '../fields.ts';

/** Words for a level, as GitHub, Ubuntu, Red Hat, SUSE and their kin use them. */
const WORDS: Readonly<Record<string, SeverityLevel>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  negligible: 'negligible',
};

/** Severities in a record's or an affected package's `severity` list. A vector that is none is left out. */
export function readSeverities(value: unknown, source: string): readonly Severity[] {
  return listOf(value).flatMap((member): readonly Severity[] => {
    const { type, score } = fieldsOf(member);
    const raw = textOf(score);
    if (raw === undefined) return [];
    if (type === 'Ubuntu') return severityOfWord(raw, 'ubuntu');
    if (typeof type !== 'string' || !type.startsWith('CVSS_')) return [];
    const scored = scoreCvss(raw);
    return scored === undefined ? [] : [{ kind: 'cvss', source, raw, level: scored.level, score: scored.score }];
  });
}

/** The severity that a database's own word stands for. */
export function severityOfWord(value: unknown, source: string): readonly Severity[] {
  const raw = textOf(value);
  const word = raw?.toLowerCase() ?? '';
  const level = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  return raw === undefined || level === undefined ? [] : [{ kind: 'vendor', source, raw, level }];
}

/** Severities of one affected package: its own list, Debian's urgency, a word of its database. */
export function packageSeverities(affected: unknown, source: string): readonly Severity[] {
  const { severity, ecosystem_specific: ecosystem, database_specific: database } = fieldsOf(affected);
  return [
    ...readSeverities(severity, source),
    ...severityOfUrgency(textOf(fieldsOf(ecosystem)['urgency'])),
    ...severityOfWord(fieldsOf(ecosystem)['severity'], source),
    ...severityOfWord(fieldsOf(database)['severity'], source),
  ];
}
