import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../platform/limits.ts';
import type { ImageConfig } from '../image/source.ts';
import type { FileTrait, NotableFile } from './files/notable-file.ts';
import { imageTraits } from './image-traits.ts';
import { layer } from './test-facts.ts';

const CONFIG: ImageConfig = {
  os: 'linux',
  architecture: 'amd64',
  environmentNames: [],
  exposedPorts: ['80/tcp'],
  labels: {},
  historyLength: 0,
  diffIds: [],
};
const LAYERS = [
  { digest: layer('one'), unpackedBytes: 10 },
  { digest: layer('two'), unpackedBytes: 20 },
];

function notable(path: string, traits: readonly FileTrait[], brought = 'one'): NotableFile {
  return { path, layer: layer(brought), traits, mode: 0o4755, uid: 1, gid: 2 };
}

test('files by trait with the position of their layer', () => {
  const files = [notable('bin/su', ['setuid', 'setgid']), notable('usr/bin/wall', ['setgid'], 'two')];
  assert.deepEqual(imageTraits({ ...CONFIG, user: '1000' }, LAYERS, files), {
    user: '1000',
    ports: ['80/tcp'],
    layerBytes: [10, 20],
    files: {
      setuid: { count: 1, first: [{ path: 'bin/su', layer: 0, mode: 0o4755, uid: 1, gid: 2 }] },
      setgid: {
        count: 2,
        first: [
          { path: 'bin/su', layer: 0, mode: 0o4755, uid: 1, gid: 2 },
          { path: 'usr/bin/wall', layer: 1, mode: 0o4755, uid: 1, gid: 2 },
        ],
      },
    },
  });
});

test('all files are counted, the first are named', () => {
  const files = Array.from({ length: LIMITS.traitFiles + 3 }, (_nothing, place) =>
    notable(`f${place}`, ['world-writable']),
  );
  const { files: found } = imageTraits(CONFIG, LAYERS, files);
  assert.equal(found['world-writable']?.count, LIMITS.traitFiles + 3);
  assert.equal(found['world-writable']?.first.length, LIMITS.traitFiles);
});

const STARTS: readonly (readonly [
  config: Partial<ImageConfig>,
  program: string | undefined,
  shellForm: boolean | undefined,
  need?: string,
])[] = [
  [{ entrypoint: ['/app', '-c'] }, '/app', false],
  [{ entrypoint: ['/bin/sh', '-c', 'exec app'] }, '/bin/sh', true, 'shell sh'],
  [{ command: ['/bin/sh', '-c', 'app'] }, '/bin/sh', true, 'shell sh'],
  [{ entrypoint: ['/bin/bash', '-ec'], command: ['app'] }, '/bin/bash', true, 'shell bash'],
  [{ command: ['/bin/bash'] }, '/bin/bash', false, 'shell bash'],
  [{ entrypoint: ['/sbin/tini', '--'], command: ['/entrypoint.sh'] }, '/sbin/tini', false, 'script /entrypoint.sh'],
  [{ command: ['sleep', 'infinity'] }, 'sleep', false, 'tool sleep'],
  [{ entrypoint: ['sh', '/entrypoint.sh'] }, 'sh', false, 'shell sh'],
  [{ entrypoint: ['/usr/bin/wash', '-c', 'x'] }, '/usr/bin/wash', false],
  [{ entrypoint: [], command: [] }, undefined, undefined],
];

for (const [config, program, shellForm, need] of STARTS) {
  test(`what ${JSON.stringify(config)} starts`, () => {
    const { entry } = imageTraits({ ...CONFIG, ...config }, LAYERS, []);
    assert.deepEqual([entry?.program, entry?.shellForm], [program, shellForm]);
    assert.equal(entry?.need === undefined ? undefined : `${entry.need.kind} ${entry.need.program}`, need);
  });
}
