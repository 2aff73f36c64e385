// Non-root readiness as a page: the figures, a table of all containers, and behind each that needs work its findings with their facts and the proposal.
import { gapPlace } from '../../platform/gap.ts';
import type { NonrootContainer, NonrootResult } from '../../posture/nonroot/nonroot.ts';
import {
  findingText,
  hasSomething,
  identityText,
  leftTexts,
  nonrootTitle,
  outcomeText,
  proposalText,
  sortedContainers,
} from '../nonroot.ts';
import type { PageFiles } from './page-files.ts';
import { folded, list, type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The result as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function nonrootHtml(result: NonrootResult, page?: PageFiles): string {
  const { counts, gaps, waivers } = result;
  const containers = sortedContainers(result);
  const open = containers.filter(hasSomething);
  return plainDocument(
    { kicker: 'Non-root readiness', title: nonrootTitle(result) },
    [
      section(
        'Counts',
        table(
          'Counts',
          [
            'Containers',
            'Would not start',
            'Would likely break',
            'Cannot be told',
            'Nothing in the way',
            'As root',
            'Ready as proposed',
          ],
          [
            [
              counts.containers,
              counts.block,
              counts.likelyBreak,
              counts.unknown,
              counts.ok,
              counts.root,
              counts.proposed,
            ],
          ],
        ),
      ),
      section('Containers', overview(containers)),
      ...(open.length === 0 ? [] : [section('Findings', ...open.map(containerPart))]),
      ...(gaps.length === 0 ? [] : [section('Not known', list(gaps.map((gap) => `${gapPlace(gap)}: ${gap.reason}`)))]),
      ...(waivers.length === 0
        ? []
        : [
            section(
              'Waivers',
              list(
                waivers.map(
                  ({ check, owner, reason, expires, state }) =>
                    `${state}: ${check}, ${owner} until ${expires}: ${reason}`,
                ),
              ),
            ),
          ]),
    ],
    page,
  );
}

function overview(containers: readonly NonrootContainer[]): Markup {
  return table(
    'Containers',
    ['Container', 'Outcome', 'Runs as', 'Image', 'To do'],
    containers.map((one) => [one.subject, outcomeText(one), identityText(one.identity), one.image, proposalText(one)]),
  );
}

function containerPart(one: NonrootContainer): Markup {
  return folded(
    `${one.subject}: ${outcomeText(one)} (${one.findings.length})`,
    ...one.findings.flatMap((finding) => [
      paragraph(`${findingText(finding)}. To do: ${finding.remediation}`),
      list(finding.facts),
    ]),
    ...(one.proposal === undefined ? [] : [paragraph(`Proposal: ${proposalText(one)}.`), list(leftTexts(one))]),
  );
}
