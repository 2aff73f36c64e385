import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';
import { BASES } from '../../words.ts';
import { SORT_KEYS } from './findings.ts';
import { formatHash, IMAGE_SORT_KEYS, parseHash, START, VIEWS, type ViewState } from './view-state.ts';

const states = fc.record<ViewState>(
  {
    view: fc.constantFrom(...VIEWS),
    basis: fc.constantFrom(...BASES),
    query: fc.string({ unit: 'grapheme' }),
    levels: fc.subarray([...SEVERITY_LEVELS]),
    fixable: fc.boolean(),
    kev: fc.boolean(),
    slot: fc.string({ unit: 'grapheme' }),
    sort: fc.constantFrom(...SORT_KEYS),
    descending: fc.boolean(),
    row: fc.option(fc.nat(1_000_000)),
    imageQuery: fc.string({ unit: 'grapheme' }),
    imageSort: fc.constantFrom(...IMAGE_SORT_KEYS),
    imageDescending: fc.boolean(),
    image: fc.string({ unit: 'grapheme' }),
  },
  { noNullPrototype: true },
);

test('law: an address reads back to the state that it was made of', () => {
  fc.assert(fc.property(states, (state) => assert.deepEqual(parseHash(formatHash(state), state), state)));
});

test('law: an address says all of its own view, whatever was there before', () => {
  fc.assert(
    fc.property(states, states, (state, before) => {
      const read = parseHash(formatHash(state), before);
      assert.equal(formatHash(read), formatHash(state));
    }),
  );
});

test('addresses are short and readable', () => {
  assert.equal(formatHash(START), '#summary');
  assert.equal(
    formatHash({ ...START, view: 'findings', levels: ['critical', 'high'], fixable: true }),
    '#findings?severity=critical%2Chigh&fixable=1',
  );
  assert.equal(
    formatHash({ ...START, view: 'images', imageSort: 'total', imageDescending: true }),
    '#images?sort=total.desc',
  );
});

test('law: any address is read without an error, and what is not understood is left out', () => {
  assert.deepEqual(parseHash('#nonsense?sort=drop&severity=fatal&row=-1&basis=x'), START);
  assert.equal(parseHash('#findings?row=1e3').row, null);
  assert.deepEqual(parseHash('#findings?severity=low,critical,fatal').levels, ['critical', 'low']);
  fc.assert(fc.property(fc.string(), (hash) => assert.ok(VIEWS.includes(parseHash(hash).view))));
});
