import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram } from '../../test/support/needs.ts';
import { assertAgrees, assertLines, type Pair, samplePairs, versionsOf } from './testing/differential.ts';

const MODULE_PIECES = [
  '0',
  '1',
  '9',
  '01',
  '10',
  '.1',
  '.0',
  '-',
  '-0.20210101000000-abcdef012345',
  '-rc',
  '-1',
  '.x',
  '+incompatible',
  '.',
];
const MODULES = versionsOf(['v0.0.0', 'v1.2.3', 'v1.2.3-pre', 'v1', 'v1.20', 'v2.0.0'], MODULE_PIECES, 4);
const TOOLCHAIN_PIECES = ['0', '1', '2', '.1', '.0', 'rc1', 'rc2', 'beta1', 'alpha', 'rc', '-custom', '9', '.'];
const TOOLCHAINS = versionsOf(['go1', 'go1.1', 'go1.20', 'go1.21', 'go1.22', 'go1.21.0', 'go2'], TOOLCHAIN_PIECES, 3);

const PROGRAM = `package main
import ("bufio"; "fmt"; "go/version"; "os"; "strings"; "ask/semver")
func main() {
  in := bufio.NewScanner(os.Stdin)
  out := bufio.NewWriter(os.Stdout)
  defer out.Flush()
  for in.Scan() {
    a, b, _ := strings.Cut(in.Text(), "\\t")
    compare, valid := semver.Compare, semver.IsValid
    if strings.HasPrefix(a, "go") { compare, valid = version.Compare, version.IsValid }
    if valid(a) && valid(b) { fmt.Fprintln(out, compare(a, b)) } else { fmt.Fprintln(out, "invalid") }
  }
}
`;

/** The toolchain's own copy of golang.org/x/mod/semver, or undefined. */
function goSemver(): string | undefined {
  if (findProgram('go') === undefined) return undefined;
  const root = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout.trim();
  const folder = join(root, 'src/cmd/vendor/golang.org/x/mod/semver');
  return existsSync(folder) && existsSync(join(root, 'src/go/version')) ? folder : undefined;
}

test('go: agrees with x/mod/semver and go/version on validity and order', {
  skip: goSemver() === undefined && 'needs Go 1.22 or later',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'go-versions-'));
  try {
    mkdirSync(join(folder, 'semver'));
    cpSync(join(goSemver() ?? '', 'semver.go'), join(folder, 'semver/semver.go'));
    writeFileSync(join(folder, 'go.mod'), 'module ask\n\ngo 1.22\n');
    writeFileSync(join(folder, 'main.go'), PROGRAM);
    const pairs: readonly Pair[] = [
      ...samplePairs(MODULES, MODULE_PIECES, 6_000),
      ...samplePairs(TOOLCHAINS, TOOLCHAIN_PIECES, 4_000),
    ];
    const input = pairs.map((pair) => `${pair.join('\t')}\n`).join('');
    const environment = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' };
    const run = spawnSync('go', ['run', '.'], { cwd: folder, input, encoding: 'utf8', env: environment });
    assert.equal(run.status, 0, run.stderr);
    const reference = run.stdout.trimEnd().split('\n');
    assert.ok(reference.filter((line) => line !== 'invalid').length > 1_500, 'enough valid pairs');
    assertAgrees('go', pairs, reference);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('go: rules', () => {
  assertLines('go', [
    'v0.0.0-20200101000000-abcdef012345 < v0.0.0-20210101000000-abcdef012345',
    'v1.2.4-0.20210101000000-abcdef012345 > v1.2.3',
    'v1.2.4-0.20210101000000-abcdef012345 < v1.2.4',
    'v2.0.0+incompatible = v2.0.0',
    'v1.2.3+incompatible+dirty = v1.2.3',
    '1.2.3 = v1.2.3',
    'v1.2 = v1.2.0',
    'go1.20 = go1.20.0',
    'go1.20rc1 < go1.20',
    'go1.21 < go1.21rc1',
    'go1.21rc2 < go1.21.0',
    'go1.22beta1 < go1.22rc1',
    'go1.21.5 X:boringcrypto = go1.21.5',
    'go1.21.5-custom = go1.21.5',
    'invalid: (devel)',
    'invalid: devel go1.22-abcdef',
    'invalid: go1.18.5b7',
    'invalid: v01.2.3',
    'invalid: v1.2-rc1',
    'invalid: master',
  ]);
});

test('go: toolchains and the semantic form of advisories are on one line', () => {
  const versions = [
    'go1.20.14',
    'go1.21',
    '1.21.0-0',
    'go1.21rc1',
    '1.21.0-rc.2',
    'go1.21.0',
    '1.21.1',
    'go1.21.2',
    'go1.22',
    'v1.22.0',
  ];
  for (const [i, older] of versions.entries()) {
    assertLines(
      'go',
      versions.slice(i + 1).map((newer) => `${older} < ${newer}`),
    );
  }
  assertLines('go', ['go1.21rc2 = v1.21.0-rc.2', 'go1.21.5 = 1.21.5', 'go1.21 = go1.21-custom']);
});
