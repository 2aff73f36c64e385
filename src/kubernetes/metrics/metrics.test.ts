// The Prometheus text format and what is reckoned from it. Readings of real members: ../etcd/client.cluster.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Histogram, histogramOf, histogramSince, quantile } from './histogram.ts';
import { parseMetrics } from './parse.ts';

test('samples have names, labels with escapes, and numbers of every form', () => {
  const text = [
    '# HELP a text "{',
    'a 1',
    'a_total{} 2e3 1667000000000',
    'b{x="1",y="a\\"b\\\\c\\nd, } \u2028",} -0.5',
    'c\t+Inf',
    'd{quantile="0.5"}   NaN',
    '',
  ].join('\n');
  assert.deepEqual(
    parseMetrics(text).map(({ name, labels, value }) => [name, { ...labels }, value]),
    [
      ['a', {}, 1],
      ['a_total', {}, 2000],
      ['b', { x: '1', y: 'a"b\\c\nd, } \u2028' }, -0.5],
      ['c', {}, Number.POSITIVE_INFINITY],
      ['d', { quantile: '0.5' }, Number.NaN],
    ],
  );
});

for (const line of ['a', 'a b', '{x="1"} 1', 'a{x=1} 1', 'a{x="1} 1', 'a{x="1""y"} 1', 'a 1 2 3', 'a 0x10', '<html>']) {
  test(`no sample: ${line}`, () => {
    assert.throws(() => parseMetrics(`ok 1\n${line}\n`), { code: 'parse', message: /^line 2 / });
  });
}

test('what is written is read: a law', () => {
  const label = fc.tuple(fc.stringMatching(/^[a-z_]\w{0,9}$/), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z:]\w{0,9}$/), fc.array(label), fc.double(), (name, labels, value) => {
      const known = new Map(labels);
      const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
      const inner = [...known].map(([key, text]) => `${key}="${escaped(text)}"`).join(',');
      const number = Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
      const [sample, ...more] = parseMetrics(`${name}{${inner}} ${number}\n`);
      assert.deepEqual([sample?.name, more, Object.entries(sample?.labels ?? {})], [name, [], [...known]]);
      assert.ok(sample !== undefined && (Object.is(sample.value, value) || sample.value === value));
    }),
    { numRuns: 50 },
  );
});

const BUCKETS = [
  ['0.1', 10],
  ['0.2', 30],
  ['0.4', 40],
  ['+Inf', 42],
] as const;

test('quantiles are even within a bucket, as Prometheus reckons them', () => {
  const histogram = made(1);
  const near = (q: number, wanted: number): void => {
    const got = quantile(histogram, q);
    assert.ok(got !== undefined && Math.abs(got - wanted) < 1e-9, `${q}: ${got}`);
  };
  near(0.5, 0.155);
  near(10 / 42, 0.1);
  near(0.9, 0.1 + 0.1 + 0.2 * ((37.8 - 30) / 10));
  near(1, 0.4);
  assert.equal(quantile({ buckets: [{ upTo: 1, count: 0 }], count: 0, sum: 0 }, 0.5), undefined);
});

test('series of one name are summed, and two readings give what came between; a restart gives nothing', () => {
  const first = made(1);
  const second = made(3);
  assert.deepEqual(histogramSince(first, second), made(2));
  assert.equal(histogramSince(second, first), undefined);
  assert.equal(histogramOf([], 'h'), undefined);
  const samples = parseMetrics('h_bucket{le="1",verb="GET"} 1\nh_bucket{le="1",verb="PUT"} 2\nh_count{verb="PUT"} 2\n');
  assert.equal(histogramOf(samples, 'h')?.buckets[0]?.count, 3);
  assert.equal(histogramOf(samples, 'h', { verb: 'PUT' })?.buckets[0]?.count, 2);
});

function made(times: number): Histogram {
  const lines = BUCKETS.map(([upTo, count]) => `h_bucket{le="${upTo}"} ${count * times}`);
  const histogram = histogramOf(
    parseMetrics([...lines, `h_sum ${7 * times}`, `h_count ${42 * times}`].join('\n')),
    'h',
  );
  assert.ok(histogram !== undefined);
  return histogram;
}
