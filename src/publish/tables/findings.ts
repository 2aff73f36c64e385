// The table of findings, a row a vulnerability in an installed package of a slot: the evidence behind the counted cells.
import type { AssessedImage, Assessment, Finding } from '../../scan/assess/assessment.ts';
import { findingScore } from '../finding-score.ts';
import { ssvcText } from '../ssvc-text.ts';
import { type ColumnOf, type Table, tableOf } from './table.ts';

interface FindingRow {
  readonly finding: Finding;
  readonly image: AssessedImage | undefined;
}

const COLUMNS: readonly ColumnOf<FindingRow>[] = [
  { name: 'image', kind: 'text', cell: ({ finding, image }) => image?.logical ?? finding.slot },
  { name: 'vulnerability', kind: 'text', cell: ({ finding }) => finding.vulnerability },
  { name: 'severity', kind: 'text', cell: ({ finding }) => finding.severity },
  { name: 'package', kind: 'text', cell: ({ finding }) => finding.package },
  { name: 'version', kind: 'text', cell: ({ finding }) => finding.version },
  { name: 'fixedIn', kind: 'text', cell: ({ finding }) => finding.fixedIn },
  { name: 'fixState', kind: 'text', cell: ({ finding }) => finding.fixState },
  { name: 'kev', kind: 'flag', cell: ({ finding }) => finding.kev },
  { name: 'epss', kind: 'share', cell: ({ finding }) => finding.epss },
  { name: 'ssvc', kind: 'text', cell: ({ finding }) => ssvcText(finding.ssvc) },
  { name: 'cvssScore', kind: 'score', cell: ({ finding }) => findingScore(finding)?.score },
  { name: 'statement', kind: 'text', cell: ({ finding }) => finding.statement },
  { name: 'severitySource', kind: 'text', cell: ({ finding }) => finding.severitySource },
  { name: 'rawSeverity', kind: 'text', cell: ({ finding }) => finding.rawSeverity || undefined },
  { name: 'aliases', kind: 'text', cell: ({ finding }) => finding.aliases.join(' ') || undefined },
  { name: 'advisories', kind: 'text', cell: ({ finding }) => finding.advisories.join(' ') || undefined },
  { name: 'fixes', kind: 'text', cell: ({ finding }) => fixes(finding) },
  { name: 'purl', kind: 'text', cell: ({ finding }) => finding.purl },
  { name: 'location', kind: 'text', cell: ({ finding }) => finding.location },
  { name: 'layer', kind: 'digest', cell: ({ finding }) => finding.layer },
  { name: 'scannedDigest', kind: 'digest', cell: ({ finding }) => finding.image },
  { name: 'slot', kind: 'text', cell: ({ finding }) => finding.slot },
];

/** The table, in the order of the assessment's findings. */
export function findingsTable({ findings, images }: Assessment): Table {
  const bySlot = new Map(images.map((image) => [image.slot, image]));
  return tableOf(
    'findings',
    COLUMNS,
    findings.map((finding) => ({ finding, image: bySlot.get(finding.slot) })),
  );
}

/** `feed=version`, where several feeds name fixes. */
function fixes({ fixes: byFeed = {} }: Finding): string | undefined {
  const named = Object.entries(byFeed).map(([feed, version]) => `${feed}=${version}`);
  return named.length === 0 ? undefined : named.sort().join(' ');
}
