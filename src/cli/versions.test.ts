import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_CONTEXT } from '../../test/support/command-context.ts';
import { LIMITS } from '../platform/limits.ts';
import { VersionError } from '../versions/version-error.ts';
import type { CommandContext } from './command.ts';
import { runProgram } from './program.ts';
import { versionsCommand } from './versions.ts';

interface Sink {
  readonly context: CommandContext;
  out: string;
  err: string;
}

function sink(): Sink {
  const made: Sink = {
    out: '',
    err: '',
    context: {
      ...NO_CONTEXT,
      stdout: (text) => {
        made.out += text;
      },
      stderr: (text) => {
        made.err += text;
      },
    },
  };
  return made;
}

/** Runs `versions compare ARGS` with stdin in the given pieces. */
async function compare(args: readonly string[], pieces?: readonly string[]): Promise<Sink> {
  const into = sink();
  const command = versionsCommand(into.context, async function* () {
    assert.ok(pieces, 'stdin is read only without A and B');
    yield* pieces;
  });
  await command.parseAsync(['compare', ...args], { from: 'user' });
  return into;
}

test('versions compare: two arguments', async () => {
  assert.equal((await compare(['deb', '1.0~rc1', '1.0'])).out, '-1\n');
  assert.equal((await compare(['npm', 'v1.2.3', '1.2.3+build'])).out, '0\n');
  assert.equal((await compare(['rpm', '1:1.0-1', '2.0-1'])).out, '1\n');
});

test('versions compare: an answer for every line of stdin, however it is cut', async () => {
  const long = '1'.repeat(LIMITS.versionLength);
  const lines = [
    '1\t2',
    '2\t1\r',
    '1.0\t1.0-0',
    '',
    '1',
    '\t',
    '1\t2\t3',
    'x\t1',
    `${long}\t${long}`,
    `${long}1\t1`,
    '3\t2',
  ];
  const expected = '-1\n1\n0\ninvalid\ninvalid\ninvalid\ninvalid\ninvalid\n0\ninvalid\n1\n';
  const input = lines.join('\n');
  assert.equal((await compare(['deb'], [input])).out, expected);
  assert.equal((await compare(['deb'], [`${input}\n`])).out, expected);
  assert.equal((await compare(['deb'], [...input])).out, expected);
  assert.equal((await compare(['deb'], [])).out, '');
});

test('versions compare: a line without an end is not kept in memory', async () => {
  const endless = Array.from({ length: 2_000 }, () => '1'.repeat(10_000));
  assert.equal((await compare(['apk'], ['1\t2\n', ...endless, '\n2\t1\n'])).out, '-1\ninvalid\n1\n');
});

test('versions compare: JSON', async () => {
  const { out } = await compare(['deb', '--format', 'json'], ['1\t2\n1_\t1\n']);
  assert.deepEqual(JSON.parse(out), {
    schemaVersion: 1,
    scheme: 'deb',
    comparisons: [
      { a: '1', b: '2', order: -1 },
      { a: '1_', b: '1', order: 'invalid' },
    ],
  });
});

test('versions compare: --output', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'versions-'));
  try {
    const file = join(folder, 'order.txt');
    assert.equal((await compare(['deb', '1', '2', '--output', file])).out, '');
    assert.equal(readFileSync(file, 'utf8'), '-1\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('versions compare: refusals', async () => {
  await assert.rejects(compare(['deb', '1.0', '1_0']), VersionError);
  for (const [args, message] of [
    [['deb', '1.0', '1_0'], /"1_0" is not a valid deb version: /],
    [['deb', '', '1'], /"" is not a valid deb version: it is empty/],
    [['deb', '1.0'], /two versions, or none/],
    [['debian', '1', '2'], /Allowed choices are apk, deb, rpm/],
    [['deb', '1', '2', '3'], /too many arguments/],
  ] as const) {
    const into = sink();
    assert.equal(await runProgram(['versions', 'compare', ...args], into.context), 2, args.join(' '));
    assert.match(into.err, message);
    assert.equal(into.out, '');
  }
});

test('versions compare: a stdin that fails', async () => {
  const command = versionsCommand(sink().context, async function* () {
    yield '1\t2\n';
    throw new Error('is a directory');
  });
  await assert.rejects(command.parseAsync(['compare', 'deb'], { from: 'user' }), {
    code: 'input-unreadable',
    message: 'cannot read stdin: is a directory',
  });
});

test('versions: --help has an example', async () => {
  for (const args of [
    ['versions', '--help'],
    ['versions', 'compare', '--help'],
  ]) {
    const into = sink();
    assert.equal(await runProgram(args, into.context), 0);
    assert.match(into.out, /Example:\n {2}plimsoll versions compare deb 1\.0~rc1 1\.0\n/);
  }
});

test('versions compare: the program reads its own stdin', () => {
  const cache = mkdtempSync(join(tmpdir(), 'versions-'));
  try {
    const main = join(import.meta.dirname, 'main.ts');
    const run = spawnSync(process.execPath, [main, 'versions', 'compare', 'apk'], {
      input: '1.2.12-r0\t1.2.11-r4\n1.0_rc1\t1.0\n',
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    assert.equal(run.stdout, '1\n-1\n', run.stderr);
    assert.equal(run.status, 0);
  } finally {
    rmSync(cache, { recursive: true });
  }
});
