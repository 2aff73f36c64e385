import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layersSince } from './layers-since.ts';
import { layer, located } from './test-facts.ts';

const keysOf = (data: unknown): readonly string[] => data as readonly string[];

test('a package is of the lowest layer from which on it is there without a break', () => {
  const fact = located('db', ['musl 1', 'zlib 2', 'curl 1', 'jq 1'], layer('d'), [
    { layer: layer('a'), data: ['musl 1', 'zlib 1', 'curl 1'] },
    { layer: layer('b'), data: ['musl 1', 'zlib 2'] },
    { layer: layer('c'), data: ['musl 1', 'zlib 2', 'curl 1'] },
  ]);
  assert.deepEqual(
    [...layersSince(fact, keysOf)],
    [
      ['musl 1', layer('a')],
      ['zlib 2', layer('b')],
      ['curl 1', layer('c')],
      ['jq 1', layer('d')],
    ],
  );
});

test('without earlier contents everything is of the layer of the file', () => {
  assert.deepEqual([...layersSince(located('db', ['musl 1'], layer('a')), keysOf)], [['musl 1', layer('a')]]);
  assert.equal(layersSince(located('db', []), keysOf).size, 0);
});
