import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseModuleText } from './module-text.ts';

test('a module text gives main package, main module, dependencies, replacements and revision', () => {
  const { content, problems } = parseModuleText(
    [
      'path\texample.org/prog/cmd/x',
      'mod\texample.org/prog\tv1.2.3+dirty\t',
      'dep\tgithub.com/Masterminds/semver/v3\tv3.1.0\th1:Y2lUDsFKVRSYGojLJ1yLxSXdMmMYTYls0rCvoqmMUQk=',
      'dep\tk8s.io/api\tv0.0.0',
      '=>\tk8s.io/api\tv0.20.1\th1:x=',
      'dep\texample.org/local\tv1.0.0',
      '=>\t./local\t\t',
      'dep\texample.org/workspace\t(devel)\t',
      'build\t-compiler=gc',
      'build\t-ldflags="-X main.version=v9.9.9"',
      'build\tvcs.revision=05fa37973dc9e42b76e1d2883494c87174b6074f',
      'build\tvcs.modified=false',
      '',
    ].join('\n'),
  );
  assert.deepEqual(content, {
    path: 'example.org/prog/cmd/x',
    main: { path: 'example.org/prog', version: 'v1.2.3+dirty' },
    modules: [
      { path: 'github.com/Masterminds/semver/v3', version: 'v3.1.0' },
      { path: 'k8s.io/api', version: 'v0.0.0', replacement: { path: 'k8s.io/api', version: 'v0.20.1' } },
      { path: 'example.org/local', version: 'v1.0.0', replacement: { path: './local', version: '' } },
      { path: 'example.org/workspace', version: '(devel)' },
    ],
    revision: '05fa37973dc9e42b76e1d2883494c87174b6074f',
  });
  assert.deepEqual(problems, []);
});

test('a text without modules is no problem; unusable lines are, and cost no other line', () => {
  assert.deepEqual(parseModuleText(''), { content: { modules: [] }, problems: [] });
  const { content, problems } = parseModuleText(
    [
      'dep\t\tv1',
      '=>\tb\tv1\t',
      'dep\ta//b\tv1',
      'dep\tgood\tv1',
      '=>\tc d\tv1\t',
      '=>\te\tv1\t',
      'mod\tx\tv 1',
      '',
    ].join('\n'),
  );
  assert.deepEqual(content, { modules: [{ path: 'good', version: 'v1' }] });
  assert.deepEqual(problems, [
    'an unusable module: "dep\\t\\tv1"',
    'an unusable replacement of a module: "=>\\tb\\tv1\\t"',
    'an unusable module: "dep\\ta//b\\tv1"',
    'an unusable replacement of a module: "=>\\tc d\\tv1\\t"',
    'an unusable replacement of a module: "=>\\te\\tv1\\t"',
    'an unusable module: "mod\\tx\\tv 1"',
  ]);
});

test('whatever the text is, it is read', () => {
  const line = fc.constantFrom('mod', 'dep', '=>', 'path', 'build', '\t', '\n', 'a/b', './c', 'v1.0.0', '\0', '\ud800');
  fc.assert(fc.property(fc.array(line), (parts) => void parseModuleText(parts.join(''))));
});
