// The patch set of two releases: what changes, what that closes, leaves and brings, what is restarted, and the way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsShared } from '../../../test/support/needs.ts';
import { resultValidator } from '../../../test/support/schemas.ts';
import { csafValidator, STANDARD_SCHEMAS } from '../../../test/support/standard-schemas.ts';
import { instanceCells } from '../../explain/cells.ts';
import { digestOf } from '../../platform/canonical.ts';
import { patchSetCsaf } from '../../publish/csaf/patch-set.ts';
import { patchSetJson } from '../../publish/json/patch-set.ts';
import { patchSetMarkdown } from '../../publish/markdown/patch-set.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { releaseOf } from '../plan/test-release.ts';
import { parseNotes } from './notes.ts';
import { NO_NOTES } from './patch-notes.ts';
import { patchSetOf } from './patch-set.ts';

const CHART = { manifest: 'platform', chart: 'app', version: '1.0.0', release: 'app', namespace: 'services' };
const FROM = charted(
  releaseOf([
    { repository: 'app', layers: ['os'], found: ['os apk zlib CVE-2022-1001 high 2', 'os apk curl CVE-2022-1002 low'] },
    { repository: 'gone', layers: ['os'], found: ['os apk zlib GHSA-aaaa-bbbb-cccc high 2'] },
    { repository: 'same', layers: ['os'], found: ['os apk zlib CVE-2022-1001 high 2'] },
  ]),
);
const TO = charted(
  renewed(
    releaseOf([
      {
        repository: 'app',
        layers: ['os'],
        found: ['os apk curl CVE-2022-1002 low', 'os apk perl CVE-2022-1003 critical'],
      },
      { repository: 'loose', layers: ['os'] },
      { repository: 'same', layers: ['os'], found: ['os apk zlib CVE-2022-1001 high 2'] },
    ]),
  ),
);

function charted(release: Assessment): Assessment {
  return {
    ...release,
    charts: [CHART],
    images: release.images.map((image) =>
      image.slot.startsWith('app|') ? { ...image, charts: ['platform/app:1.0.0'] } : image,
    ),
  };
}

function renewed(release: Assessment): Assessment {
  return {
    ...release,
    id: digestOf('to'),
    release: { ...release.release, version: '1.2.1' },
    images: release.images.map((image) =>
      image.slot.startsWith('app|') ? { ...image, digest: digestOf('new app') } : image,
    ),
  };
}

/** The fields of a CSAF document that are looked at. */
interface CsafDocument {
  readonly document: { readonly category: string };
  readonly product_tree: { readonly full_product_names: readonly { readonly product_id: string }[] };
  readonly vulnerabilities: readonly { readonly product_status: Readonly<Record<string, readonly string[]>> }[];
}

const OPTIONS = { notes: NO_NOTES, files: [] };
const SET = patchSetOf(FROM, TO, OPTIONS);

test('images that differ are in the set, old and new by digest; equal ones are not', () => {
  assert.deepEqual(
    SET.images.map(({ slot, from, to, sameReference }) => [slot, from !== undefined, to !== undefined, sameReference]),
    [
      ['app|linux/amd64', true, true, true],
      ['gone|linux/amd64', true, false, false],
      ['loose|linux/amd64', false, true, false],
    ],
  );
  assert.deepEqual(
    SET.backOut.map(({ digest }) => digest),
    SET.images.flatMap(({ from }) => from?.digest ?? []),
  );
});

test('vulnerabilities are closed, left or introduced, and none twice in an image', () => {
  const { closed, left, introduced, newlyKnown, withdrawn, undecided } = SET.findings;
  assert.deepEqual(
    closed.map(({ vulnerability, slots }) => [vulnerability, slots]),
    [
      ['CVE-2022-1001', ['app|linux/amd64']],
      ['GHSA-aaaa-bbbb-cccc', ['gone|linux/amd64']],
    ],
  );
  assert.deepEqual(
    left.map(({ vulnerability }) => vulnerability),
    ['CVE-2022-1002'],
  );
  assert.deepEqual(
    introduced.map(({ vulnerability }) => vulnerability),
    ['CVE-2022-1003'],
  );
  assert.deepEqual([newlyKnown, withdrawn, undecided], [[], [], []]);
  // Conservation over the changed images: before minus closed plus introduced is after.
  const slots = new Set(SET.images.map(({ slot }) => slot));
  const instances = ({ findings }: Assessment) => instanceCells(findings).filter(({ slot }) => slots.has(slot)).length;
  const count = (list: typeof closed) => list.reduce((sum, finding) => sum + finding.slots.length, 0);
  assert.equal(instances(FROM) - count(closed) + count(introduced), instances(TO));
});

test('what a gap may hide is not closed', () => {
  const hidden = {
    ...TO,
    images: TO.images.map((image) => ({
      ...image,
      gaps: [
        { kind: 'file-unparsed' as const, target: image.slot, location: 'lib/apk/db/installed', reason: 'damaged' },
      ],
    })),
  };
  const { closed, undecided } = patchSetOf(FROM, hidden, OPTIONS).findings;
  assert.deepEqual(
    closed.map(({ vulnerability }) => vulnerability),
    ['GHSA-aaaa-bbbb-cccc'],
  );
  assert.deepEqual(
    undecided.map(({ vulnerability }) => vulnerability),
    ['CVE-2022-1001'],
  );
});

test('an image under an unchanged chart restarts its Helm release, one without a chart is named', () => {
  assert.deepEqual(
    SET.charts.map(({ release, from, to, slots }) => [release, from, to, slots]),
    [['app', '1.0.0', '1.0.0', ['app|linux/amd64']]],
  );
  assert.deepEqual(
    SET.restarts.map(({ category, subject }) => [category, subject]),
    [
      ['service', 'services/app'],
      ['vulnerable_component', 'loose|linux/amd64'],
    ],
  );
  assert.deepEqual(SET.tests, {
    before: ['helm test app --namespace services'],
    after: ['helm test app --namespace services'],
  });
});

test('notes add what no file of the release tells, and are checked', () => {
  const notes = parseNotes('id: CSM-1.2.1\nsteps: [load the images]\npreconditions: [a backup of etcd]\n', 'n.yaml');
  const set = patchSetOf(FROM, TO, { notes, files: [] });
  assert.equal(set.id, 'CSM-1.2.1');
  assert.ok(set.preconditions.includes('a backup of etcd'));
  assert.match(patchSetMarkdown(set), /## Steps\n\n1\. load the images/);
  assert.throws(() => parseNotes('step: [x]\n', 'n.yaml'), {
    code: 'parse',
    message: /n\.yaml:1:1: there is no key "step"/,
  });
  assert.throws(() => parseNotes('id: "a b"\n', 'n.yaml'), { code: 'parse', message: /n\.yaml:1:\d+: id: / });
});

test('the JSON follows its schema, and equal input gives equal bytes', () => {
  const validate = resultValidator('patch-set-1');
  const text = patchSetJson(
    patchSetOf(FROM, TO, { ...OPTIONS, files: [{ path: 'a.tar', bytes: 1, sha256: '0'.repeat(64) }] }),
  );
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
  assert.equal(patchSetJson(patchSetOf(FROM, TO, OPTIONS)), patchSetJson(SET));
});

test(
  'the CSAF document follows the official schema, and no product is fixed and affected at once',
  needsShared(STANDARD_SCHEMAS),
  () => {
    const validate = csafValidator();
    for (const publisher of [undefined, { name: 'Example', namespace: 'https://example.org' }]) {
      const text = patchSetCsaf(SET, publisher);
      assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors));
      const document: CsafDocument = JSON.parse(text);
      assert.equal(document.document.category, 'csaf_security_advisory');
      const known = new Set(document.product_tree.full_product_names.map((one) => one.product_id));
      for (const { product_status: status } of document.vulnerabilities) {
        const ids = Object.values(status).flat();
        assert.equal(new Set(ids).size, ids.length);
        for (const id of ids) assert.ok(known.has(id), id);
      }
    }
    const nothing = JSON.parse(patchSetCsaf(patchSetOf(FROM, FROM, OPTIONS)));
    assert.ok(validate(nothing), JSON.stringify(validate.errors));
  },
);

test('text from images does not become markup', () => {
  const hostile = { ...TO, release: { ...TO.release, name: '<script>', version: '[x](y)' } };
  const page = patchSetMarkdown(patchSetOf(FROM, hostile, OPTIONS));
  assert.doesNotMatch(page, /(?<!\\)<script>|(?<!\\)\[x/);
});

test('what only the advisories changed is neither closed nor introduced by the images', () => {
  const release = (found: readonly string[]): Assessment =>
    releaseOf([{ repository: 'app', layers: ['os'], packages: ['os curl', 'os zlib'], found }]);
  const rebuilt = renewed(release(['os apk curl CVE-2022-1004 high', 'os apk perl CVE-2022-1005 high']));
  const image = digestOf('new app');
  const { findings } = patchSetOf(
    release(['os apk zlib CVE-2022-1001 high 2']),
    { ...rebuilt, packages: rebuilt.packages.map((found) => ({ ...found, image })) },
    OPTIONS,
  );
  const idsOf = (fate: keyof typeof findings) => findings[fate].map(({ vulnerability }) => vulnerability);
  assert.deepEqual(idsOf('closed'), []);
  assert.deepEqual(idsOf('withdrawn'), ['CVE-2022-1001']);
  assert.deepEqual(idsOf('newlyKnown'), ['CVE-2022-1004']);
  assert.deepEqual(idsOf('introduced'), ['CVE-2022-1005']);
});

test('an image under another name or tag is in the set, though its content is the same', () => {
  const named = (repository: string, tag: string): Assessment => {
    const release = releaseOf([{ repository, tag, layers: ['os'], found: ['os apk zlib CVE-2022-1001 high 2'] }]);
    const image = digestOf('one content');
    return {
      ...release,
      images: release.images.map((one) => ({ ...one, digest: image })),
      packages: release.packages.map((found) => ({ ...found, image })),
      findings: release.findings.map((row) => ({ ...row, image })),
    };
  };
  for (const to of [named('new-name', '1'), named('app', '2')]) {
    const { images, findings, backOut } = patchSetOf(named('app', '1'), to, OPTIONS);
    assert.deepEqual(
      images.map((image) => [image.from?.logical, image.to?.logical, image.sameReference]),
      [['app:1', to.images[0]?.logical, false]],
    );
    assert.deepEqual([findings.closed.length, findings.left.length, findings.introduced.length], [0, 1, 0]);
    assert.equal(backOut.length, 1);
  }
  assert.deepEqual(patchSetOf(named('app', '1'), named('app', '1'), OPTIONS).images, []);
});

test('a statement neither closes nor introduces: what it covers is still in the packages', () => {
  const release = (statement?: string): Assessment => {
    const made = releaseOf([{ repository: 'app', layers: ['os'], found: ['os apk zlib CVE-2022-1001 high 2'] }]);
    return {
      ...made,
      findings: made.findings.map((row) => (statement === undefined ? row : { ...row, statement })),
    };
  };
  const rebuilt = (made: Assessment): Assessment => {
    const image = digestOf('new app');
    return {
      ...renewed(made),
      packages: made.packages.map((found) => ({ ...found, image, version: '1-r1' })),
      findings: made.findings.map((row) => ({ ...row, image, version: '1-r1' })),
    };
  };
  const stated = 'not_affected:vulnerable_code_not_present';
  const fatesOf = (from: Assessment, to: Assessment) =>
    Object.entries(patchSetOf(from, rebuilt(to), OPTIONS).findings).flatMap(([fate, list]) =>
      list.length > 0 ? [fate] : [],
    );
  assert.deepEqual(fatesOf(release(), release()), ['left']);
  assert.deepEqual(fatesOf(release(), release(stated)), ['withdrawn']);
  assert.deepEqual(fatesOf(release(stated), release()), ['newlyKnown']);
  assert.deepEqual(fatesOf(release(stated), release(stated)), []);
});
