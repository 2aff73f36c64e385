import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../../test/support/statements.ts';
import { digestOf } from '../platform/canonical.ts';
import { openStarterSet } from './advisory/starter/index.ts';
import type { ImageSource } from './image/source.ts';
import type { OpenedImage } from './open-images.ts';
import type { Release, ReleaseImage } from './release/release.ts';
import { resultKey } from './result-key.ts';

const IMAGE: ReleaseImage = {
  logical: 'docker.io/library/alpine:3.16',
  origin: 'third-party',
  charts: [],
  sources: [],
};
const SOURCE: ImageSource = {
  digest: digestOf('manifest'),
  platform: 'linux/amd64',
  config: {
    os: 'linux',
    architecture: 'amd64',
    environmentNames: [],
    exposedPorts: [],
    labels: {},
    historyLength: 0,
    diffIds: [],
  },
  layers: [
    { digest: digestOf('layer'), size: 1, packing: 'tar', location: { kind: 'file', path: 'a', offset: 0, length: 1 } },
  ],
};
const OPENED: OpenedImage = { image: IMAGE, physical: IMAGE.logical, platform: 'linux/amd64', source: SOURCE };
const RELEASE: Release = {
  name: 'r',
  version: '1',
  target: 't',
  images: [IMAGE],
  charts: [],
  counts: {
    explicitReferences: 0,
    imageNames: 0,
    chartEntries: 0,
    chartReleases: 0,
    charts: 0,
    namespaces: 0,
    precacheEntries: 0,
  },
  lint: [],
  gaps: [],
};
const SET = openStarterSet();
const JUDGEMENT = { set: SET, severityPolicy: 'vendor-then-cvss-then-nvd', asOf: '2022-04-06' } as const;
const FORM = { format: 'json' };

function keyWith(changes: {
  readonly release?: Release;
  readonly opened?: OpenedImage;
  readonly judgement?: Parameters<typeof resultKey>[2];
  readonly form?: object;
  readonly build?: string;
}): string | undefined {
  const { release = RELEASE, opened = OPENED, judgement = JUDGEMENT, form = FORM, build = 'one' } = changes;
  return resultKey(release, [opened], judgement, form, build);
}

test('a key changes with whatever the result follows from, and with nothing else', () => {
  const key = keyWith({});
  assert.match(key ?? '', /^sha256:/);
  assert.equal(keyWith({ judgement: { ...JUDGEMENT, set: { ...SET } } }), key);
  const others = [
    keyWith({ build: 'two' }),
    keyWith({ form: { format: 'html' } }),
    keyWith({ judgement: { ...JUDGEMENT, asOf: '2022-04-07' } }),
    keyWith({ judgement: { ...JUDGEMENT, statements: [statement()] } }),
    keyWith({ judgement: { ...JUDGEMENT, set: { ...SET, id: digestOf('set') } } }),
    keyWith({ judgement: { ...JUDGEMENT, set: { ...SET, builtAt: '2030-01-01T00:00:00Z' } } }),
    keyWith({ release: { ...RELEASE, version: '2' } }),
    keyWith({ release: { ...RELEASE, gaps: [{ kind: 'not-scanned', target: 'rpm', reason: 'not yet' }] } }),
    keyWith({ opened: { ...OPENED, physical: 'mirror/alpine:3.16' } }),
    keyWith({ opened: { ...OPENED, source: { ...SOURCE, digest: digestOf('other manifest') } } }),
  ];
  assert.equal(new Set([key, ...others]).size, others.length + 1);
});

test('there is none where digests do not say it all', () => {
  const { source: _, ...unread } = OPENED;
  const [layer] = SOURCE.layers;
  assert.ok(layer !== undefined);
  const { digest: _claimed, ...unpinned } = layer;
  assert.equal(keyWith({ opened: { ...unread, failure: 'not found' } }), undefined);
  assert.equal(
    keyWith({ opened: { ...OPENED, source: { ...SOURCE, tree: { kind: 'directory', path: '/' } } } }),
    undefined,
  );
  assert.equal(keyWith({ opened: { ...OPENED, source: { ...SOURCE, layers: [unpinned] } } }), undefined);
  assert.equal(resultKey(RELEASE, [OPENED], JUDGEMENT, FORM), undefined, 'the sources run unbuilt');
});
