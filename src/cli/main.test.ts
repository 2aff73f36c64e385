import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { needsPrograms } from '../../test/support/needs.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const COMPARE = [MAIN, 'versions', 'compare', 'deb', '1', '2'];

describe('the program as a process', () => {
  test('a result that cannot be written is an error, not a verdict', { skip: !existsSync('/dev/full') }, () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = spawnSync(process.execPath, COMPARE, {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      assert.equal(status, 4);
      assert.match(stderr, /^plimsoll: the result cannot be written: ENOSPC.*\n$/);
    } finally {
      closeSync(full);
    }
  });

  test('talk that nobody hears changes nothing', { skip: !existsSync('/dev/full') }, () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status } = spawnSync(process.execPath, [MAIN, 'versions', 'compare'], {
        stdio: ['ignore', 'ignore', full],
      });
      assert.equal(status, 2);
    } finally {
      closeSync(full);
    }
  });

  test('a reader that has seen enough takes nothing from the verdict', needsPrograms('bash'), () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-main-'));
    try {
      mkdirSync(join(folder, 'root/etc'), { recursive: true });
      writeFileSync(join(folder, 'root/etc/os-release'), 'ID=alpine\nVERSION_ID=3.11.5\n');
      const scan = [
        'scan',
        `rootfs:${folder}/root`,
        '--store',
        join(folder, 'store.db'),
        '--fail-on',
        'gaps',
        '--quiet',
      ];
      const { status } = spawnSync(
        'bash',
        ['-c', 'set -o pipefail; "$0" "$@" | true', process.execPath, MAIN, ...scan],
        {
          env: { ...process.env, XDG_DATA_HOME: folder },
        },
      );
      assert.equal(status, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('an error that nobody handles ends with exit code 4, whatever was printed before', () => {
    for (const mishap of ['throw error', 'Promise.reject(error)']) {
      const code = `const error = new Error('bad \\u009b2J'); process.stdout.write = () => { setImmediate(() => { ${mishap} }); return true; };`;
      const mistake = `data:text/javascript,${encodeURIComponent(code)}`;
      const { status, stderr } = spawnSync(process.execPath, ['--import', mistake, ...COMPARE], { encoding: 'utf8' });
      assert.equal(status, 4, stderr);
      assert.match(stderr, /plimsoll: internal error: Error: bad \\u\{9b\}2J\n/);
    }
  });

  test('works for a user without a home', needsPrograms('env'), () => {
    const { status, stdout } = spawnSync('env', ['-i', process.execPath, ...COMPARE], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(stdout, '-1\n');
  });
});
