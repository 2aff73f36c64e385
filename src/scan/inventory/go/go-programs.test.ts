// Real Go programs, judged by `go version -m`: built here for several targets, found on this machine, and made by Go 1.15 to 1.17.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { needsPrograms } from '../../../../test/support/needs.ts';
import {
  helmProgram,
  needsHelm,
  needsOldGoPrograms,
  needsTrivy,
  oldGoPrograms,
  trivyProgram,
} from '../../../../test/support/reference-programs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { readRootfs } from '../../image/layer/rootfs.ts';
import { HEAD_BYTES, parseElfHead } from '../elf/head.ts';
import { passThrough } from '../elf/test-elf.ts';
import { header, located } from '../test-facts.ts';
import { go } from './index.ts';
import type { GoProgram } from './read.ts';
import { mayBeOld } from './signs.ts';

interface Build {
  readonly name: string;
  readonly architecture?: string;
  readonly options?: readonly string[];
}

const BUILDS: readonly Build[] = [
  { name: 'plain' },
  { name: 'stripped', options: ['-ldflags=-s -w'] },
  { name: 'without-build-id', options: ['-ldflags=-buildid='] },
  { name: 'pie', options: ['-buildmode=pie'] },
  { name: '32-bit', architecture: '386' },
  { name: 'arm', architecture: 'arm64' },
  { name: 'big-endian', architecture: 'mips' },
];

/** What `go version -m` prints of version, main package and modules; undefined for files that it cannot read. */
function linesOfGo(file: string): readonly string[] | undefined {
  const { status, stdout } = spawnSync('go', ['version', '-m', file], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [first = '', ...rest] = stdout.split('\n');
  const values = rest.map((line) => line.trimStart().split('\t').slice(0, 3).join(' ').trimEnd());
  return [first.slice(`${file}: `.length), ...values.filter((line) => /^(?:path|mod|dep|=>) /.test(line))];
}

/** The same of a fact. */
function linesOf({ goVersion = '', path, main, modules }: GoProgram): readonly string[] {
  const named = [
    ...(main === undefined ? [] : [{ ...main, word: 'mod' }]),
    ...modules.map((one) => ({ ...one, word: 'dep' })),
  ];
  const lines = named.flatMap(({ word, path: module, version, replacement }) => [
    `${word} ${module} ${version}`,
    ...(replacement === undefined ? [] : [`=> ${replacement.path} ${replacement.version}`.trimEnd()]),
  ]);
  return [goVersion, ...(path === undefined ? [] : [`path ${path}`]), ...lines];
}

function readProgram(file: string): GoProgram | undefined {
  const bytes = readFileSync(file);
  const stream = go.content?.open(header('program', { size: bytes.length }));
  assert.ok(stream !== undefined);
  return passThrough(stream, bytes).data as GoProgram | undefined;
}

function isOldByHead(file: string): boolean {
  const bytes = readFileSync(file);
  const start = bytes.subarray(0, HEAD_BYTES);
  const head = parseElfHead(start);
  assert.ok(head !== undefined);
  return mayBeOld({ head, start, size: bytes.length });
}

test('programs built for several targets agree with go version -m', needsPrograms('go'), () => {
  const folder = join(temporaryFolder(), 'go-programs');
  const source = join(folder, 'source');
  mkdirSync(join(source, 'greet'), { recursive: true });
  const write = (path: string, text: string): void => writeFileSync(join(source, path), text);
  write('greet/go.mod', 'module example.org/greet\n');
  write('greet/greet.go', 'package greet\n\nfunc Hi() string { return "hi" }\n');
  write(
    'go.mod',
    'module Example.org/Prog\n\ngo 1.16\n\nrequire example.org/greet v1.2.3\n\nreplace example.org/greet => ./greet\n',
  );
  write('main.go', 'package main\n\nimport "example.org/greet"\n\nfunc main() { println(greet.Hi()) }\n');
  for (const { name, architecture = 'amd64', options = [] } of BUILDS) {
    const file = join(folder, name);
    const { status, stderr } = spawnSync('go', ['build', ...options, '-o', file, '.'], {
      cwd: source,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...{ GOENV: 'off', GOPROXY: 'off', GOWORK: 'off', GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local' },
        ...{ CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture },
      },
    });
    assert.equal(status, 0, stderr);
    const program = readProgram(file);
    assert.ok(program !== undefined, name);
    assert.deepEqual(linesOf(program), linesOfGo(file), name);
    assert.equal(isOldByHead(file), false, `${name}: strings are kept in vain`);
    const { packages, problems } = go.packages([located(name, program)], undefined);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      packages.map(({ purl }) => purl),
      [
        `pkg:golang/stdlib@${program.goVersion?.slice(2)}`,
        'pkg:golang/example.org/prog@%28devel%29',
        'pkg:golang/example.org/greet@%28devel%29',
      ],
    );
  }
});

test('the Go programs of this machine agree with go version -m', needsPrograms('go'), () => {
  const root = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout.trim();
  const distribution = ['skopeo', 'umoci', 'docker-registry', 'podman', 'runc', 'containerd'];
  const patterns = [`${root}/bin/go`, `${root}/pkg/tool/*/{compile,link}`, `/usr/bin/{${distribution.join(',')}}`];
  const files = globSync(patterns);
  for (const file of files) {
    const program = readProgram(file);
    assert.deepEqual(program === undefined ? undefined : linesOf(program), linesOfGo(file), file);
  }
  assert.ok(files.length > 2, "at least Go's own");
});

test('programs of Go 1.15 to 1.17 agree with go version -m', needsOldGoPrograms(), () => {
  const found = oldGoPrograms().map((file) => {
    const program = readProgram(file);
    assert.ok(program !== undefined, file);
    assert.ok(isOldByHead(file), `${file}: its strings are kept`);
    if (needsPrograms('go').skip === false) assert.deepEqual(linesOf(program), linesOfGo(file), file);
    return [program.goVersion, program.modules.length];
  });
  assert.deepEqual(found, [
    ['go1.16.3', 1],
    ['go1.15.5', 1],
    ['go1.17.5', 1],
  ]);
});

test('a Go program that is packed with UPX is a gap', needsTrivy(), () => {
  const { modules, undecidable } = readProgram(trivyProgram() ?? '') ?? {};
  assert.deepEqual(modules, []);
  assert.match(undecidable ?? '', /packed with UPX/);
});

test('helm and kubectl in a file system: their modules are packages', needsHelm(), () => {
  const folder = dirname(dirname(helmProgram() ?? ''));
  const { facts, unknowns } = readRootfs(folder, [go]);
  assert.deepEqual(unknowns, []);
  assert.ok(facts.some(({ path }) => path.endsWith('helm')));
  for (const { path, data } of facts) {
    const program = data as GoProgram;
    if (needsPrograms('go').skip === false) assert.deepEqual(linesOf(program), linesOfGo(join(folder, path)), path);
    const { packages, problems } = go.packages([located(path, data)], undefined);
    assert.deepEqual(problems, []);
    // The standard library and the main module besides; neither program replaces a module by another that it has.
    assert.equal(packages.length, program.modules.length + 2, path);
    assert.match(program.revision ?? '', /^[0-9a-f]{40}$/);
  }
});
