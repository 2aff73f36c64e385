import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { ParseError } from '../../../platform/errors.ts';
import { header, layer, located, readTree } from '../test-facts.ts';
import { gem } from './index.ts';
import { isSpecification, parseGemspec } from './parse.ts';

const FOLDER = 'usr/lib/ruby/gems/3.1.0';

const PATHS: readonly (readonly [string, boolean])[] = [
  [`${FOLDER}/specifications/rake-13.0.6.gemspec`, true],
  [`${FOLDER}/specifications/default/json-2.6.1.gemspec`, true],
  ['specifications/rake-13.0.6.gemspec', true],
  [`${FOLDER}/gems/rake-13.0.6/rake.gemspec`, false],
  [`${FOLDER}/specifications/other/rake-13.0.6.gemspec`, false],
  [`${FOLDER}/myspecifications/rake-13.0.6.gemspec`, false],
  ['rake.gemspec', false],
];

for (const [path, expected] of PATHS) {
  test(`${path} is ${expected ? 'the' : 'no'} specification of an installed gem`, () => {
    assert.equal(isSpecification(path), expected);
    assert.equal(gem.wants?.(header(path)), expected);
  });
}

const parse = (text: string): unknown => parseGemspec(Buffer.from(text));

const GEMSPECS: readonly (readonly [string, string, unknown])[] = [
  [
    'of today',
    '# stub: a 1.2 ruby lib\n\nGem::Specification.new do |s|\n  s.name = "a".freeze\n  s.version = "1.2"\n  s.description = "x\\n s.version = 9".freeze\nend\n',
    { name: 'a', version: '1.2' },
  ],
  [
    'for a platform',
    'Gem::Specification.new do |s|\n  s.name = "a".freeze\n  s.version = "1.2".freeze\n  s.platform = "x86_64-linux".freeze\n',
    { name: 'a', version: '1.2', platform: 'x86_64-linux' },
  ],
  ['for Ruby', 's.name = "a"\r\ns.version = "1"\r\ns.platform = "ruby"\r\n', { name: 'a', version: '1' }],
  ['of old times', '\ts.name = %q{a}\n\ts.version = %q{0.9.2}\n', { name: 'a', version: '0.9.2' }],
  [
    'with a version object',
    'spec.name=\'a\'\nspec.version = Gem::Version.new("1.0.rc1")\n',
    { name: 'a', version: '1.0.rc1' },
  ],
  [
    'that says more than once',
    's.name = "a"\ns.version = "1"\ns.name = "b"\ns.version = "2"\n',
    { name: 'a', version: '1' },
  ],
];

for (const [what, text, expected] of GEMSPECS) {
  test(`a gemspec ${what}`, () => {
    assert.deepEqual(parse(text), expected);
  });
}

for (const text of [
  '',
  's.name = "a"\n',
  's.version = "1"\n',
  's.name = NAME\ns.version = "1"\n',
  's.name = "a b"\ns.version = "1"\n',
  's.name = "a"\ns.version = "1 2"\n',
  's.name = "a\\u0041"\ns.version = "1"\n',
  '# s.name = "a"\n# s.version = "1"\n',
]) {
  test(`${JSON.stringify(text)} is no gem`, () => {
    assert.throws(() => parse(text), ParseError);
  });
}

test('a gem becomes a package, of the layer that brought this version', () => {
  const path = `${FOLDER}/specifications/a-2-java.gemspec`;
  const data = { name: 'a', version: '2', platform: 'java' };
  const fact = located(path, data, layer('three'), [
    { layer: layer('one'), data: { name: 'a', version: '2' } },
    { layer: layer('two'), data },
  ]);
  assert.deepEqual(gem.packages([fact, located('var/blob', data)], undefined).packages, [
    {
      purl: 'pkg:gem/a@2?platform=java',
      type: 'gem',
      name: 'a',
      version: '2',
      scheme: 'gem',
      namespace: 'gem',
      location: { layer: layer('two'), path },
    },
  ]);
});

test("Debian's Ruby: every gem is what the name of its file says", needsPrograms('apt-get', 'dpkg-deb'), (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-gem-'));
  try {
    const { status } = spawnSync('apt-get', ['download', '-q', 'libruby3.1', 'ruby-nokogiri', 'rake'], { cwd: folder });
    if (status !== 0) return context.skip("needs Debian's Ruby packages");
    for (const archive of readdirSync(folder)) spawnSync('dpkg-deb', ['-x', archive, 'root'], { cwd: folder });
    const root = join(folder, 'root');
    const { facts, problems } = readTree(gem, root);
    const { packages } = gem.packages(facts, undefined);
    assert.deepEqual(problems, []);
    assert.ok(packages.length > 50);
    for (const { name, version, location } of packages)
      assert.equal(basename(location.path), `${name}-${version}.gemspec`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
