import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsShared } from '../../../test/support/needs.ts';
import {
  bundleInput,
  comparisonText,
  folderOf,
  INSIDE_WORDS,
  markedAssessment,
  testPage,
} from '../../../test/support/sample-bundle.ts';
import { resultValidator } from '../../../test/support/schemas.ts';
import { csafProviderValidator, csafValidator, STANDARD_SCHEMAS } from '../../../test/support/standard-schemas.ts';
import { jsonText } from '../../platform/json-text.ts';
import type { Verdict } from '../../platform/verdict.ts';
import { zipContent, zipMembers, zipOf } from '../../platform/zip.ts';
import { checkSection } from '../site/checks.ts';
import { publishedLines } from '../site/lines.ts';
import { checksumText, sha256Hex } from './checksums.ts';
import { publishedComparison } from './comparison-input.ts';
import { BUNDLE_FILES, type BundleFile, bundleOf } from './contents.ts';
import { verifyBundle } from './verify.ts';

const ED25519 = generateKeyPairSync('ed25519');
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

test('a bundle is the same again, signed with Ed25519 too', () => {
  const input = bundleInput({ key: ED25519.privateKey });
  assert.deepEqual(bundleOf(input, testPage), bundleOf(input, testPage));
});

for (const audience of ['public', 'customers', 'internal'] as const) {
  test(`for ${audience}: all files agree, with either kind of key`, async () => {
    for (const { privateKey, publicKey } of [ED25519, P256]) {
      const { id, files } = bundleOf(bundleInput({ audience, key: privateKey }), testPage);
      const verification = await verifyBundle(folderOf(files), publicKey);
      assert.deepEqual(
        verification.checks.filter(({ verdict }) => verdict !== 'pass'),
        [],
      );
      assert.equal(verification.verdict, 'pass');
      assert.equal(verification.bundle, id);
    }
  });
}

test('without the key a signature is no evidence; another key, or none where one is expected, fails', async () => {
  const { files } = bundleOf(bundleInput({ key: ED25519.privateKey }), testPage);
  assert.equal((await verifyBundle(folderOf(files))).verdict, 'no-evidence');
  assert.equal((await verifyBundle(folderOf(files), P256.publicKey)).verdict, 'fail');
  const unsigned = files.filter(({ path }) => path !== BUNDLE_FILES.signature);
  assert.equal((await verifyBundle(folderOf(unsigned), ED25519.publicKey)).verdict, 'fail');
  assert.equal((await verifyBundle(folderOf(unsigned))).verdict, 'pass');
});

test('one changed byte anywhere is found', async () => {
  const { files } = bundleOf(bundleInput({ key: ED25519.privateKey }), testPage);
  const place = fc.record({ file: fc.nat(files.length - 1), at: fc.nat(), bit: fc.nat(7) });
  await fc.assert(
    fc.asyncProperty(place, async ({ file, at, bit }) => {
      const changed = files.map(({ path, content }, index) => {
        const bytes = Buffer.from(content);
        if (index === file) bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length);
        return { path, content: bytes };
      });
      const { verdict } = await verifyBundle(folderOf(changed), ED25519.publicKey);
      assert.equal(verdict, 'fail', files[file]?.path);
    }),
    { numRuns: 60 },
  );
});

test('without signature too, every byte of every small file counts', async () => {
  const { files } = bundleOf(bundleInput(), testPage);
  const target = files.find(({ path }) => path === BUNDLE_FILES.checksums);
  assert.ok(target !== undefined);
  const bytes = Buffer.from(target.content);
  for (let at = 0; at < bytes.length; at += 37) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    const { checks } = await verifyBundle(folderOf(replaced(files, BUNDLE_FILES.checksums, changed)));
    assert.equal(checks.find(({ check }) => check === 'checksums')?.verdict, 'fail', `byte ${at}`);
  }
});

test('files that were added, removed or put as links are found', async () => {
  const { files } = bundleOf(bundleInput(), testPage);
  assert.equal((await verifyBundle(folderOf([...files, { path: 'more.txt', content: '' }]))).verdict, 'fail');
  assert.equal((await verifyBundle(folderOf(files.slice(1)))).verdict, 'fail');
  assert.equal((await verifyBundle({ ...folderOf(files), others: ['link'] })).verdict, 'fail');
  assert.equal((await verifyBundle({ files: new Map(), others: [] })).verdict, 'fail');
});

test('a file that stands twice in a list is found, whichever of its checksums is right', async () => {
  const { files } = bundleOf(bundleInput(), testPage);
  const sums = textOf(files, BUNDLE_FILES.checksums);
  const [first = ''] = sums.split('\n');
  const wrong = first.replace(/^[0-9a-f]{64}/, '0'.repeat(64));
  for (const text of [`${wrong}\n${sums}`, sums.replace(first, `${first}\n${wrong}`)]) {
    const { checks } = await verifyBundle(folderOf(replaced(files, BUNDLE_FILES.checksums, text)));
    assert.deepEqual(failedIn(checks), ['checksums']);
  }
  const list = JSON.parse(textOf(files, BUNDLE_FILES.list));
  for (const more of [{ ...list.files[0], sha256: '0'.repeat(64) }, { about: 'no path' }]) {
    const text = `${jsonText({ ...list, files: [more, ...list.files] })}\n`;
    const { checks } = await verifyBundle(folderOf(sealedAgain(replaced(files, BUNDLE_FILES.list, text), text)));
    assert.deepEqual(failedIn(checks), ['list']);
  }
});

test('whatever stands in a file, verify answers', async () => {
  const { files } = bundleOf(bundleInput({ key: ED25519.privateKey }), testPage);
  const deep = (name: string) => `{"${name}":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const hostile = ['', '{', 'null', '[]', '{}', '"', deep('runs'), deep('statistics'), deep('schemaVersion')];
  for (const { path } of files) {
    for (const text of hostile) {
      const { verdict } = await verifyBundle(folderOf(replaced(files, path, text)), ED25519.publicKey);
      assert.equal(verdict, 'fail', `${path} ${text.slice(0, 20)}`);
    }
  }
});

/** A lie in one file, sealed again with right checksums: whoever can write the folder can do that. */
const LIES: readonly { readonly path: string; readonly check: string; readonly lie: (text: string) => string }[] = [
  {
    path: 'assessment.json',
    check: 'figures-json',
    lie: (text) => text.replace('"instances":{"critical":{"count":7', '"instances":{"critical":{"count":6'),
  },
  {
    path: 'findings.csv',
    check: 'figures-csv',
    lie: (text) => text.replace(/^[^\n]*,CVE-2022-90013,critical,[^\n]*\n/m, ''),
  },
  { path: 'images.csv', check: 'figures-csv-images', lie: (text) => text.replace(/,5,1,2,1,0,/, ',5,0,3,1,0,') },
  {
    path: 'index.html',
    check: 'figures-site',
    lie: (text) => text.replace('<td class="number">7</td>', '<td class="number">0</td>'),
  },
  {
    path: 'report.html',
    check: 'figures-html',
    lie: (text) => text.replace(/("severity":\{"values":\[")[a-z]+"/, '$1unknown"'),
  },
  {
    path: 'findings.sarif',
    check: 'figures-sarif',
    lie: (text) =>
      text.replace(
        '"severity": "critical",\n            "severitySource"',
        '"severity": "low",\n            "severitySource"',
      ),
  },
  {
    path: 'bom.cdx.json',
    check: 'figures-cyclonedx',
    lie: (text) => text.replace('"severity": "critical"', '"severity": "low"'),
  },
  {
    path: 'bom.spdx.json',
    check: 'packages-spdx',
    lie: (text) => text.replace('"documentDescribes": [', '"documentDescribes": ["SPDXRef-Package-1",'),
  },
  {
    path: 'vex.openvex.json',
    check: 'statuses-openvex',
    lie: (text) => text.replace('"status": "affected"', '"status": "fixed"'),
  },
  {
    path: 'csaf/white/2022/harbour-1_2_0-beta_7-2022-04-06-54fe89fc52e3.json',
    check: 'statuses-csaf',
    lie: (text) => text.replace('"known_affected"', '"known_not_affected"'),
  },
];

for (const { path, check, lie } of LIES) {
  test(`${check}: a file that says something else is found though its checksum is right`, async () => {
    const { files } = bundleOf(bundleInput(), testPage);
    const before = Buffer.from(files.find((file) => file.path === path)?.content ?? '').toString('utf8');
    assert.notEqual(lie(before), before);
    const { checks } = await verifyBundle(folderOf(sealedAgain(replaced(files, path, lie(before)))));
    assert.equal(checks.find((one) => one.check === 'checksums')?.verdict, 'pass');
    // The JSON is what the others are held against: its own figures alone are changed here.
    assert.deepEqual(failedIn(checks), [check]);
  });
}

test('nothing of the inside leaves the house; the internal bundle has it', async () => {
  const texts = async (audience: 'public' | 'customers' | 'internal'): Promise<string> => {
    const assessment = markedAssessment();
    const comparison = await publishedComparison(comparisonText(assessment), assessment, audience);
    const results = {
      verdict: 'fail',
      results: [
        {
          check: 'secret',
          subject: 'inside-path',
          verdict: 'fail',
          evidence: ['inside-evidence'],
          reason: 'inside-path',
          waiver: 'inside-owner',
        },
      ],
    };
    const checks = [
      checkSection('Hygiene', JSON.stringify(results), {
        assessment: assessment.id,
        withReasons: audience === 'internal',
      }),
    ];
    const { files } = bundleOf(bundleInput({ assessment, audience, comparison, checks }), testPage);
    return files.map(plainText).join('\n');
  };
  const [open, customers, internal] = [await texts('public'), await texts('customers'), await texts('internal')];
  for (const word of INSIDE_WORDS) {
    assert.ok(!open.includes(word), `${word} is public`);
    assert.ok(!customers.includes(word), `${word} goes to customers`);
    assert.ok(internal.includes(word), `${word} is nowhere, so that this test cannot fail`);
  }
  assert.ok(open.includes('fail, waived'), 'that a result is waived is told, by whom and why is not');
});

test('an image that is known by a place on the machine alone is not published outside', () => {
  const sample = markedAssessment();
  const images = sample.images.map((image, index) =>
    index === 0 ? { ...image, logical: 'oci:/home/someone/build' } : image,
  );
  const assessment = { ...sample, images };
  assert.throws(() => bundleOf(bundleInput({ assessment }), testPage), { code: 'usage' });
  assert.ok(bundleOf(bundleInput({ assessment, audience: 'internal' }), testPage).files.length > 10);
});

test('a comparison goes out when it leads to the assessment', async () => {
  const assessment = markedAssessment();
  const text = comparisonText(assessment);
  const comparison = await publishedComparison(text, assessment, 'public');
  const { files } = bundleOf(bundleInput({ assessment, comparison }), testPage);
  assert.match(textOf(files, 'index.html'), /href="compare\.html"/);
  assert.match(textOf(files, 'index.html'), /Vulnerabilities published, 81\.8 % of the changes/);
  const other = { ...assessment, id: sampleId() };
  await assert.rejects(publishedComparison(text, other, 'public'), { code: 'usage' });
  const before = { slots: [{ slot: 'web', from: { logical: 'oci:/home/someone/build' } }] };
  const fromPlace = JSON.stringify({ ...JSON.parse(text), ...before });
  await assert.rejects(publishedComparison(fromPlace, assessment, 'customers'), { code: 'usage' });
  assert.equal((await publishedComparison(fromPlace, assessment, 'internal')).text, fromPlace);
  for (const wrong of ['{}', '{', '{"schemaVersion":2}', JSON.stringify({ ...JSON.parse(text), changes: [{}] })]) {
    await assert.rejects(publishedComparison(wrong, assessment, 'public'), { code: 'parse' });
  }
});

test('the comparison of a bundle is checked: what it leads to, its sums, and its page', async () => {
  const assessment = markedAssessment();
  const text = comparisonText(assessment);
  const filesOf = async (json: string) => {
    const comparison = await publishedComparison(json, assessment, 'internal');
    return bundleOf(bundleInput({ assessment, comparison }), testPage).files;
  };
  const failed = async (files: readonly BundleFile[]) => failedIn((await verifyBundle(folderOf(files))).checks);
  const files = await filesOf(text);
  assert.deepEqual(await failed(files), []);
  const document = JSON.parse(text);
  const [first, ...others] = document.causes;
  const changed = [
    { ...document, causes: others },
    { ...document, changes: document.changes.slice(1) },
    { ...document, to: { ...document.to, figures: document.from.figures } },
    { ...document, causes: [{ ...first, difference: document.difference }, ...others] },
  ];
  for (const one of changed) assert.deepEqual(await failed(await filesOf(JSON.stringify(one))), ['comparison']);
  const page = textOf(files, 'compare.html');
  const [difference = ''] = /"difference":\{"instances":\{"total":-?\d+/.exec(page) ?? [];
  assert.notEqual(difference, '');
  for (const one of [page.replace(difference, `${difference}7`), page.replace('id="data"', 'id="x"'), '']) {
    assert.deepEqual(await failed(sealedAgain(replaced(files, 'compare.html', one))), ['comparison-html']);
  }
  assert.ok((await failed(files.filter(({ path }) => path !== 'compare.json'))).includes('comparison'));
});

test('the overview shows the verdict of the gate and the release lines', () => {
  const { id } = markedAssessment();
  const gate = {
    assessment: { id },
    verdict: { verdict: 'fail', reason: 'below the line' },
    results: [{ check: 'known-exploited', verdict: 'fail', reason: 'CVE-2022-90013 of inside-owner' }],
  };
  const about = { assessment: id, withReasons: false };
  const checks = [checkSection('Gate', JSON.stringify(gate), about)];
  const lines = publishedLines(
    JSON.stringify({ lines: [{ name: '1.2', state: 'active', end: '2023-06-30', note: 'inside-detail' }] }),
  );
  const page = textOf(bundleOf(bundleInput({ checks, lines }), testPage).files, 'index.html');
  assert.match(page, /Verdict: <strong>fail<\/strong>/);
  assert.match(page, /<td>1\.2<\/td><td>active<\/td>.*2023-06-30/);
  assert.doesNotMatch(page, /inside-/);
  const other = { assessment: sampleId(), withReasons: false };
  assert.throws(() => checkSection('Gate', JSON.stringify(gate), other), { code: 'usage' });
  for (const text of ['{', '{}', '[]']) {
    assert.throws(() => checkSection('Gate', text, about), { code: 'parse' });
    assert.throws(() => publishedLines(text), { code: 'parse' });
  }
});

test('an erratum names what it takes the place of, in the list, the CSAF document and on the page', () => {
  const erratum = { bundle: sampleId(), reason: 'an image was <missing>' };
  const { files } = bundleOf(bundleInput({ erratum }), testPage);
  const list = JSON.parse(textOf(files, BUNDLE_FILES.list));
  assert.deepEqual(list.supersedes, erratum);
  assert.equal(JSON.parse(textOf(files, 'erratum.json')).supersedes, erratum.bundle);
  assert.match(textOf(files, 'index.html'), /an image was &lt;missing&gt;/);
  const csaf = files.find(({ path }) => /^csaf\/white\/\d{4}\/[^/]+\.json$/.test(path));
  assert.match(String(csaf?.content), /Takes the place of sha256:/);
});

test('the list and the assessment follow their schemas', () => {
  for (const audience of ['public', 'customers', 'internal'] as const) {
    const { files } = bundleOf(bundleInput({ audience }), testPage);
    for (const [path, schema] of [
      [BUNDLE_FILES.list, 'bundle-1'],
      ['assessment.json', 'assessment-1'],
    ] as const) {
      const validate = resultValidator(schema);
      assert.equal(validate(JSON.parse(textOf(files, path))), true, JSON.stringify(validate.errors?.slice(0, 3)));
    }
  }
});

test('the CSAF provider tree follows section 7', needsShared(STANDARD_SCHEMAS), () => {
  const { files } = bundleOf(bundleInput({ url: 'https://harbour.example/security' }), testPage);
  const validate = csafProviderValidator();
  const metadata = JSON.parse(textOf(files, 'csaf/provider-metadata.json'));
  assert.equal(validate(metadata), true, JSON.stringify(validate.errors));
  const served = new Map(files.map(({ path, content }) => [`https://harbour.example/security/${path}`, content]));
  const [directory, rolie] = metadata.distributions;
  const feed = JSON.parse(String(served.get(rolie.rolie.feeds[0].url)));
  assert.ok(served.has(metadata.canonical_url));
  for (const entry of feed.feed.entry) {
    for (const { href } of entry.link) assert.ok(served.has(href), href);
    const document = String(served.get(entry.content.src));
    assert.equal(csafValidator()(JSON.parse(document)), true);
    assert.ok(String(served.get(`${entry.content.src}.sha256`)).startsWith(sha256Hex(document)));
    assert.equal(JSON.parse(document).document.tracking.id, entry.id);
  }
  for (const line of String(served.get(`${directory.directory_url}/index.txt`))
    .trimEnd()
    .split('\n')) {
    assert.ok(served.has(`${directory.directory_url}/${line}`));
  }
});

function replaced(files: readonly BundleFile[], path: string, content: string | Uint8Array): readonly BundleFile[] {
  return files.map((file) => (file.path === path ? { ...file, content } : file));
}

function failedIn(checks: readonly Verdict[]): readonly string[] {
  return checks.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
}

/** The files with right checksums, and a right list unless one is given. */
function sealedAgain(files: readonly BundleFile[], text = listAgain(files)): readonly BundleFile[] {
  const listed = replaced(files, BUNDLE_FILES.list, text).filter(({ path }) => path !== BUNDLE_FILES.checksums);
  const content = checksumText(listed.map((file) => ({ path: file.path, sha256: sha256Hex(file.content) })));
  return [...listed, { path: BUNDLE_FILES.checksums, content, about: '' }];
}

function listAgain(files: readonly BundleFile[]): string {
  const list = JSON.parse(textOf(files, BUNDLE_FILES.list));
  const sums = new Map(files.map(({ path, content }) => [path, sha256Hex(content)]));
  return `${jsonText({ ...list, files: list.files.map((file: { path: string }) => ({ ...file, sha256: sums.get(file.path) })) })}\n`;
}

function textOf(files: readonly BundleFile[], path: string): string {
  const file = files.find((one) => one.path === path);
  assert.ok(file !== undefined, `there is no ${path}`);
  return Buffer.from(file.content).toString('utf8');
}

/** The text of a file; of a workbook that of its members. */
function plainText({ path, content }: BundleFile): string {
  if (!path.endsWith('.xlsx')) return Buffer.from(content).toString('utf8');
  const archive = zipOf(Buffer.from(content));
  return [...zipMembers(archive, 1000)].map((member) => zipContent(archive, member, 1e9).toString('utf8')).join('\n');
}

function sampleId(): `sha256:${string}` {
  return `sha256:${'a'.repeat(64)}`;
}
