// Active mitigations in a bundle: told as long as they are given, without a name of the site's own, and gone with the next bundle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleInput, folderOf, INSIDE_WORDS, testPage } from '../../test/support/sample-bundle.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { bundleOf, MITIGATIONS_FILE } from './bundle/contents.ts';
import { verifyBundle } from './bundle/verify.ts';
import { mitigationsHtml } from './html/mitigations.ts';
import { publishedMitigations } from './mitigations.ts';

const STATUS = {
  mitigation: 'lookups',
  version: 2,
  title: 'No lookups <in> Log4j',
  cves: ['CVE-2021-44228'],
  state: 'applied',
  phase: 'audit',
  audits: false,
  expires: '2022-12-31',
  owner: 'inside-owner',
  runbook: 'javascript:inside-path',
  vex: { status: 'affected', action: 'Lookups are off.' },
  endsSoon: false,
  confirmOverdue: false,
  awaited: ['inside-next'],
  places: 1,
  drifted: [{ target: 'v1 configmaps inside-secret/x', path: '/data', state: 'changed' }],
  restartsDue: ['inside-container/x'],
  notes: ['inside-detail'],
} as const;

test('the JSON of status becomes a page and a file that name nothing of the inside', async () => {
  const text = JSON.stringify({ schemaVersion: 1, ledger: { entries: 3 }, mitigations: [STATUS] });
  const { files } = bundleOf({ ...bundleInput({}), mitigations: publishedMitigations(text) }, testPage);
  const file = files.find(({ path }) => path === MITIGATIONS_FILE);
  const page = files.find(({ path }) => path === 'mitigations.html');
  const index = files.find(({ path }) => path === 'index.html');
  assert.ok(resultValidator('published-mitigations-1')(JSON.parse(String(file?.content))));
  assert.match(
    String(page?.content),
    /lookups 2[\s\S]*CVE-2021-44228[\s\S]*in place[\s\S]*No lookups &lt;in&gt; Log4j[\s\S]*Lookups are off/,
  );
  assert.match(String(index?.content), /href="mitigations\.html"/);
  for (const word of INSIDE_WORDS) {
    assert.ok(!String(file?.content).includes(word) && !String(page?.content).includes(word), word);
  }
  const { checks } = await verifyBundle(folderOf(files), undefined);
  assert.deepEqual(
    checks.filter(({ verdict }) => verdict === 'fail'),
    [],
  );
  const without = bundleOf(bundleInput({}), testPage).files.map(({ path }) => path);
  assert.ok(!without.includes(MITIGATIONS_FILE) && !without.includes('mitigations.html'));
});

test('what a ledger that was edited says is not published', () => {
  const ledger = { entries: 1, fault: { kind: 'edited', from: 1, reason: 'r' } };
  assert.throws(
    () => publishedMitigations(JSON.stringify({ schemaVersion: 1, ledger, mitigations: [STATUS] })),
    /cut or edited/,
  );
});

test("the site's own page shows places and pods, and links only to addresses", () => {
  const html = mitigationsHtml({ site: 'a', at: '2022-05-01T00:00:00.000Z', statuses: [STATUS] }, testPage());
  assert.match(html, /1 of 1 mitigation is wholly in place/);
  const reporting = mitigationsHtml(
    { site: 'a', at: '2022-05-01', statuses: [{ ...STATUS, audits: true }] },
    testPage(),
  );
  assert.match(reporting, /0 of 1 mitigation are wholly in place[\s\S]*in place, reports only/);
  assert.match(html, /v1 configmaps inside-secret\/x \/data: changed[\s\S]*inside-container\/x/);
  assert.doesNotMatch(html, /href="javascript/);
});
