// The results of nodes as text for a terminal: the counts, a line a node, then what each check says of which.
import type { NodeResult } from '../../posture/node/judge-nodes.ts';
import { countsText } from '../hygiene.ts';
import { kernelText, loadText, nodeTitle } from '../node.ts';
import { outcomeLines } from './outcomes.ts';
import { glyphsOf, type Ink, indented, paint, shown, type TerminalOptions, wrap } from './terminal.ts';

/** Nodes that are told one by one. */
const TOLD = 50;

/** Lines of at most the given columns (when these are 48 or more), each ended by a line feed. */
export function nodeTable(result: NodeResult, options: TerminalOptions): string {
  const width = Math.max(48, options.columns);
  const { verdict } = result.verdict;
  const ink: Ink = verdict === 'fail' ? 'critical' : verdict === 'pass' ? 'strong' : 'warning';
  const note = (text: string) => wrap(shown(text, options), width, '  ');
  const more = result.nodes.length - TOLD;
  const lines = [
    ...note(`${glyphsOf(options).mark} ${nodeTitle(result)}`).map((text) => paint(text, ink, options)),
    ...note(countsText(result.counts)),
    '',
    ...result.nodes
      .slice(0, TOLD)
      .flatMap((node) =>
        indented('', shown(`${node.node}: ${[kernelText(node), ...loadText(node)].join('; ')}`, options), width),
      ),
    ...(more > 0 ? [`and ${more} more in --format json`] : []),
    ...outcomeLines(result, [], width, options),
  ];
  return lines.map((text) => `${text}\n`).join('');
}
