// Facts of nodes, images and clusters, by which it is judged whether a mitigation applies: from a file that people or collectors write, and from assessments.
import { LimitError, ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import type { Subject } from './bundle/applies.ts';
import type { Bundle } from './bundle/bundle.ts';

const KINDS = ['node', 'image', 'cluster'] as const;

/**
 * Reads a file of facts: `{"subjects": [{"name": "n1", "kind": "node", "facts": {"kernel": ["5.3.18"], "package:polkit": []}}]}`.
 * @throws ParseError, LimitError
 */
export function readFacts(text: string, file: string): readonly Subject[] {
  if (text.length > LIMITS.mitigationFileBytes) {
    throw new LimitError(`${file}: more than ${LIMITS.mitigationFileBytes} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ParseError(`${file}: not JSON`, { cause });
  }
  const subjects: unknown = Reflect.get(Object(value), 'subjects');
  if (!Array.isArray(subjects)) throw new ParseError(`${file}: there is no list "subjects"`);
  return subjects.map((subject, at) => readSubject(subject, `${file}: subjects.${at}`));
}

function readSubject(value: unknown, where: string): Subject {
  const name: unknown = Reflect.get(Object(value), 'name');
  const kind = KINDS.find((one) => one === Reflect.get(Object(value), 'kind'));
  const facts: unknown = Reflect.get(Object(value), 'facts');
  if (typeof name !== 'string' || kind === undefined || typeof facts !== 'object' || facts === null) {
    throw new ParseError(`${where}: needs name, kind (${KINDS.join(', ')}) and facts`);
  }
  const read = Object.entries(facts).map(([fact, values]): readonly [string, readonly string[]] => {
    if (Array.isArray(values) && values.every((one) => typeof one === 'string')) return [fact, values];
    throw new ParseError(`${where}.facts.${fact}: must be a list of texts; an empty one says that it is not there`);
  });
  return { name, kind, facts: new Map(read) };
}

/**
 * Images of an assessment as subjects, with the facts that a bundle asks of packages: `package:NAME` is there with its versions, or known not to be there.
 * An image with a gap says nothing about packages that were not found in it.
 */
export function assessmentSubjects(
  { images, packages }: Assessment,
  { applies, conflicts }: Bundle,
): readonly Subject[] {
  const asked = [...applies, ...conflicts.map(({ when }) => when)].map(({ fact }) => fact);
  const names = [...new Set(asked)].filter((fact) => fact.startsWith('package:'));
  const byImage = Map.groupBy(packages, ({ image }) => image);
  return images.map((image) => {
    const own = image.digest === undefined ? [] : (byImage.get(image.digest) ?? []);
    const facts = names.flatMap((fact): readonly (readonly [string, readonly string[]])[] => {
      const name = fact.slice('package:'.length);
      const versions = own
        .filter((one) => one.name === name || one.source?.name === name)
        .map(({ version }) => version);
      const found = [...new Set(versions)].sort();
      return image.digest === undefined || (found.length === 0 && image.gaps.length > 0) ? [] : [[fact, found]];
    });
    return { name: image.logical, kind: 'image', facts: new Map([...facts, ['image', [image.logical]]]) };
  });
}
