// What every form of `mitigation conflicts` says in the same words.
import type { Choice } from '../operate/conflicts/choices.ts';
import { textOf } from '../operate/conflicts/conflicts.ts';

/** `user-namespaces off: breaks charliecloud; leaves CVE-2023-30549 open` */
export function choiceText({ states, broken, open, lowered, lost, unknown }: Choice): string {
  const said = [
    ...(broken.length === 0 ? [] : [`breaks ${broken.join(', ')}`]),
    ...(open.length === 0 ? [] : [`leaves ${open.join(', ')} open`]),
    ...(lowered.length === 0 ? [] : [`lowers ${lowered.join(', ')}`]),
    ...(lost.length === 0 ? [] : [`${lost.join(', ')} do not count`]),
    ...(unknown.length === 0 ? [] : [`not known: ${unknown.join(', ')}`]),
  ];
  return `${textOf(states)}: ${said.length === 0 ? 'nothing breaks, nothing is open' : said.join('; ')}`;
}

/** Which of the choices it is: `now`, `planned`, `consistent`; empty for another one. */
export function choiceMarks({ current, planned, consistent, unknown }: Choice): readonly string[] {
  return [
    ...(current ? ['now'] : []),
    ...(planned && !current ? ['planned'] : []),
    ...(consistent ? [unknown.length === 0 ? 'consistent' : 'consistent as far as is known'] : []),
  ];
}
