// An assessment as Markdown: what a security group reads in a meeting. CommonMark 0.31 with GitHub's tables; the figures are those of every format.
import { formatPercent } from '../../explain/shares.ts';
import { type Statistics, slotCounts } from '../../explain/statistics.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { releaseTitle } from '../document-facts.ts';
import { originText } from '../origin-words.ts';
import { severeImages, urgentVulnerabilities } from '../ranking.ts';
import { BASES, count, day, GAP_KINDS, GAP_WORDS, plural, sourceName } from '../words.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** Rows of the lists; the whole is in the tables and in JSON. */
const LISTED = 20;

/** The page, ended by a line feed. */
export function assessmentMarkdown(assessment: Assessment, statistics: Statistics): string {
  const { asOf, advisorySet, severityPolicy, id } = assessment;
  const set = `Advisory set of ${day(advisorySet.builtAt)}, as of ${asOf}, severity policy ${severityPolicy}.`;
  const origins = originText(statistics);
  return [
    `# ${escapeMarkdown(releaseTitle(assessment))}`,
    escapeMarkdown(
      `${plural(statistics.scannedImages, 'image')} read, ${count(statistics.unreadImages)} could not be read. ${set}`,
    ),
    ...(statistics.headline
      ? []
      : [`**Figures are incomplete:** ${escapeMarkdown(statistics.headlineReason)}. They are no headline.`]),
    '## Figures',
    figures(statistics),
    ...(origins === undefined ? [] : [`${origins}.`]),
    sources(statistics),
    ...images(assessment),
    ...vulnerabilities(assessment),
    ...gaps(assessment),
    `Assessment ${escapeMarkdown(id)}`,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function figures(statistics: Statistics): string {
  const rows = BASES.map((basis) => {
    const { total, fixable } = statistics[basis];
    return [
      basis,
      count(total),
      ...SEVERITY_LEVELS.map((level) => {
        const figure = statistics[basis][level];
        return figure.count === 0 ? '0' : `${count(figure.count)} (${formatPercent(figure)} %)`;
      }),
      count(fixable),
    ];
  });
  return markdownTable(['base', 'total', ...SEVERITY_LEVELS, 'fixable'], rows);
}

function sources({ severitySources, net, instances }: Statistics): string {
  const rated = severitySources.map(({ source, count: number }) => `${sourceName(source)} ${count(number)}`).join(', ');
  const withdrawn = instances.total - net.instances.total;
  const lowered =
    withdrawn === 0
      ? ''
      : ` Without the ${plural(withdrawn, 'instance')} stated as not affected: ${count(net.instances.total)}.`;
  return escapeMarkdown(`Figures are gross.${lowered} Severities by: ${rated === '' ? 'nobody' : rated}.`);
}

function images(assessment: Assessment): readonly string[] {
  const counts = slotCounts(assessment);
  const read = assessment.images.flatMap(({ slot, digest }) => {
    const of = counts.get(slot);
    return of === undefined || digest === undefined ? [] : [{ slot, counts: of }];
  });
  const listed = severeImages(read, LISTED);
  if (listed.length === 0) return [];
  return [
    '## Images with most critical and high',
    markdownTable(
      ['image', 'critical', 'high', 'total', 'fixable'],
      listed.map(({ slot, counts: { critical, high, total, fixable } }) => [
        slot,
        ...[critical, high, total, fixable].map(count),
      ]),
    ),
  ];
}

function vulnerabilities({ findings }: Assessment): readonly string[] {
  const listed = urgentVulnerabilities(findings, LISTED);
  if (listed.length === 0) return [];
  return [
    '## Vulnerabilities, most urgent first',
    markdownTable(
      ['vulnerability', 'severity', 'why here', 'images', 'fixable in', 'packages'],
      listed.map(({ vulnerability, severity, slots, fixableSlots, reason, packages }) => [
        vulnerability,
        severity,
        reason,
        count(slots),
        count(fixableSlots),
        packages.join(', '),
      ]),
    ),
  ];
}

function gaps({ gaps: all }: Assessment): readonly string[] {
  if (all.length === 0) return [];
  const rows = GAP_KINDS.flatMap((kind) => {
    const number = all.filter((gap) => gap.kind === kind).length;
    return number === 0 ? [] : [[GAP_WORDS[kind].title, count(number), GAP_WORDS[kind].meaning]];
  });
  return ['## Gaps', markdownTable(['gap', 'number', 'meaning'], rows)];
}
