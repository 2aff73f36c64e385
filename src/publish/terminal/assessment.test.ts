import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { sampleAssessment } from '../../../test/support/sample-assessment.ts';
import { formatPercent } from '../../explain/shares.ts';
import { statisticsOf } from '../../explain/statistics.ts';
import { displayWidth } from '../../platform/printable.ts';
import { SEVERITY_LEVELS } from '../../scan/advisory/advisory.ts';
import type { Assessment } from '../../scan/assess/assessment.ts';
import { BASES } from '../words.ts';
import { assessmentTable } from './assessment.ts';
import { showsUnicode } from './terminal.ts';

const sample = sampleAssessment();
const statistics = statisticsOf(sample);

/** The sample with hostile and overlong words wherever a table shows text from outside. */
function hostile(): Assessment {
  const bad = `\x1b]0;x\x07\u202e${'漢字'.repeat(40)} ${'long'.repeat(60)}`;
  return {
    ...sample,
    release: { ...sample.release, name: bad, version: bad },
    severityPolicy: bad,
    images: sample.images.map((image) => ({ ...image, logical: bad })),
    findings: sample.findings.map((finding) => ({
      ...finding,
      vulnerability: `${finding.vulnerability}${bad}`,
      package: bad,
    })),
    gaps: sample.gaps.map((gap) => ({ ...gap, reason: bad.repeat(30) })),
  };
}

test('no line is wider than the terminal', () => {
  for (const assessment of [sample, hostile()]) {
    const figures = statisticsOf(assessment);
    for (let columns = 48; columns <= 170; columns += 1) {
      for (const unicode of [true, false]) {
        for (const line of assessmentTable(assessment, figures, { color: false, columns, unicode }).split('\n')) {
          assert.ok(displayWidth(line) <= columns, `${columns} columns: ${line}`);
        }
      }
    }
  }
});

test('colours add nothing but colours', () => {
  for (const assessment of [sample, hostile()]) {
    for (const columns of [60, 100, 150]) {
      const colored = assessmentTable(assessment, statistics, { color: true, columns });
      const plain = assessmentTable(assessment, statistics, { color: false, columns });
      assert.notEqual(colored, plain);
      assert.equal(stripVTControlCharacters(colored), plain);
    }
  }
});

test('names from outside cannot steer the terminal', () => {
  const figures = { ...statisticsOf(hostile()), headlineReason: 'reason \x1b[2J\r\nfake line' };
  const text = assessmentTable(hostile(), figures, { color: false, columns: 100 });
  assert.doesNotMatch(text, /[^\P{C}\n]/u, 'control and format characters');
  const ascii = assessmentTable(hostile(), figures, { color: false, columns: 100, unicode: false });
  assert.doesNotMatch(ascii, /[^\x20-\x7e\n]/, 'anything beyond ASCII');
  assert.match(text, /reason \\u\{1b\}\[2J\\u\{d\}\\u\{a\}fake line/);
});

test('every figure of every basis is printed, and equals the statistics', () => {
  for (const columns of [60, 100, 150]) {
    const lines = assessmentTable(sample, statistics, { color: false, columns }).split('\n');
    for (const level of SEVERITY_LEVELS) {
      const text = lines.filter((line) => line.trimStart().startsWith(`${level} `)).join(' ');
      const rows = [...text.matchAll(/([\d,]+) +([\d.<]+) % +([\d,]+)/g)].map((match) => match.slice(1));
      const expected = BASES.map((basis) => {
        const figure = statistics[basis][level];
        return [String(figure.count), formatPercent(figure), String(figure.fixable)];
      });
      assert.deepEqual(rows, expected, `${level} at ${columns} columns`);
    }
  }
});

test('the four-class line and the focus are in the words of the minutes', () => {
  const text = assessmentTable(sample, statistics, { color: false, columns: 100 });
  const { critical, high, medium, low, total } = statistics.fourClasses;
  const shares = `${critical.percent}% critical, ${high.percent}% high, ${medium.percent}% medium, ${low.percent}% low`;
  assert.ok(text.includes(`${shares} of ${total} instances`), text);
  const severe = statistics.instances.critical.count + statistics.instances.high.count;
  assert.match(
    text,
    new RegExp(`${severe} critical and high \\(.* %\\) in ${statistics.imagesWithCriticalOrHigh} of 11 images`),
  );
  assert.match(text, /^ {2}4 instances of known exploited vulnerabilities \(KEV\)$/m);
});

test('what nobody could tell is said: no severity, no catalogue of exploited vulnerabilities', () => {
  const options = { color: false, columns: 100 };
  assert.match(assessmentTable(sample, statistics, options), /4 instances of unknown severity: no source rates them/);
  const feeds = sample.advisorySet.feeds.filter((feed) => feed.id !== 'kev');
  const findings = sample.findings.map((finding) => ({ ...finding, kev: false }));
  const without = { ...sample, findings, advisorySet: { ...sample.advisorySet, feeds } };
  assert.match(assessmentTable(without, statistics, options), /Known exploitation: not known, the set has no kev feed/);
  assert.doesNotMatch(assessmentTable({ ...sample, findings }, statistics, options), /[Kk]nown exploit/);
});

test('where nothing is rated no shares of nothing are given, and nothing is called free of critical and high', () => {
  const findings = sample.findings.map((finding) => ({
    ...finding,
    severity: 'unknown' as const,
    severitySource: 'none',
  }));
  const unrated = { ...sample, findings };
  const text = assessmentTable(unrated, statisticsOf(unrated), { color: false, columns: 100 });
  assert.match(text, /^ {2}No instance is rated critical or high\.$/m);
  assert.match(text, /instances of unknown severity: no source rates them/);
  assert.doesNotMatch(text, /of 0 instances|Severities by/);
});

test('a warning stands only where figures may not be quoted, and names the starter set', () => {
  const whole = { ...statistics, headline: true, headlineReason: 'all covered' };
  const options = { color: false, columns: 100 };
  assert.doesNotMatch(assessmentTable(sample, whole, options), /incomplete/);
  const starter = { ...sample, advisorySet: { ...sample.advisorySet, starter: true } };
  const text = assessmentTable(starter, statisticsOf(starter), options);
  assert.match(text, /! Figures are incomplete: the starter advisory set/);
  assert.match(text, /\(starter set\)/);
});

test('an assessment without findings, images or gaps is said in words', () => {
  const empty: Assessment = { ...sample, images: [], findings: [], packages: [], gaps: [] };
  const text = assessmentTable(empty, statisticsOf(empty), { color: false, columns: 80 });
  assert.match(text, /No image was read: there are no figures\./);
  assert.match(text, /Nothing was left out\./);
  assert.doesNotMatch(text, /NaN|undefined|Infinity/);
});

test('thousands are grouped', () => {
  const many = structuredClone(statistics);
  const figures = { ...many, instances: { ...many.instances, total: 1_234_567 } };
  assert.match(assessmentTable(sample, figures, { color: false, columns: 100 }), /1,234,567/);
});

test('the locale decides about Unicode as POSIX orders its variables', () => {
  assert.equal(showsUnicode({}), true);
  assert.equal(showsUnicode({ LANG: 'C' }), false);
  assert.equal(showsUnicode({ LANG: 'en_US.UTF-8' }), true);
  assert.equal(showsUnicode({ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }), false);
  assert.equal(showsUnicode({ LC_ALL: '', LC_CTYPE: 'C.utf8', LANG: 'C' }), true);
  assert.equal(showsUnicode({ LANG: 'en_US.UTF-8', TERM: 'dumb' }), false);
});

test('images that could not be read are named up to a bound, and the rest is counted', () => {
  const unread = (count: number, reason: string): Assessment => ({
    ...sample,
    gaps: Array.from({ length: count }, (_, index) => ({
      kind: 'image-unreadable',
      target: `registry.example/${index}|linux/amd64`,
      location: 'layer 3',
      reason,
    })),
  });
  for (const columns of [60, 120]) {
    const few = assessmentTable(unread(3, 'not found'), statistics, { color: false, columns });
    for (const index of [0, 1, 2]) {
      assert.match(few.replace(/\s+/g, ' '), new RegExp(`registry.example/${index}\\|linux/amd64 layer 3: not found`));
    }
    assert.doesNotMatch(few, /more\)/);
    const many = assessmentTable(unread(25, 'no route '.repeat(200)), statistics, { color: false, columns });
    const flat = many.replace(/\s+/g, ' ');
    assert.match(flat, /registry.example\/19\|linux/);
    assert.doesNotMatch(flat, /registry.example\/20\|linux/);
    assert.match(flat, / \(and 5 more\)/, 'however long the reason is');
  }
});
