// A patch set as the document that goes out with it: what changes, what it closes, what to check before, how to apply it, how to go back.
import type { PatchFinding } from '../../respond/patch-set/findings.ts';
import type { PatchSet } from '../../respond/patch-set/patch-set.ts';
import { plural, shortDigest } from '../words.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';

/** The page, ended by a line feed. */
export function patchSetMarkdown(set: PatchSet): string {
  const { title, from, to, line, notes, images, charts, findings, restarts, tests, backOut, files, gaps } = set;
  const bullets = (items: readonly string[]) => items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
  const numbered = (items: readonly string[]) =>
    items.map((item, at) => `${at + 1}. ${escapeMarkdown(item)}`).join('\n');
  const section = (heading: string, ...parts: readonly string[]) => {
    const filled = parts.filter((part) => part !== '');
    return filled.length === 0 ? [] : [`## ${heading}`, ...filled];
  };
  const undecided = findings.undecided.length === 0 ? '' : `, ${findings.undecided.length} could not be judged`;
  return [
    `# ${escapeMarkdown(title)}`,
    bullets([
      `Patch set ${set.id}${notes.supersedes === undefined ? '' : `, in the place of ${notes.supersedes}`}`,
      ...(line === undefined
        ? []
        : [`Release line ${line.name}, ${line.state}${line.end === undefined ? '' : `, kept until ${line.end}`}`]),
      `From ${from.release.version} (advisories judged as of ${from.asOf}) to ${to.release.version} (as of ${to.asOf})`,
      `${plural(images.length, 'image')}, ${plural(charts.length, 'Helm release')}`,
      `${findings.closed.length} vulnerabilities closed, ${findings.left.length} left, ${findings.introduced.length} introduced${undecided}, in the images of this set`,
    ]),
    ...section('Preconditions', bullets(set.preconditions)),
    ...section(
      'Images',
      images.length === 0
        ? ''
        : markdownTable(
            ['image', 'from', 'to', 'digest from', 'digest to'],
            images.map(({ slot, from: old, to: now, sameReference }) => [
              slot,
              old?.logical ?? 'new',
              now === undefined ? 'removed' : sameReference ? 'same reference' : now.logical,
              old?.digest ?? '',
              now?.digest ?? '',
            ]),
          ),
    ),
    ...section(
      'Charts',
      charts.length === 0
        ? ''
        : markdownTable(
            ['Helm release', 'chart', 'from', 'to', 'images'],
            charts.map((chart) => [
              `${chart.namespace}/${chart.release}`,
              chart.chart,
              chart.from ?? 'new',
              chart.to ?? 'removed',
              `${chart.slots.length}`,
            ]),
          ),
    ),
    ...section('Closed', findingTable(findings.closed)),
    ...section('Left', findingTable(findings.left)),
    ...section('Introduced', findingTable(findings.introduced)),
    ...section('Known or counted only now, in old and new images', findingTable(findings.newlyKnown)),
    ...section(
      'No longer reported in unchanged packages, or not affected by a statement',
      findingTable(findings.withdrawn),
    ),
    ...section('Not judged', findingTable(findings.undecided)),
    ...section(
      'Restarts',
      bullets(restarts.map(({ subject, category, details }) => `${subject} (${category}): ${details}`)),
    ),
    ...section('Tests before', bullets(tests.before)),
    ...section('Steps', numbered(notes.steps)),
    ...section('Tests after', bullets(tests.after)),
    ...section(
      'Back out',
      numbered(notes.backOutSteps),
      bullets(backOut.map(({ logical, digest }) => `${logical} to ${digest}`)),
    ),
    ...section(
      'Files',
      files.length === 0
        ? ''
        : markdownTable(
            ['file', 'bytes', 'SHA-256'],
            files.map(({ path, bytes, sha256 }) => [path, `${bytes}`, sha256]),
          ),
    ),
    ...section('Not known', bullets(gaps.map(({ target, reason }) => `${target}: ${reason}`))),
    `From assessment ${shortDigest(from.id)} to ${shortDigest(to.id)}.`,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function findingTable(findings: readonly PatchFinding[]): string {
  if (findings.length === 0) return '';
  return markdownTable(
    ['vulnerability', 'severity', 'images', 'packages'],
    findings.map(({ vulnerability, severity, slots, packages }) => [
      vulnerability,
      severity,
      `${slots.length}`,
      packages.join(', '),
    ]),
  );
}
