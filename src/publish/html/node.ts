// The results of nodes as a page: the counts, a table of nodes and one of checks, and behind each that needs work what it says of which node.
import type { NodeResult } from '../../posture/node/judge-nodes.ts';
import { countsText } from '../hygiene.ts';
import { nodeTitle } from '../node.ts';
import { outcomeOverview, outcomeSections } from './outcomes.ts';
import type { PageFiles } from './page-files.ts';
import { type Markup, paragraph, plainDocument, section, table } from './plain-document.ts';

/**
 * The results as one HTML document.
 * @param page the built page; read from the package unless given.
 */
export function nodeHtml(result: NodeResult, page?: PageFiles): string {
  return plainDocument(
    { kicker: 'Nodes', title: nodeTitle(result) },
    [
      section('Counts', paragraph(countsText(result.counts)), outcomeOverview(result)),
      section('Nodes', nodesTable(result)),
      ...outcomeSections(result),
    ],
    page,
  );
}

function nodesTable({ nodes }: NodeResult): Markup {
  return table(
    'Nodes',
    [
      'Node',
      'Kernel',
      'Taint',
      'Modules from elsewhere',
      'Runtimes of users',
      'Pods of users',
      'Control plane',
      'Collected',
    ],
    nodes.map(({ node, kernel, taints, foreignModules, runtimes, pods, collectedAt }) => [
      node,
      kernel ?? 'not known',
      taints === undefined ? 'not known' : taints.map((taint) => taint.split(' ', 1)[0]).join(' '),
      foreignModules === undefined ? 'not known' : foreignModules.join(', '),
      runtimes.join(', '),
      pods?.user ?? 'not known',
      pods?.controlPlane ?? 'not known',
      collectedAt,
    ]),
  );
}
