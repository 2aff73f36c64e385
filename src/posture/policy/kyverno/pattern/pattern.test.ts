import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../../platform/json.ts';
import { readValues } from '../../../../scan/release/manifests/values.ts';
import { matchesLeaf } from './leaf.ts';
import { matchPattern } from './match.ts';
import { compareExact, parseDuration, parseQuantity } from './quantity.ts';
import { matchesWildcard } from './wildcard.ts';

/** [value, pattern, whether it matches]. */
const LEAVES: readonly (readonly [Json | undefined, Json, boolean])[] = [
  ['nginx:latest', '!*:latest', false],
  ['nginx:1', '!*:latest', true],
  ['nginx:1', '*:* & !*:latest', true],
  ['bar.io/a', 'eu.foo.io/* | bar.io/*', true],
  ['docker.io/a', 'eu.foo.io/* | bar.io/*', false],
  ['', '?*', false],
  [undefined, '?*', false],
  [undefined, '*', false],
  ['x', '?*', true],
  [5, '>3', true],
  [3, '>3', false],
  [3, '>=3', true],
  ['1Gi', '<2Gi', true],
  ['1024Mi', '1Gi', true],
  ['500m', '<=0.5', true],
  ['2h', '>90m', true],
  [5, '1-5', true],
  [6, '1-5', false],
  [6, '1!-5', true],
  ['1Gi', '512Mi-2Gi', true],
  [undefined, '<1', true],
  [true, true, true],
  ['true', true, false],
  [true, 'true', true],
  [null, null, true],
  [0, null, true],
  ['x', null, false],
  ['8080', 8080, true],
  [8080, '8080', true],
  ['a|b', 'a|b', true],
];

for (const [value, pattern, expected] of LEAVES) {
  test(`${JSON.stringify(value)} ${expected ? 'matches' : 'does not match'} ${JSON.stringify(pattern)}`, () => {
    assert.equal(matchesLeaf(value, pattern), expected);
  });
}

test('a wildcard is the regular expression that it stands for', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab*?]{0,8}$/), fc.stringMatching(/^[ab]{0,10}$/), (pattern, text) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(matchesWildcard(pattern, text), regex.test(text));
    }),
    { numRuns: 500 },
  );
});

test('quantities and durations have one order, whatever they are written in', () => {
  const equal: readonly (readonly [string, string])[] = [
    ['1', '1000m'],
    ['1Ki', '1024'],
    ['1k', '1e3'],
    ['1.5Gi', '1536Mi'],
    ['0.1', '100m'],
    ['1E', '1e18'],
    ['-1', '-1000m'],
  ];
  for (const [a, b] of equal) {
    const [left, right] = [parseQuantity(a), parseQuantity(b)];
    assert.ok(left !== undefined && right !== undefined && compareExact(left, right) === 0, `${a} ${b}`);
  }
  const [hours, minutes] = [parseDuration('1h30m'), parseDuration('90m0.0s')];
  assert.ok(hours !== undefined && minutes !== undefined && compareExact(hours, minutes) === 0);
  for (const text of ['', '.', 'Ki', '1KiB', '1 Gi', 'x1', '1e']) assert.equal(parseQuantity(text), undefined, text);
  for (const text of ['', '5', 'h', '1x', '1h ']) assert.equal(parseDuration(text), undefined, text);
});

/** [pattern, resource, what comes of it], in YAML. */
const PATTERNS: readonly (readonly [string, string, string])[] = [
  ['{spec: {=(hostNetwork): "false"}}', '{spec: {}}', 'pass'],
  ['{spec: {=(hostNetwork): "false"}}', '{spec: {hostNetwork: true}}', 'fail'],
  ['{spec: {X(externalIPs): "null"}}', '{spec: {externalIPs: []}}', 'fail'],
  ['{spec: {X(externalIPs): "null"}}', '{spec: {}}', 'pass'],
  [
    '{spec: {containers: [{(image): "*:latest", imagePullPolicy: "!IfNotPresent"}]}}',
    '{spec: {containers: [{image: a:1}]}}',
    'skip',
  ],
  [
    '{spec: {containers: [{(image): "*:latest", imagePullPolicy: "!IfNotPresent"}]}}',
    '{spec: {containers: [{image: a:latest, imagePullPolicy: IfNotPresent}, {image: b:1}]}}',
    'fail',
  ],
  [
    '{spec: {containers: [{(image): "*:latest", imagePullPolicy: "!IfNotPresent"}]}}',
    '{spec: {containers: [{image: a:latest, imagePullPolicy: Always}, {image: b:1}]}}',
    'pass',
  ],
  ['{spec: {^(containers): [{name: main}]}}', '{spec: {containers: [{name: a}, {name: main}]}}', 'pass'],
  ['{spec: {^(containers): [{name: main}]}}', '{spec: {containers: [{name: a}]}}', 'fail'],
  ['{spec: {<(nodeName): "x"}, metadata: {name: y}}', '{spec: {nodeName: z}, metadata: {name: q}}', 'skip'],
  ['{metadata: {labels: {app.kubernetes.io/name: "?*"}}}', '{metadata: {labels: {}}}', 'fail'],
  ['{metadata: {annotations: {corp.org/*: "!true"}}}', '{metadata: {annotations: {corp.org/x: "true"}}}', 'fail'],
  ['{spec: {volumes: [{hostPath: {path: "*"}}]}}', '{spec: {volumes: []}}', 'pass'],
  ['{spec: {args: ["*"]}}', '{spec: {args: x}}', 'fail'],
  ['{spec: {ports: "<1024"}}', '{spec: {ports: [80, 8080]}}', 'fail'],
  ['{(kind): Pod, spec: {a: 1}}', '{spec: {a: 2}}', 'skip'],
];

for (const [pattern, resource, expected] of PATTERNS) {
  test(`${pattern} on ${resource}: ${expected}`, () => {
    const [wanted, given] = [pattern, resource].map((text) => readValues(text, 'f')[0] ?? null);
    assert.equal(matchPattern(given, wanted ?? null).status, expected);
  });
}
