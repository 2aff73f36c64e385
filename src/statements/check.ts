// `statements check`: what is wrong with decisions, by themselves and against what a release really holds. Pure. Rules: docs/guide/statements.md.
import { compareText } from '../platform/order.ts';
import { addDays } from './day.ts';
import { fitsImage, imageName } from './image-pattern.ts';
import { applies, isContradicted, stateOf } from './judge.ts';
import { nearestNames } from './nearest-names.ts';
import { packageName } from './package-pattern.ts';
import { isBlank } from './pattern.ts';
import { ANY_VULNERABILITY, isOfImage, isOfLine, isOfPackage, isOfVulnerability, type ScopePart } from './scope.ts';
import { type Statement, statementText } from './statement.ts';
import type { StatedFinding, StatedImage } from './vex/entries.ts';

/** What can be wrong. */
export const STATEMENT_PROBLEMS = [
  'expired',
  'expiring-soon',
  'unapproved',
  'untrusted',
  'too-wide',
  'contradicting',
  'contradicted',
  'unknown-image',
  'never-matches',
  'other-line',
] as const;

/** One thing that is wrong with a statement. */
export interface StatementProblem {
  readonly problem: (typeof STATEMENT_PROBLEMS)[number];
  /** `remark`: to be known, and no reason to fail. */
  readonly weight: 'error' | 'remark';
  /** Id of the statement. */
  readonly statement: string;
  readonly file: string;
  readonly line?: number;
  /** With `never-matches`: the first part of the scope that nothing fits together with those before it. */
  readonly part?: ScopePart;
  readonly reason: string;
}

/** What statements are checked against; without it only they themselves are looked at. */
export interface CheckedRelease {
  readonly version: string;
  readonly images: readonly StatedImage[];
  readonly findings: readonly StatedFinding[];
}

/** When it is checked. */
export interface CheckOptions {
  /** ISO date. */
  readonly asOf: string;
  /** Days before the end at which it is told. */
  readonly soonDays: number;
}

/** Everything that is wrong, by statement. */
export function checkStatements(
  statements: readonly Statement[],
  release: CheckedRelease | undefined,
  options: CheckOptions,
): readonly StatementProblem[] {
  const ofOne = statements.flatMap((statement) => [
    ...timeProblems(statement, options),
    ...widthProblems(statement),
    ...(release === undefined ? [] : matchProblems(statement, release)),
  ]);
  return [...ofOne, ...contradictions(statements, release, options)].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      compareText(a.statement, b.statement) ||
      STATEMENT_PROBLEMS.indexOf(a.problem) - STATEMENT_PROBLEMS.indexOf(b.problem) ||
      compareText(a.reason, b.reason),
  );
}

function problemOf(
  { id, origin: { file, line } }: Statement,
  problem: StatementProblem['problem'],
  weight: StatementProblem['weight'],
  reason: string,
  part?: ScopePart,
): StatementProblem {
  return {
    problem,
    weight,
    statement: id,
    file,
    ...(line === undefined ? {} : { line }),
    ...(part === undefined ? {} : { part }),
    reason,
  };
}

function timeProblems(statement: Statement, { asOf, soonDays }: CheckOptions): readonly StatementProblem[] {
  const { expires, origin } = statement;
  switch (stateOf(statement, asOf)) {
    case 'expired':
      return [problemOf(statement, 'expired', 'error', `it applied until ${expires}; what it covered counts again`)];
    case 'unapproved':
      return [problemOf(statement, 'unapproved', 'error', 'it has no approver, and does not apply until it has one')];
    case 'untrusted':
      return [
        problemOf(
          statement,
          'untrusted',
          'remark',
          `its issuer ${origin.issuer ?? '(none is named)'} is not in statements.trusted; it is shown only`,
        ),
      ];
    case 'in-force':
      return expires > addDays(asOf, soonDays)
        ? []
        : [problemOf(statement, 'expiring-soon', 'remark', `it applies until ${expires} only`)];
  }
}

/** A decision that lowers figures everywhere was hardly made by looking everywhere. */
function widthProblems(statement: Statement): readonly StatementProblem[] {
  const { scope, status, exception } = statement;
  if (
    statement.origin.kind === 'imported' ||
    (status !== 'not_affected' && status !== 'fixed' && exception === undefined)
  )
    return [];
  const { images, packages } = scope;
  const wide = [
    ...(images ?? []).filter((pattern) => isBlank(imageName(pattern))),
    ...(packages ?? []).filter((pattern) => isBlank(packageName(pattern).replace(/^pkg:[^/]*/, ''))),
  ];
  return [
    ...(images === undefined && packages === undefined
      ? [
          problemOf(
            statement,
            'too-wide',
            'error',
            'it names neither images nor packages, and holds for the whole release',
          ),
        ]
      : []),
    ...wide.map((pattern) => problemOf(statement, 'too-wide', 'error', `the pattern ${pattern} holds for everything`)),
  ];
}

function matchProblems(statement: Statement, release: CheckedRelease): readonly StatementProblem[] {
  const { scope } = statement;
  if (!isOfLine(scope, release.version)) {
    return [
      problemOf(
        statement,
        'other-line',
        'remark',
        `it is for ${(scope.lines ?? []).join(', ')}, the release is ${release.version}`,
        'line',
      ),
    ];
  }
  const unknown = (scope.images ?? []).filter((pattern) => !release.images.some((image) => fitsImage(pattern, image)));
  const names = [...new Set(release.images.map(({ logical }) => imageName(logical)))];
  return [
    ...unknown.map((pattern) => {
      const near = nearestNames(imageName(pattern), names);
      const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
      return problemOf(statement, 'unknown-image', 'error', `the release has no image ${pattern}${hint}`, 'image');
    }),
    ...neverMatches(statement, release, unknown.length > 0 && unknown.length === scope.images?.length),
  ];
}

/** Looks for the part that fails in the order line, image, vulnerability, package: each together with those before it. */
function neverMatches(
  statement: Statement,
  { images, findings }: CheckedRelease,
  noImage: boolean,
): readonly StatementProblem[] {
  if (noImage) return [];
  const { scope } = statement;
  const slots = new Set(images.filter((image) => isOfImage(scope, image)).map(({ slot }) => slot));
  const inImages = findings.filter(({ slot }) => slots.has(slot));
  const never = (part: ScopePart, reason: string) => [problemOf(statement, 'never-matches', 'error', reason, part)];
  if (slots.size === 0) return never('image', 'the release has no images');
  const ofVulnerability = inImages.filter((finding) => isOfVulnerability(scope, finding));
  if (ofVulnerability.length === 0) {
    const elsewhere = findings.some((finding) => isOfVulnerability(scope, finding));
    const what = scope.vulnerability === ANY_VULNERABILITY ? 'a vulnerability' : scope.vulnerability;
    return never('vulnerability', `${what} is found in ${elsewhere ? 'other images only' : 'no image of the release'}`);
  }
  const ofPackage = ofVulnerability.filter((finding) => isOfPackage(scope, finding));
  if (ofPackage.length === 0) {
    const found = [...new Set(ofVulnerability.map(({ purl }) => purl.replace(/[?#].*$/, '')))].sort().slice(0, 3);
    return never('package', `${scope.vulnerability} is found in other packages: ${found.join(', ')}`);
  }
  if (ofPackage.some((finding) => !isContradicted(statement, finding))) return [];
  const [first] = ofPackage;
  return [
    problemOf(
      statement,
      'contradicted',
      'error',
      `it says fixed, but ${first?.purl.replace(/[?#].*$/, '') ?? 'the package'} is found again; the finding counts`,
    ),
  ];
}

/** Statements in force of one kind of origin that say different things of one finding; without a release, of one scope. */
function contradictions(
  statements: readonly Statement[],
  release: CheckedRelease | undefined,
  { asOf }: CheckOptions,
): readonly StatementProblem[] {
  const inForce = statements.filter((statement) => stateOf(statement, asOf) === 'in-force');
  const found = new Map<string, StatementProblem>();
  const compare = (group: readonly Statement[], what: string): void => {
    for (const statement of group) {
      const other = group.find(
        (one) => one.origin.kind === statement.origin.kind && statementText(one) !== statementText(statement),
      );
      const key = `${statement.origin.file}\0${statement.id}`;
      if (other === undefined || found.has(key)) continue;
      const reason = `it says ${statementText(statement)} and ${other.id} says ${statementText(other)} of ${what}`;
      found.set(key, problemOf(statement, 'contradicting', 'error', reason));
    }
  };
  if (release === undefined) {
    for (const group of Map.groupBy(inForce, ({ scope }) => JSON.stringify(scope)).values())
      compare(group, 'the same scope');
    return [...found.values()];
  }
  const ofLine = inForce.filter(({ scope }) => isOfLine(scope, release.version));
  const byId = Map.groupBy(ofLine, ({ scope }) => scope.vulnerability.toLowerCase());
  const images = new Map(release.images.map((image) => [image.slot, image]));
  for (const finding of release.findings) {
    const image = images.get(finding.slot);
    if (image === undefined) continue;
    const ids = new Set([finding.vulnerability, ...finding.aliases].map((id) => id.toLowerCase()));
    const named = [...ids, ANY_VULNERABILITY].flatMap((id) => byId.get(id) ?? []);
    const about = named.filter((statement) => applies(statement, finding, image));
    if (about.length > 1) compare(about, `${finding.vulnerability} in ${image.logical}`);
  }
  return [...found.values()];
}
