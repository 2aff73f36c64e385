// When a server may have its previous configuration again, when that file may go, and how a change is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mayGo } from './let-go.ts';
import { lineDiff } from './line-diff.ts';
import { noWayBack } from './way-back.ts';

test('a previous list is given again only when it reads all that may have been written since', () => {
  const way = (
    from: readonly string[] | undefined,
    to: readonly string[],
    needed: readonly string[],
    changes: readonly string[] = [],
  ) => noWayBack({ ...(from === undefined ? {} : { from }), to, needed, changes });
  assert.equal(
    way(['identity'], ['identity', 'secretbox:a#kfp1:0'], ['identity']),
    undefined,
    'nobody writes with the new key',
  );
  assert.match(way(['identity'], ['secretbox:a#kfp1:0', 'identity'], ['identity']) ?? '', /cannot read secretbox:a/);
  assert.match(way(['a'], ['a', 'b'], ['a', 'c']) ?? '', /cannot read c/);
  assert.match(way(undefined, ['a'], []) ?? '', /no server could start/);
  assert.match(way(['a'], ['a'], ['a']) ?? '', /the same list/);
  assert.match(way(['a', 'b'], ['a'], ['a'], ['m2 began anew']) ?? '', /m2 began anew/);
});

const [ONE, TWO] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64'));

function configuration(...keys: readonly string[]): string {
  const provider = (key: string, index: number): string =>
    `      - secretbox: {keys: [{name: k${index}, secret: ${key}}]}\n`;
  const rule = `  - resources: [secrets]\n    providers:\n${keys.map(provider).join('')}      - identity: {}\n`;
  return `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n${rule}`;
}

test('a previous file goes when its keys are in the present one, or were shown to be needless', () => {
  const [one = '', two = ''] = [ONE, TWO];
  assert.equal(mayGo(configuration(), { forgotten: [] }), true, 'no key');
  assert.equal(mayGo(configuration(one), { present: configuration(one, two), forgotten: [] }), true);
  assert.equal(mayGo(configuration(one, two), { present: configuration(one), forgotten: [] }), false);
  assert.equal(mayGo(configuration(two), { present: configuration(one), forgotten: [] }), false, 'the same name');
  assert.equal(mayGo('resources: [', { present: configuration(one), forgotten: [] }), false, 'it may have keys');
  assert.equal(mayGo(configuration(one), { present: 'resources: [', forgotten: [] }), false);
});

test('the lines of a change turn one text into the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '- x'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(before, after);
      const count = (of: string, sign: string): number => lines.filter((line) => line === `${sign}${of}`).length;
      for (const line of new Set([...before.split('\n'), ...after.split('\n')])) {
        const had = before.split('\n').filter((one) => one === line).length;
        const has = after.split('\n').filter((one) => one === line).length;
        assert.equal(had - count(line, '-') + count(line, '+'), has);
      }
      assert.equal(lines.length === 0, before === after);
    }),
    { numRuns: 200 },
  );
  assert.deepEqual(lineDiff('a\nb\nc', 'a\nx\nc\nd'), ['-b', '+x', '+d']);
});
