// Statements for tests: one with everything that a statement needs, changed by what a test is about; and random ones.
import fc from 'fast-check';
import { EXCEPTION_REASONS, JUSTIFICATIONS, type Statement } from '../../src/statements/statement.ts';

/** A statement of the site about CVE-2018-25032, in force in April 2022, with changes. */
export function statement(more: Partial<Statement> = {}): Statement {
  return {
    id: 'zlib-not-reached',
    scope: { vulnerability: 'CVE-2018-25032' },
    status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path',
    owner: 'hms',
    author: 'first',
    approver: 'second',
    date: '2022-04-01',
    expires: '2022-04-30',
    renewals: 0,
    origin: { kind: 'site', file: 'statements.yaml', trusted: true },
    ...more,
  };
}

/** Words with everything that is hard to keep: lines, quotes, what notes look like, and other scripts. */
export const words = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      'Applies until 2022-01-01.',
      'Exception (next-release): no',
      'a\nb',
      'a\nException (next-release): no\n>Applies until x',
      'it\'s: "x" #',
      '修正は無い',
    ),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '');

const decision: fc.Arbitrary<Pick<Statement, 'status' | 'justification' | 'impact' | 'action' | 'exception'>> =
  fc.oneof(
    fc.record({ status: fc.constant('not_affected' as const), justification: fc.constantFrom(...JUSTIFICATIONS) }),
    fc.record({ status: fc.constant('not_affected' as const), impact: words }),
    fc.record({
      status: fc.constant('not_affected' as const),
      justification: fc.constantFrom(...JUSTIFICATIONS),
      impact: words,
    }),
    fc.record({ status: fc.constant('affected' as const), action: words }),
    fc.record({
      status: fc.constant('affected' as const),
      exception: fc.record(
        { reason: fc.constantFrom(...EXCEPTION_REASONS), detail: words },
        { requiredKeys: ['reason'] },
      ),
    }),
    fc.record({
      status: fc.constant('affected' as const),
      action: words,
      exception: fc.record(
        { reason: fc.constantFrom(...EXCEPTION_REASONS), detail: words },
        { requiredKeys: ['reason'] },
      ),
    }),
    fc.record({ status: fc.constantFrom('fixed' as const, 'under_investigation' as const) }),
  );

/** Scopes over the small release of tests: four images, three packages, four vulnerabilities, one with an alias. */
const scope: fc.Arbitrary<Statement['scope']> = fc.record(
  {
    vulnerability: fc.constantFrom('CVE-2022-0001', 'CVE-2022-0002', 'GHSA-aaaa-bbbb-cccc', 'ALPINE-13661'),
    images: fc.subarray(['quay.io/api', 'quay.io/api:1', 'quay.io/*:2', 'docker.io/library/alpine'], { minLength: 1 }),
    packages: fc.subarray(['pkg:apk/alpine/zlib', 'pkg:apk/alpine/zlib@1.2.11-r3', 'pkg:npm/%40scope/name'], {
      minLength: 1,
    }),
    lines: fc.subarray(['1.2', '1.3'], { minLength: 1 }),
  },
  { requiredKeys: ['vulnerability'] },
);

/** Random statements of the site with different ids. */
export const statements: fc.Arbitrary<readonly Statement[]> = fc
  .array(fc.tuple(scope, decision, fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 60 }), fc.nat(3)), {
    maxLength: 6,
  })
  .map((rows) =>
    rows.map(([at, decided, day, length, renewals], index): Statement => {
      const { justification: _, ...plain } = statement();
      const date = `2022-04-${String(day).padStart(2, '0')}`;
      const expires = new Date(Date.parse(date) + length * 86_400_000).toISOString().slice(0, 10);
      return { ...plain, id: `decision-${index}`, scope: at, ...decided, date, expires, renewals };
    }),
  );

/** Images of the small release. */
export const IMAGES = [
  { slot: 'quay.io/api|linux/amd64#1', logical: 'quay.io/api:1', digest: `sha256:${'1'.repeat(64)}` },
  { slot: 'quay.io/api|linux/amd64#2', logical: 'quay.io/api:2', digest: `sha256:${'1'.repeat(64)}` },
  {
    slot: 'docker.io/library/alpine|linux/amd64',
    logical: 'docker.io/library/alpine:3.16',
    digest: `sha256:${'2'.repeat(64)}`,
  },
  { slot: 'localhost:5000/x|linux/amd64', logical: 'localhost:5000/x', digest: `sha256:${'3'.repeat(64)}` },
] as const;

const VULNERABILITIES = [
  { vulnerability: 'CVE-2022-0001', aliases: ['GHSA-aaaa-bbbb-cccc'] },
  { vulnerability: 'CVE-2022-0002', aliases: [] },
  { vulnerability: 'ALPINE-13661', aliases: [] },
] as const;
const PURLS = [
  'pkg:apk/alpine/zlib@1.2.11-r3?arch=x86_64&distro=alpine-3.16',
  'pkg:apk/alpine/zlib@1.2.12-r0?arch=x86_64&distro=alpine-3.16',
  'pkg:npm/%40scope/name@1.0.0',
] as const;

/** Findings of the small release: every vulnerability in every package of every image. */
export const FINDINGS = IMAGES.flatMap(({ slot }) =>
  VULNERABILITIES.flatMap((one) => PURLS.map((purl) => ({ ...one, slot, purl }))),
);
