import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Check, TestItem } from '../definition/definition.ts';
import { compare } from './compare.ts';
import { findFlag, findPath, findVariable } from './find-value.ts';
import { runCheck } from './run-check.ts';

function item(part: Partial<TestItem>): TestItem {
  return { flag: '', path: '', env: '', set: true, ...part };
}

function check(items: readonly TestItem[], part: Partial<Check> = {}): Check {
  const texts = { id: '1', title: '', auditConfig: '', auditEnv: '', type: '', remediation: '' };
  return { ...texts, audit: 'ps', scored: true, multiple: false, tests: { items, operation: '' }, ...part };
}

const COMPARISONS: readonly (readonly [op: string, found: string, stated: string, holds: boolean])[] = [
  ['eq', 'False', 'false', true],
  ['eq', 'false', 'False', false],
  ['eq', 'a', 'A', false],
  ['noteq', 'TRUE', 'true', false],
  ['gt', '11', '10', true],
  ['gte', ' 10 ', '10', true],
  ['gte', '60s', '10', false],
  ['gte', '99999999999999999999', '10', false],
  ['lt', '-1', '0', true],
  ['lte', '+5', '5', true],
  ['has', 'Node,RBAC', 'Node', true],
  ['nothave', 'Node,RBAC', 'AlwaysAllow', true],
  ['regex', 'abc', '^a.c$', true],
  ['regex', 'abc', '(', false],
  ['valid_elements', 'a, b,', 'b,a,c', true],
  ['valid_elements', 'a,d', 'a,b', false],
  ['valid_elements', '', '', true],
  ['valid_elements', '', 'a', false],
  ['bitmask', '600', '644', true],
  ['bitmask', '755', '644', false],
  ['bitmask', '4644', '644', false],
  ['bitmask', '8', '644', false],
  ['bitmask', 'permissions', '644', false],
  ['unheard', 'a', 'a', false],
];

for (const [op, found, stated, holds] of COMPARISONS) {
  test(`"${found}" ${op} "${stated}": ${holds}`, () => assert.equal(compare(op, found, stated).holds, holds));
}

test('a flag is found at the beginning of a longer one too, and has a value in each way of writing', () => {
  assert.deepEqual(findFlag('x --encryption-provider-config-automatic-reload=true', '--encryption-provider-config'), {
    present: true,
    value: '-automatic-reload=true',
  });
  for (const [text, flag, value] of [
    ['p --a=b --c', '--a', 'b'],
    ['p --a --c', '--a', 'true'],
    ['p --a', '--a', 'true'],
    ['a: b', 'a', 'b'],
    ['permissions=644', 'permissions', '644'],
    ['root:root', 'root:root', 'root:root'],
    ['p --a==b', '--a', 'b'],
    ['p --a b', '--a', 'true'],
  ] as const) {
    assert.deepEqual(findFlag(text, flag), { present: true, value }, text);
  }
  assert.equal(findFlag('abc', '(a').present, false);
  assert.equal(findFlag('(a', '(a').unsupported, true);
});

test('values of documents in YAML and JSON, and of environments', () => {
  assert.deepEqual(findPath('a: {b: yes}', '{.a.b}'), { present: true, value: 'true' });
  assert.deepEqual(findPath('{"a": 0}', '{.a}'), { present: true, value: '0' });
  assert.deepEqual(findPath('', '{.a}'), { present: false, value: '' });
  assert.match(findPath('a: [', '{.a}').problem ?? '', /neither JSON nor YAML/);
  assert.equal(findPath('a: 1', '{..a}').unsupported, true);
  assert.deepEqual(findVariable('A=1\nETCD_A=b c\n', 'ETCD_A'), { present: true, value: 'b c' });
  assert.equal(findVariable('ETCD_A=\n', 'ETCD_A').present, false);
});

test('the audit counts before the configuration, and a command that failed decides', () => {
  const one = check([item({ flag: '--a', path: '{.a}', compare: { op: 'eq', value: '1' } })], { auditConfig: 'cat' });
  const state = (audit: string, config: string, exit = 0) =>
    runCheck(one, { audit: { text: audit, exit: 0 }, config: { text: config, exit } }).state;
  assert.equal(state('p --a=1', 'a: 2'), 'PASS');
  assert.equal(state('p --a=2', 'a: 1'), 'FAIL');
  assert.equal(state('p', 'a: 1'), 'PASS');
  assert.equal(state('p', ''), 'FAIL');
  assert.equal(state('p --a=1', 'cat: no such file', 1), 'FAIL');
  assert.equal(runCheck({ ...one, scored: false }, { audit: { text: 'p', exit: 1 } }).state, 'WARN');
});

test('checks without conditions', () => {
  const bare = { ...check([]), tests: { items: [], operation: '' } };
  assert.equal(runCheck(bare, {}).state, 'FAIL');
  assert.equal(runCheck({ ...bare, scored: false }, {}).state, 'WARN');
  assert.equal(runCheck({ ...bare, type: 'manual' }, {}).state, 'WARN');
  assert.equal(runCheck({ ...bare, type: 'skip' }, {}).state, 'INFO');
  const { tests: _, ...without } = bare;
  assert.equal(runCheck(without, {}).state, 'WARN');
  assert.equal(
    runCheck(check([item({ flag: 'a' })], { tests: { items: [item({ flag: 'a' })], operation: 'xor' } }), {}).state,
    'FAIL',
  );
});

test('with use_multiple_values every line counts', () => {
  const one = check([item({ flag: 'permissions', compare: { op: 'bitmask', value: '644' } })], { multiple: true });
  const state = (text: string) => runCheck(one, { audit: { text, exit: 0 } }).state;
  assert.equal(state('permissions=600\npermissions=644\n'), 'PASS');
  assert.equal(state('permissions=600\npermissions=666\n'), 'FAIL');
  assert.equal(state(''), 'FAIL');
});

test('law: the order of items changes nothing, and `or` of one item is `and` of it', () => {
  const flags = fc.constantFrom('--a', '--b', '--c');
  const items = fc.array(
    fc.record({ flag: flags, set: fc.boolean(), compare: fc.constantFrom(undefined, { op: 'eq', value: '1' }) }),
    { minLength: 1, maxLength: 4 },
  );
  const output = fc.array(fc.constantFrom('--a=1', '--b', '--c=2', '--a=2')).map((all) => all.join(' '));
  fc.assert(
    fc.property(items, output, fc.constantFrom('and', 'or', ''), (parts, text, operation) => {
      const all = parts.map(({ compare: held, ...part }) =>
        item({ ...part, ...(held === undefined ? {} : { compare: held }) }),
      );
      const run = (of: readonly TestItem[], by: string) =>
        runCheck(check(of, { tests: { items: of, operation: by } }), { audit: { text, exit: 0 } }).state;
      assert.equal(run(all, operation), run(all.toReversed(), operation));
      assert.equal(run(all.slice(0, 1), 'or'), run(all.slice(0, 1), 'and'));
    }),
    { numRuns: 200 },
  );
});
