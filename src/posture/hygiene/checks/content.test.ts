import assert from 'node:assert/strict';
import { test } from 'node:test';
import { said, type TestImage } from '../test-release.ts';
import { createdStated } from './age.ts';
import { endOfLife } from './end-of-life.ts';
import { imageSize } from './image-size.ts';
import { label } from './label.ts';
import { notableFiles } from './notable-files.ts';
import { packageDatabase } from './package-database.ts';
import { privilegedPorts, shellForm, user } from './run-configuration.ts';

function verdictOf(template: typeof user, image: Omit<TestImage, 'logical'>, parameters = {}): string | undefined {
  return said(template, parameters, [{ logical: 'q.io/a:1', ...image }])[0]?.replace('q.io/a:1 ', '');
}

for (const [configured, expected] of [
  [undefined, 'fail no user is configured: it runs as root'],
  ['root', 'fail it runs as root'],
  ['0', 'fail it runs as root'],
  ['0:1000', 'fail it runs as root'],
  ['00', 'fail it runs as root'],
  [':1000', 'fail it runs as root'],
  ['nobody', 'warn it runs as "nobody": runAsNonRoot needs a number to tell that this is not root'],
  ['65532:65532', 'pass it runs as user 65532'],
  ['1000', 'pass it runs as user 1000'],
] as const) {
  test(`the user ${configured}: ${expected}`, () => {
    assert.equal(verdictOf(user, { traits: configured === undefined ? {} : { user: configured } }), expected);
  });
}

test('what only the image itself tells is no evidence without it', () => {
  for (const template of [user, shellForm, privilegedPorts, packageDatabase, createdStated]) {
    assert.match(verdictOf(template, { traits: undefined }) ?? '', /^no-evidence the image itself was not looked at/);
  }
  assert.match(verdictOf(notableFiles, { traits: undefined }, { traits: ['shell'] }) ?? '', /^no-evidence/);
  assert.match(verdictOf(label, { traits: undefined }, { name: 'vendor', form: 'text' }) ?? '', /^no-evidence/);
  assert.match(verdictOf(imageSize, { traits: undefined }, { factor: 3 }) ?? '', /^no-evidence/);
});

test('shell form and ports', () => {
  assert.match(verdictOf(shellForm, { traits: { entry: { program: '/bin/sh', shellForm: true } } }) ?? '', /^fail/);
  assert.match(verdictOf(shellForm, { traits: { entry: { program: '/app', shellForm: false } } }) ?? '', /^pass/);
  assert.match(verdictOf(shellForm, { traits: {} }) ?? '', /^not-applicable/);
  assert.equal(
    verdictOf(privilegedPorts, { traits: { ports: ['1024/tcp', '53/udp', '8080/tcp'] } }),
    'fail ports below 1024 are exposed: 53/udp',
  );
  assert.match(verdictOf(privilegedPorts, { traits: { ports: ['1024/tcp'] } }) ?? '', /^pass/);
});

test('a file with two of the traits counts once; of those that are not named the number is known', () => {
  const su = { path: 'bin/su', layer: 0, mode: 0o6755, uid: 0, gid: 0 };
  const files = {
    setuid: { count: 1, first: [su] },
    setgid: { count: 2, first: [su, { path: 'bin/wall', layer: 1, mode: 0o2755, uid: 0, gid: 0 }] },
  };
  assert.equal(
    verdictOf(notableFiles, { traits: { files } }, { traits: ['setuid', 'setgid'] }),
    'fail 2 found: su, wall',
  );
  assert.match(verdictOf(notableFiles, { traits: { files } }, { traits: ['world-writable'] }) ?? '', /^pass/);
  const many = { 'world-writable': { count: 400, first: [{ path: 'srv/a', layer: 0, mode: 0o666, uid: 0, gid: 0 }] } };
  assert.equal(
    verdictOf(notableFiles, { traits: { files: many } }, { traits: ['world-writable'] }),
    'fail 400 found: a and 399 more',
  );
});

test('a package database that is missing, split, or never was', () => {
  const os = { id: 'alpine', version: '3.15.0' };
  assert.match(verdictOf(packageDatabase, { os, packages: ['only zlib 1'] }) ?? '', /^pass 1 packages/);
  assert.equal(
    verdictOf(packageDatabase, { os }),
    'fail the image names alpine 3.15.0, and no package of it was found: its database is missing',
  );
  assert.match(verdictOf(packageDatabase, {}) ?? '', /^fail no package of any kind/);
  // It may be there.
  const gaps = [{ kind: 'file-unparsed', target: 'a', location: 'var/lib/rpm/Packages', reason: 'damaged' }] as const;
  assert.match(verdictOf(packageDatabase, { os, gaps }) ?? '', /^no-evidence no package was found, and not all/);
});

test('end of life on the day of the assessment', () => {
  const os = (endOfLifeDate?: string) => ({
    os: { id: 'alpine', version: '3.12.0', ...(endOfLifeDate === undefined ? {} : { endOfLife: endOfLifeDate }) },
  });
  assert.match(
    verdictOf(endOfLife, os('2022-04-05')) ?? '',
    /^fail alpine 3.12.0 is past its end of life since 2022-04-05/,
  );
  assert.match(verdictOf(endOfLife, os('2022-04-06')) ?? '', /^pass/);
  assert.match(verdictOf(endOfLife, os()) ?? '', /^no-evidence/);
  assert.match(verdictOf(endOfLife, {}) ?? '', /^not-applicable/);
});

test('an image that is far larger than the others on its distribution', () => {
  const os = { id: 'alpine' };
  const sized = (logical: string, bytes: number): TestImage => ({ logical, os, traits: { layerBytes: [bytes] } });
  const images = [
    sized('q.io/a:1', 10e6),
    sized('q.io/b:1', 12e6),
    sized('q.io/c:1', 50e6),
    { logical: 'q.io/d:1', traits: { layerBytes: [9e9] } },
  ];
  assert.deepEqual(said(imageSize, { factor: 3 }, images), [
    'q.io/a:1 pass not more than 3 times the median of its kind',
    'q.io/b:1 pass not more than 3 times the median of its kind',
    'q.io/c:1 fail 50 MB where 12 MB is usual for alpine',
    'q.io/d:1 not-applicable too few images are on no distribution to tell what is usual',
  ]);
});
