import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlimsollError } from '../../platform/errors.ts';
import { parseImageConfig } from './config.ts';

function parse(value: unknown) {
  return parseImageConfig(Buffer.from(JSON.stringify(value)), 'test');
}

test('the fields that are used, and no value of an environment variable', () => {
  const config = parse({
    created: '2024-01-01T00:00:00Z',
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    config: {
      User: '65532:65532',
      Entrypoint: ['/bin/app'],
      Cmd: ['--flag'],
      Env: ['PATH=/bin', 'PASSWORD=hunter2=x', 'EMPTY=', 'BARE', 'PATH=/usr/bin'],
      ExposedPorts: { '8443/tcp': {}, '53/udp': {} },
      Labels: { b: '2', a: '1', __proto__x: null },
      Unknown: { ignored: true },
    },
    rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
    history: [{}, { empty_layer: true }],
  });
  assert.deepEqual(config, {
    created: '2024-01-01T00:00:00Z',
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    user: '65532:65532',
    entrypoint: ['/bin/app'],
    command: ['--flag'],
    searchPath: '/usr/bin',
    environmentNames: ['BARE', 'EMPTY', 'PASSWORD', 'PATH'],
    exposedPorts: ['53/udp', '8443/tcp'],
    labels: { b: '2', a: '1', __proto__x: '' },
    historyLength: 2,
    secrets: [{ place: 'environment', name: 'PASSWORD', kind: 'password' }],
    diffIds: ['sha256:1', 'sha256:2'],
  });
  assert.doesNotMatch(JSON.stringify(config), /hunter2/);
});

test("nulls and empty strings, as Go writes what is absent, and old Docker's plain commands", () => {
  const config = parse({
    os: 'linux',
    architecture: 'amd64',
    variant: '',
    created: null,
    config: { User: '', Env: null, Cmd: null, Entrypoint: '/init', ExposedPorts: null, Labels: null },
    history: null,
  });
  assert.deepEqual(config, {
    os: 'linux',
    architecture: 'amd64',
    entrypoint: ['/init'],
    environmentNames: [],
    exposedPorts: [],
    labels: {},
    historyLength: 0,
    diffIds: [],
  });
  assert.equal(parse({ os: 'linux', architecture: 'amd64', config: null }).historyLength, 0);
  // Docker's image JSON, unlike OCI's, may leave them out.
  const { os, architecture } = parse({ config: null });
  assert.deepEqual([os, architecture], ['unknown', 'unknown']);
  assert.throws(() => parse({ os: 'linux', architecture: 'x\u001b[2J' }), /plain words/);
});

test('whatever JSON it is given, it parses or raises an error of ours', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), fc.jsonValue(), (text, value) => {
      for (const bytes of [
        Buffer.from(text),
        Buffer.from(JSON.stringify({ os: 'linux', architecture: 'x', config: value })),
      ]) {
        try {
          parseImageConfig(bytes, 'test');
        } catch (error) {
          assert.ok(error instanceof PlimsollError && error.code === 'parse', String(error));
        }
      }
    }),
  );
});
