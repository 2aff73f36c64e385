import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FINDINGS, IMAGES, statement, statements } from '../../test/support/statements.ts';
import { fitsImage } from './image-pattern.ts';
import { asGiven, digestOfStatements, judgeOf, stateOf } from './judge.ts';
import { fitsPackage } from './package-pattern.ts';
import { fits } from './pattern.ts';
import { isOfLine } from './scope.ts';
import { type Statement, statementText } from './statement.ts';

const CONTEXT = { releaseVersion: '1.2.0', asOf: '2022-04-15' };
const FINDING = {
  vulnerability: 'CVE-2018-25032',
  aliases: ['GHSA-jc36-42cf-vqwj'],
  purl: 'pkg:apk/alpine/zlib@1.2.11-r3',
};
const IMAGE = { logical: 'quay.io/hms/api:2.1', digest: `sha256:${'a'.repeat(64)}` };

/** The text of the statement that applies to the finding. */
function said(given: readonly Statement[], more: Partial<typeof CONTEXT> = {}): string | undefined {
  const found = judgeOf(given, { ...CONTEXT, ...more })(FINDING, IMAGE);
  return found === undefined ? undefined : statementText(found);
}

describe('patterns', () => {
  const images: readonly (readonly [pattern: string, logical: string, expected: boolean])[] = [
    ['docker.io/library/alpine', 'docker.io/library/alpine:3.16', true],
    ['docker.io/library/alpine', 'docker.io/library/alpine-git:3.16', false],
    ['docker.io/library/alpine:3.*', 'docker.io/library/alpine:3.16', true],
    ['docker.io/library/alpine:3.1', 'docker.io/library/alpine:3.16', false],
    ['docker.io/library/alpine:3.16', 'docker.io/library/alpine', false],
    ['quay.io/*', 'quay.io/hms/api:2', true],
    ['quay.io/*/api', 'quay.io/hms/api:2', true],
    ['localhost:5000/x', 'localhost:5000/x:1', true],
    ['localhost:5000/x:2', 'localhost:5000/x:1', false],
    [`quay.io/hms/api@${IMAGE.digest}`, 'quay.io/hms/api:2', true],
    [`quay.io/hms/api@sha256:${'b'.repeat(64)}`, 'quay.io/hms/api:2', false],
  ];
  for (const [pattern, logical, expected] of images) {
    it(`image ${pattern} ${expected ? 'fits' : 'does not fit'} ${logical}`, () => {
      assert.equal(fitsImage(pattern, { ...IMAGE, logical }), expected);
    });
  }

  const packages: readonly (readonly [pattern: string, purl: string, expected: boolean])[] = [
    ['pkg:apk/alpine/zlib', 'pkg:apk/alpine/zlib@1.2.11-r3?arch=x86_64', true],
    ['pkg:apk/alpine/zlib', 'pkg:apk/alpine/zlib-dev@1.2.11-r3', false],
    ['pkg:apk/alpine/zlib@1.2.11-r3', 'pkg:apk/alpine/zlib@1.2.11-r3?arch=x86_64', true],
    ['pkg:apk/alpine/zlib@1.2.12-r0', 'pkg:apk/alpine/zlib@1.2.11-r3', false],
    ['pkg:apk/alpine/zlib?arch=x86_64', 'pkg:apk/alpine/zlib@1?arch=x86_64&distro=3', true],
    ['pkg:apk/alpine/zlib?arch=aarch64', 'pkg:apk/alpine/zlib@1?arch=x86_64', false],
    ['pkg:npm/@angular/*', 'pkg:npm/%40angular/core@13.0.0', true],
    ['pkg:npm/%40angular/core@13.*', 'pkg:npm/%40angular/core@13.1.0', true],
    ['pkg:pypi/Jinja_2', 'pkg:pypi/jinja-2@3.0', true],
    ['pkg:deb/debian/libc6@2.31-13%2Bdeb11u3', 'pkg:deb/debian/libc6@2.31-13+deb11u3', true],
  ];
  for (const [pattern, purl, expected] of packages) {
    it(`package ${pattern} ${expected ? 'fits' : 'does not fit'} ${purl}`, () => {
      assert.equal(fitsPackage(pattern, purl), expected);
    });
  }

  it('a star stands for any run of characters, as a regular expression would say', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, text) => {
        assert.equal(fits(pattern, text), new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
      }),
      { numRuns: 500 },
    );
  });

  it('a pattern that is made to be slow is not', () => {
    const before = process.cpuUsage();
    assert.equal(fits(`${'*a'.repeat(500)}b`, 'a'.repeat(1000)), false);
    assert.ok(process.cpuUsage(before).user < 1e6);
  });

  it('a line holds its versions and not those of another that begins alike', () => {
    const of = (line: string, version: string) => isOfLine({ vulnerability: 'x', lines: [line] }, version);
    assert.deepEqual(
      ['1.2', '1.2.0', '1.2.0-beta.97', 'v1.2.3', '1.20', '1.20.1', '1.1', '11.2'].map((version) => of('1.2', version)),
      [true, true, true, true, false, false, false, false],
    );
  });
});

describe('which statement applies', () => {
  it('one whose scope fits, under any id of the vulnerability', () => {
    const text = 'not_affected:vulnerable_code_not_in_execute_path';
    assert.equal(said([statement()]), text);
    assert.equal(said([statement({ scope: { vulnerability: 'ghsa-jc36-42cf-vqwj' } })]), text);
    assert.equal(said([statement({ scope: { vulnerability: 'CVE-2018-2503' } })]), undefined);
    assert.equal(
      said([statement({ scope: { vulnerability: 'CVE-2018-25032', images: ['quay.io/other'] } })]),
      undefined,
    );
    assert.equal(said([statement({ scope: { vulnerability: 'CVE-2018-25032', lines: ['1.3'] } })]), undefined);
    assert.equal(
      said([statement({ scope: { vulnerability: 'CVE-2018-25032', packages: ['pkg:npm/zlib'] } })]),
      undefined,
    );
  });

  it('until its last day', () => {
    assert.notEqual(said([statement()], { asOf: '2022-04-30' }), undefined);
    assert.equal(said([statement()], { asOf: '2022-05-01' }), undefined);
    assert.equal(said([statement()], { asOf: '2022-05-01T00:00:00Z' }), undefined);
  });

  it('none without approver that lowers figures or excepts, and none of an issuer that is not trusted', () => {
    const { approver: _, ...proposed } = statement();
    assert.equal(said([proposed]), undefined);
    assert.equal(stateOf(proposed, CONTEXT.asOf), 'unapproved');
    const { justification: __, ...plain } = proposed;
    assert.equal(said([{ ...plain, status: 'under_investigation' }]), 'under_investigation');
    assert.equal(said([{ ...plain, status: 'affected', exception: { reason: 'next-release' } }]), undefined);
    const foreign = { kind: 'imported', file: 'v.json', issuer: 'Vendor' } as const;
    assert.notEqual(said([{ ...proposed, origin: { ...foreign, trusted: true } }]), undefined);
    assert.equal(said([{ ...proposed, origin: { ...foreign, trusted: false } }]), undefined);
  });

  it("the site's lies over the vendor's, the vendor's over that of others, whatever their dates", () => {
    const { justification: _, ...plain } = statement();
    const site = { ...plain, status: 'affected', exception: { reason: 'version-locked' } } as const satisfies Statement;
    const vendor = statement({
      date: '2022-04-10',
      origin: { kind: 'vendor', file: 'v.yaml', issuer: 'v', trusted: true },
    });
    const other = { ...plain, status: 'under_investigation', date: '2022-04-12' } as const;
    const imported = { ...other, origin: { kind: 'imported', file: 'i.json', issuer: 'i', trusted: true } } as const;
    assert.equal(said([imported, vendor, site]), 'affected:version-locked');
    assert.equal(said([imported, vendor]), 'not_affected:vulnerable_code_not_in_execute_path');
    assert.equal(said([imported]), 'under_investigation');
    assert.equal(
      said([imported, vendor, { ...site, expires: '2022-04-14' }]),
      'not_affected:vulnerable_code_not_in_execute_path',
    );
  });

  it('the later, and of one day the one that hides least', () => {
    const { justification: _, ...plain } = statement({ id: 'other' });
    const open = { ...plain, status: 'affected', action: 'update' } as const satisfies Statement;
    assert.equal(said([statement(), open]), 'affected');
    assert.equal(said([statement({ date: '2022-04-02' }), open]), 'not_affected:vulnerable_code_not_in_execute_path');
  });

  it('fixed counts where it names the installed version, else the inventory contradicts it', () => {
    const { justification: _, ...plain } = statement({ status: 'fixed' });
    const fixed = (packages?: readonly string[]): Statement => ({
      ...plain,
      scope: { vulnerability: 'CVE-2018-25032', ...(packages === undefined ? {} : { packages }) },
    });
    assert.equal(said([fixed()]), undefined);
    assert.equal(said([fixed(['pkg:apk/alpine/zlib'])]), undefined);
    assert.equal(said([fixed(['pkg:apk/alpine/zlib@*'])]), undefined);
    assert.equal(said([fixed(['pkg:apk/alpine/zlib@1.2.12-r0'])]), undefined);
    assert.equal(said([fixed(['pkg:apk/alpine/zlib@1.2.11-r3'])]), 'fixed');
  });

  it('a statement about all vulnerabilities of an image gives way to a later one about this one', () => {
    const { justification: _, ...plain } = statement({ id: 'all' });
    const all: Statement = {
      ...plain,
      status: 'affected',
      scope: { vulnerability: '*', images: ['quay.io/hms/*'] },
      exception: { reason: 'purged-after-upgrade' },
    };
    assert.equal(said([all]), 'affected:purged-after-upgrade');
    assert.equal(said([all, statement({ date: '2022-04-02' })]), 'not_affected:vulnerable_code_not_in_execute_path');
  });

  it('law: the order of statements does not matter, neither for findings nor for the digest', () => {
    fc.assert(
      fc.property(
        statements.chain((given) =>
          fc.tuple(fc.constant(given), fc.shuffledSubarray([...given], { minLength: given.length })),
        ),
        ([given, shuffled]) => {
          const texts = (some: readonly Statement[]) => {
            const judge = judgeOf(some, CONTEXT);
            return FINDINGS.map((finding) => {
              const image = IMAGES.find(({ slot }) => slot === finding.slot) ?? IMAGES[0];
              return judge(finding, image)?.id;
            });
          };
          assert.deepEqual(texts(shuffled), texts(given));
          assert.equal(digestOfStatements(asGiven(shuffled)), digestOfStatements(asGiven(given)));
        },
      ),
      { numRuns: 200 },
    );
  });
});
