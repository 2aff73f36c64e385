import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import npmSemver from 'semver';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { readFeed } from '../../../../test/support/recording-sink.ts';
import { needsUnpacked, unpacked } from '../../../../test/support/unpacked.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { semver } from '../../../versions/semver.ts';
import type { AffectedRange } from '../advisory.ts';
import { rustsec } from './index.ts';
import { affectedBy } from './requirements.ts';
import { readToml } from './toml.ts';

const DATA = 'data/vuln/rustsec/rustsec-20260821.tar.xz';

function advisory(toml: string): string {
  return `\`\`\`toml\n${toml}\n\`\`\`\n\n# Title\n\nText.\n`;
}

const OPENSSL = `[advisory]
id = "RUSTSEC-2018-0010"
package = "openssl"
aliases = ["CVE-2018-20997", "GHSA-xjxc-vfw2-cg96", "TROVE-2018-1"] # three
cvss = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
date = "2018-06-01"

[versions]
patched = [
  ">= 0.10.9",
]
unaffected = ["< 0.10.8"]`;

test('an advisory becomes one record', () => {
  const { advisories, covered, updated, skipped } = readFeed(rustsec, advisory(OPENSSL), 'RUSTSEC-2018-0010.md');
  assert.deepEqual(advisories, [
    {
      feed: 'rustsec',
      id: 'RUSTSEC-2018-0010',
      aliases: ['CVE-2018-20997', 'GHSA-xjxc-vfw2-cg96'],
      related: ['TROVE-2018-1'],
      namespace: 'cargo',
      package: 'openssl',
      status: 'affected',
      ranges: [{ introduced: '0.10.8', fixed: '0.10.9' }],
      fixState: 'fixed',
      severities: [
        {
          kind: 'cvss',
          source: 'rustsec',
          raw: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
          level: 'critical',
          score: 9.8,
        },
      ],
      published: '2018-06-01',
      reference: 'https://rustsec.org/advisories/RUSTSEC-2018-0010.html',
    },
  ]);
  assert.deepEqual([covered, updated, skipped], [{ cargo: 'whole' }, '2018-06-01', []]);
});

test('requirements become the intervals between them', () => {
  const cases: readonly (readonly [
    patched: string[],
    unaffected: string[],
    ranges: readonly AffectedRange[] | undefined,
  ])[] = [
    [[], [], [{}]],
    [['>= 1.2.3'], [], [{ fixed: '1.2.3' }]],
    [
      ['>= 111.25, < 300.0', '>= 300.0.12'],
      [],
      [{ fixed: '111.25.0' }, { introduced: '300.0.0-0', fixed: '300.0.12' }],
    ],
    [['^0.21.3', '>= 0.22.1'], [], [{ fixed: '0.21.3' }, { introduced: '0.22.0-0', fixed: '0.22.1' }]],
    [['0.21.3'], [], [{ fixed: '0.21.3' }, { introduced: '0.22.0-0' }]],
    [['~1.2.3'], [], [{ fixed: '1.2.3' }, { introduced: '1.3.0-0' }]],
    [['> 1.2.3'], [], [{ lastAffected: '1.2.3' }]],
    [['> 1.2'], [], [{ fixed: '1.3.0-0' }]],
    [['>= 2.0.0'], ['<= 1.0.0'], [{ introduced: '1.0.1-0', fixed: '2.0.0' }]],
    [['>= 2.0.0'], ['<= 1.0.0-rc.1'], [{ introduced: '1.0.0-rc.1.0', fixed: '2.0.0' }]],
    [[], ['> 1.0.0', '=0.9.0'], [{ limit: '0.9.0' }, { introduced: '0.9.1-0', lastAffected: '1.0.0' }]],
    [[], ['>= 1.0.0', '< 1.0.0'], []],
    [['>= 1.0.0'], ['>= 0.5.0, < 2.0.0'], [{ limit: '0.5.0' }]],
    [['1.*'], [], undefined],
    [['>= 1.x'], [], undefined],
    [['>= 1.0 || < 2'], [], undefined],
  ];
  for (const [patched, unaffected, ranges] of cases) {
    assert.deepEqual(affectedBy(patched, unaffected), ranges, JSON.stringify([patched, unaffected]));
  }
});

test('law: a version is affected exactly where no requirement holds it, as npm reads requirements', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const release = fc.tuple(number, number, number).map((parts) => parts.join('.'));
  const version = fc.tuple(release, fc.constantFrom('', '', '-alpha', '-rc.1')).map((parts) => parts.join(''));
  const comparator = fc
    .tuple(fc.constantFrom('>=', '<', '>', '<=', '=', '^', '~'), version)
    .map((parts) => parts.join(' '));
  const partial = fc.tuple(
    fc.constantFrom('>=', '<', '>', '<=', '=', '^', '~'),
    fc.tuple(number, number).map((parts) => parts.join('.')),
  );
  const requirement = fc.oneof(
    comparator,
    fc.tuple(comparator, comparator).map((pair) => pair.join(', ')),
    partial.map((parts) => parts.join('')),
  );
  const requirements = fc.array(requirement, { maxLength: 4 });
  fc.assert(
    fc.property(requirements, requirements, version, (patched, unaffected, candidate) => {
      const ranges = affectedBy(patched, unaffected) ?? assert.fail();
      // npm lets >=1.2 hold pre-releases of 1.2.0, Cargo does not.
      const hasPartial = [...patched, ...unaffected].some((text) => /[<>=^~]\d+\.\d+$/.test(text));
      fc.pre(!(hasPartial && candidate.includes('-')));
      const isHeld = [...patched, ...unaffected].some((text) =>
        npmSemver.satisfies(candidate, text.replaceAll(',', ' '), { includePrerelease: true }),
      );
      const isAffected = ranges.some(
        ({ introduced, fixed, lastAffected, limit }) =>
          (introduced === undefined || semver.compare(candidate, introduced) >= 0) &&
          [fixed, limit].every((end) => end === undefined || semver.compare(candidate, end) < 0) &&
          (lastAffected === undefined || semver.compare(candidate, lastAffected) <= 0),
      );
      assert.equal(isAffected, !isHeld, JSON.stringify({ patched, unaffected, candidate, ranges }));
    }),
    { numRuns: 3000 },
  );
});

test('notices, other systems, and requirements that cannot be read are skipped with the reason', () => {
  const skipped = (more: string, path = 'crates/openssl/RUSTSEC-2018-0010.md') =>
    readFeed(rustsec, advisory(more), path).skipped.map((line) => line.split(' @ ')[0]);
  const plain = OPENSSL.replace(/aliases.*\n/, '');
  assert.deepEqual(skipped(plain.replace('date', 'informational = "unmaintained"\ndate')), [
    'a notice without a CVE or GHSA (unmaintained)',
  ]);
  assert.deepEqual(skipped(OPENSSL.replace('date', 'informational = "unsound"\ndate')), [], 'with a CVE it counts');
  assert.deepEqual(skipped(`${plain}\n[affected]\nos = ["windows"]`), ['for other systems than Linux']);
  assert.deepEqual(skipped(`${plain}\n[affected]\nos = ["windows", "linux"]`), []);
  assert.deepEqual(skipped(plain.replace('< 0.10.8', '1.*')), ['a version requirement that cannot be read']);
  assert.deepEqual(skipped(plain, 'rust/std/RUSTSEC-2018-0010.md'), [
    "about Rust's own programs and library, not a crate",
  ]);
  const withdrawn = readFeed(rustsec, advisory(OPENSSL.replace('date', 'withdrawn = "2022-08-14"\ndate')))
    .advisories[0];
  assert.equal(withdrawn?.withdrawn, '2022-08-14');
});

test('other files are refused', () => {
  const documents = [
    '# Title',
    '```toml\n[advisory]\nid = "x"',
    advisory(''),
    advisory('[advisory]\nid = "RUSTSEC-2018-0010"'),
    advisory(OPENSSL.replace('RUSTSEC', 'GHSA')),
    advisory('id = "RUSTSEC-2018-0010"'),
    advisory(`${OPENSSL}\n[versions]`),
    advisory(`${OPENSSL}\npatched = []`),
    advisory(OPENSSL.replace('"2018-06-01"', '2018-06-01')),
    advisory(OPENSSL.replace('"2018-06-01"', '"2018-06-01" "x"')),
    advisory(OPENSSL.replace('"2018-06-01"', '"""x"""')),
    advisory(OPENSSL.replace('"2018-06-01"', '"x')),
    advisory(OPENSSL.replace('"2018-06-01"', '"\\q"')),
    advisory(OPENSSL.replace('"2018-06-01"', '{ a = { b = "c" } }')),
    advisory(OPENSSL.replace('"2018-06-01"', '{ a = "b" c = "d" }')),
    advisory(OPENSSL.replace('"2018-06-01"', '{ a = "b", a = "d" }')),
    advisory(OPENSSL.replace('"< 0.10.8"]', '"< 0.10.8" "x"]')),
    advisory(OPENSSL.replace('"< 0.10.8"]', '1]')),
    advisory(OPENSSL.replace('[versions]', '[[versions]]')),
  ];
  for (const document of documents) assert.throws(() => readFeed(rustsec, document), ParseError, document);
  const large = { path: 'RUSTSEC-2018-0010.md', bytes: () => new Uint8Array(LIMITS.metadataBytes + 1) };
  assert.throws(() => rustsec.read(large, {} as never), LimitError);
});

test('strings, lists and keys of TOML', () => {
  assert.deepEqual(
    JSON.parse(
      JSON.stringify(
        readToml(
          `# c\r\n[ a.b ]\r\n"k \\u00fc" = 'l\\n' # c\r\nx-1 = "q\\"\\t\\U0001F600"\nlist = [ # c\n 'a', "b",\n]\nyes = true\nno=false\nin = { "a::b" = ['c'], d = 'e' }`,
          'x',
        ),
      ),
    ),
    {
      'a.b': { 'k ü': 'l\\n', 'x-1': 'q"\t😀', list: ['a', 'b'], yes: true, no: false, in: { 'a::b': ['c'], d: 'e' } },
    },
  );
  assert.throws(() => readToml('[a]\nb = "\\ud800"', 'x', 5), /x:6: /);
});

/** Prints the TOML block of every file below a folder, by path, as Python's own reader sees it. */
const TOMLLIB = `
import json, pathlib, sys, tomllib
root = pathlib.Path(sys.argv[1])
print(json.dumps({str(p.relative_to(root)): tomllib.loads(p.read_text().split('\`\`\`')[1][5:]) for p in root.rglob('RUSTSEC-*.md')}))
`;

test("RustSec's whole database, its TOML read as Python reads it", needsUnpacked(DATA), (context) => {
  const root = unpacked(DATA);
  const paths = globSync('**/RUSTSEC-*.md', { cwd: root });
  const reasons: Record<string, number> = {};
  let records = 0;
  let withdrawn = 0;
  let notFixed = 0;
  for (const path of paths) {
    const { advisories, skipped } = readFeed(rustsec, readFileSync(join(root, path)), path);
    records += advisories.length;
    withdrawn += advisories.filter((one) => one.withdrawn !== undefined).length;
    notFixed += advisories.filter(({ fixState }) => fixState !== 'fixed').length;
    for (const line of skipped) {
      const reason = line.split(' @ ')[0] ?? '';
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  assert.deepEqual([paths.length, records, withdrawn, notFixed], [1205, 871, 2, 211]);
  assert.deepEqual(reasons, {
    'a notice without a CVE or GHSA (unmaintained)': 261,
    'a notice without a CVE or GHSA (unsound)': 48,
    'a notice without a CVE or GHSA (notice)': 3,
    'for other systems than Linux': 22,
  });
  if (needsPrograms('python3').skip !== false) {
    context.diagnostic('python3 is not there: its reader was not asked');
    return;
  }
  const { stdout, status } = spawnSync('python3', ['-c', TOMLLIB, root], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) {
    context.diagnostic('python3 has no tomllib: its reader was not asked');
    return;
  }
  const told: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> =
    JSON.parse(stdout);
  for (const path of paths) {
    const block = readFileSync(join(root, path), 'utf8').split('```')[1]?.slice(4) ?? '';
    const tables = readToml(block, path);
    for (const table of ['advisory', 'versions'])
      assert.deepEqual({ ...tables[table] }, told[path]?.[table] ?? {}, path);
    const functions = tables['affected.functions'] ?? tables['affected']?.['functions'] ?? {};
    assert.deepEqual({ ...(functions as object) }, told[path]?.['affected']?.['functions'] ?? {}, path);
  }
});
