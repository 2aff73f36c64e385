// The pages of policies: hostile words are text, and in Chromium axe finds nothing to mend, in light and dark and on a narrow screen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildPage } from '../../../scripts/report-page.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { ReportBrowser } from '../../../test/support/report-browser.ts';
import { policySetOf } from '../../posture/policy/kyverno/policy-set.ts';
import { controlMatrix } from '../../posture/policy/matrix/matrix.ts';
import { previewOf } from '../../posture/policy/preview/preview.ts';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import { policyMatrixHtml } from './policy-matrix.ts';
import { policyPreviewHtml } from './policy-preview.ts';

const HOSTILE = '<img src=x onerror=1>';
const OBJECTS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: "${HOSTILE}", namespace: services}
spec: {template: {metadata: {labels: {app: w}}, spec: {hostNetwork: true, containers: [{name: "${HOSTILE}", image: i, ports: [{containerPort: 80}]}]}}}
`;
const POLICIES = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: harden}
spec:
  validationFailureAction: Enforce
  rules:
  - {name: change, match: {any: [{resources: {kinds: [Pod]}}]}, mutate: {patchStrategicMerge: {metadata: {labels: {added: "${HOSTILE}"}}}}}
  - {name: refuse, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: "${HOSTILE}", pattern: {spec: {=(hostNetwork): false}}}}
`;
const GAPS = [{ kind: 'not-scanned', target: HOSTILE, reason: HOSTILE }] as const;

test('the pages of a preview and of a matrix', { ...needsPrograms('chromium'), timeout: 120_000 }, async () => {
  const { objects } = parseManifestObjects(OBJECTS, 'r.yaml');
  const set = policySetOf(parseManifestObjects(POLICIES, 'p.yaml').objects);
  const built = await buildPage('plain');
  const browser = await ReportBrowser.start();
  try {
    const pages = [
      policyPreviewHtml(set, previewOf(objects, set, '2022-04-06'), GAPS, built),
      policyMatrixHtml(controlMatrix(objects, set), 1, GAPS, built),
    ];
    const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
    for (const [at, html] of pages.entries()) {
      assert.match(html, /&lt;img src=x/);
      const address = browser.writeText(`policy-${at}.html`, html);
      for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 800 } }] as const) {
        const page = await browser.open(address, '', options, '.theme');
        for (const details of await page.locator('summary').all()) await details.click();
        await page.evaluate(axe);
        const found = (await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
        )) as readonly string[];
        assert.deepEqual(found, [], `${address} ${JSON.stringify(options)}`);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false);
        assert.equal(await page.locator('img').count(), 0);
        await browser.close(page);
      }
    }
  } finally {
    await browser.stop();
  }
});
