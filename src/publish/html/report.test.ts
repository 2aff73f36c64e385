import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildReportPage } from '../../../scripts/report-page.ts';
import { HOSTILE_PACKAGE, sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { escapeHtml, escapeJsonForHtml } from './escape.ts';
import { reportHtml } from './report.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);
const page = await buildReportPage();

test('the file names no address to load from, and holds no handler and no eval', () => {
  const html = reportHtml(sample, statistics, page);
  const head = html.slice(0, html.indexOf('<style>'));
  const body = html.slice(html.indexOf('<body>'), html.indexOf('<script type="application/json"'));
  assert.match(
    head,
    /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-/,
  );
  assert.doesNotMatch(head + body, /\b(src|href|action)=|\bon[a-z]+=|url\(/);
  for (const forbidden of [
    'eval(',
    'new Function',
    'document.write',
    'fetch(',
    'XMLHttpRequest',
    'WebSocket',
    'import(',
  ]) {
    assert.equal(page.script.indexOf(forbidden), -1, forbidden);
  }
  assert.doesNotMatch(page.style, /url\(|@import|expression\(/);
});

test('the page builds no markup from text', () => {
  const files = globSync('**/*.{ts,tsx}', { cwd: join(import.meta.dirname, 'page') });
  assert.ok(files.includes('app.tsx') && files.includes(join('comparison', 'app.tsx')));
  for (const file of files) {
    const source = readFileSync(join(import.meta.dirname, 'page', file), 'utf8');
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|setAttribute/i, file);
  }
});

test('names from outside end no element', () => {
  const bad = `${HOSTILE_PACKAGE}<!--<script>]]></title></style>"'&`;
  const assessment = { ...sample, release: { name: bad, version: bad, target: bad } };
  const html = reportHtml(assessment, { ...statistics, headline: false, headlineReason: bad }, page);
  assert.equal(html.match(/<script/gi)?.length, 3);
  assert.equal(html.match(/<\/script/gi)?.length, 3);
  assert.equal(html.match(/<!--/g), null);
  assert.equal(html.match(/<\/title/g)?.length, 1);
  const json = /<script type="application\/json" id="data">(.*?)<\/script>\n<script/s.exec(html)?.[1] ?? '';
  assert.equal(JSON.parse(json).release.name, bad);
});

test('law: escaped text is read back whole and holds no markup', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = escapeJsonForHtml(JSON.stringify(text));
      assert.equal(JSON.parse(json), text);
      assert.doesNotMatch(json, /</);
      const html = escapeHtml(text);
      assert.doesNotMatch(html, /[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
    }),
  );
});

test('the same assessment gives the same bytes', () => {
  assert.equal(reportHtml(sample, statistics, page), reportHtml(sampleAssessment(), statisticsOf(sample), page));
});

test('readers without scripts get the figures', () => {
  const html = reportHtml(sample, statistics, page);
  const text = html.slice(html.indexOf('<noscript>'), html.indexOf('</noscript>'));
  assert.match(text, /Figures are incomplete/);
  const { count, fixable } = statistics.instances.high;
  assert.ok(text.includes(`<th scope="row">high</th><td>${count} (19.7 %, ${fixable} fixable)</td>`), text);
  assert.ok(text.includes(`<td>${statistics.distinct.total}</td>`));
});

test('readers without scripts are told when no image was read', () => {
  const images = sample.images.map(({ digest: _digest, os: _os, ...image }) => image);
  const unread = { ...sample, images, inventories: [], packages: [], findings: [] };
  const html = reportHtml(unread, statisticsOf(unread), page);
  const text = html.slice(html.indexOf('<noscript>'), html.indexOf('</noscript>'));
  assert.match(text, /No image was read: there are no figures\./);
  assert.doesNotMatch(text, /<table>/);
});

test('a page that could end its own element is refused', () => {
  for (const broken of [
    { ...page, script: 'x="</script>"' },
    { ...page, script: '/*<!--*/' },
    { ...page, style: '</style>' },
  ]) {
    assert.throws(() => reportHtml(sample, statistics, broken), PlimsollError);
  }
});
