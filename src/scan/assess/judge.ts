// Judges the packages of many inventories against one advisory set: every name is looked up once, every (name, version) judged once,
// so that 300 images on three bases cost little more than the bases.
import type { AdvisorySet, Enrichment } from '../advisory/advisory.ts';
import type { Package } from '../inventory/package.ts';
import { resolveIdentities } from './identity.ts';
import { type Judgement, matchSubject, type Subject, subjectOf } from './match.ts';
import type { SeverityPolicy } from './severity.ts';

/** An advisory set made ready for the packages it was created with. */
export interface Judge {
  readonly judge: (subject: Subject) => Judgement;
  readonly enrichment: (vulnerability: string) => Enrichment | undefined;
}

/** Looks up all packages and resolves the ids of what was found, together. */
export function createJudge(packages: Iterable<Package>, set: AdvisorySet, policy: SeverityPolicy): Judge {
  const lookUp = remembered(nameKey, ({ namespace, name }: Subject) => set.lookup(namespace, name));
  const found = new Set<ReturnType<typeof lookUp>>();
  for (const installed of packages) {
    const subject = subjectOf(installed);
    if (subject !== undefined) found.add(lookUp(subject));
  }
  const identities = resolveIdentities([...found].flat());
  return {
    judge: remembered(versionKey, (subject: Subject) => matchSubject(subject, lookUp(subject), identities, policy)),
    enrichment: remembered(
      (vulnerability: string) => vulnerability,
      (vulnerability) => set.enrichment(vulnerability),
    ),
  };
}

function nameKey({ namespace, name }: Subject): string {
  return `${namespace}\0${name}`;
}

function versionKey(subject: Subject): string {
  return `${nameKey(subject)}\0${subject.scheme}\0${subject.version}`;
}

function remembered<In, Out>(keyOf: (value: In) => string, compute: (value: In) => Out): (value: In) => Out {
  const results = new Map<string, { readonly value: Out }>();
  return (value) => {
    const key = keyOf(value);
    let result = results.get(key);
    if (result === undefined) {
      result = { value: compute(value) };
      results.set(key, result);
    }
    return result.value;
  };
}
