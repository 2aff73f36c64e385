// Judges the packages of one name: its records are looked up once and every version judged once, or taken from an earlier book where the set
// still says the same.
import type { Advisory, AdvisorySet } from '../advisory/advisory.ts';
import type { JudgedName } from './book.ts';
import { type Identified, type Identities, isJoining } from './identity.ts';
import { type Judgement, type Match, matchSubject, type Subject } from './match.ts';
import type { SeverityPolicy } from './severity.ts';

/** The key of a name: subjects with an equal key are judged by the same records. */
export function nameKey({ namespace, name, binary }: Subject): string {
  return `${namespace}\0${name}\0${binary?.name ?? ''}`;
}

/** Tells apart the versions and builds of one name. */
function versionKey({ binary, platform, scheme, version }: Subject): string {
  if (binary === undefined)
    return platform === undefined ? `${scheme}\0${version}` : `${scheme}\0${version}\0${platform}`;
  return [scheme, version, binary.version, binary.module, binary.architecture ?? ''].join('\0');
}

/** The judge of one name. Two steps: the records of all names join ids, then each is judged under these. */
export class NameJudge {
  readonly #set: AdvisorySet;
  readonly #subject: Subject;
  readonly #fingerprint: string | undefined;
  readonly #earlier: JudgedName | undefined;
  readonly #judgements = new Map<string, Judgement>();
  #records: readonly Advisory[] | undefined;
  #carries: boolean | undefined;

  /** `subject` is any of the name; `earlier` what a book says of it. */
  constructor(set: AdvisorySet, subject: Subject, earlier: JudgedName | undefined) {
    this.#set = set;
    this.#subject = subject;
    this.#fingerprint = fingerprintOf(set, subject);
    this.#earlier = earlier !== undefined && earlier.fingerprint === this.#fingerprint ? earlier : undefined;
  }

  /** The records that have a say in ids. */
  get joining(): readonly Identified[] {
    return this.#earlier?.joining ?? this.#lookedUp().filter(isJoining);
  }

  judge(subject: Subject, identities: Identities, policy: SeverityPolicy): Judgement {
    const key = versionKey(subject);
    const known = this.#judgements.get(key);
    if (known !== undefined) return known;
    const carried = this.#isCarried(identities) ? this.#earlier?.judgements.get(key) : undefined;
    const judgement =
      carried === undefined
        ? matchSubject(subject, this.#lookedUp(), identities, policy)
        : { ...carried, matches: carried.matches.map((match) => withAliases(match, identities)) };
    this.#judgements.set(key, judgement);
    return judgement;
  }

  /** The entry of a book; undefined where there is nothing to remember or no way to recognise it. */
  entry(identities: Identities): JudgedName | undefined {
    if (this.#fingerprint === undefined || (this.#earlier === undefined && this.#lookedUp().length === 0))
      return undefined;
    const joining = this.joining.map((record) => {
      const { id, aliases, related } = record;
      return { id, aliases, related, reported: identities.reportedIds(record) };
    });
    return { fingerprint: this.#fingerprint, joining, judgements: this.#judgements };
  }

  /** Other names can change under which ids these records are reported. */
  #isCarried(identities: Identities): boolean {
    this.#carries ??=
      this.#earlier?.joining.every((record) => equalLists(identities.reportedIds(record), record.reported)) ?? false;
    return this.#carries;
  }

  #lookedUp(): readonly Advisory[] {
    this.#records ??= lookUp(this.#set, this.#subject);
    return this.#records;
  }
}

function lookUp(set: AdvisorySet, subject: Subject): readonly Advisory[] {
  return namesOf(subject).flatMap((name) => set.lookup(subject.namespace, name));
}

function fingerprintOf(set: AdvisorySet, subject: Subject): string | undefined {
  if (set.fingerprint === undefined) return undefined;
  return namesOf(subject)
    .map((name) => set.fingerprint?.(subject.namespace, name))
    .join(' ');
}

/** Names that advisories on the subject may be about. */
function namesOf({ name, binary }: Subject): readonly string[] {
  return binary === undefined || binary.name === name ? [name] : [name, binary.name];
}

/** Other names can add to or take from the aliases of a vulnerability. */
function withAliases(match: Match, identities: Identities): Match {
  const aliases = identities.aliasesOf(match.vulnerability);
  return equalLists(aliases, match.aliases) ? match : { ...match, aliases };
}

function equalLists(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
