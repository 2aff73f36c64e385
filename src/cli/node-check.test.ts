import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { partText } from '../../test/support/evidence-part.ts';
import { findProgram, needsPrograms } from '../../test/support/needs.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { sampleAssessment } from '../../test/support/sample-assessment.ts';
import { resultValidator } from '../../test/support/schemas.ts';
import { statisticsOf } from '../explain/statistics.ts';
import type { Verdict } from '../platform/verdict.ts';
import { assessmentJson } from '../publish/json/write.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-node-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  return runCommand(args, { folder });
}

/** Pages are made by the build; without it there is nothing to publish. */
const built = existsSync(join(import.meta.dirname, '../../dist/report-page.js'))
  ? { skip: false as const }
  : { skip: 'needs the built page: npm run build' };

/** Only root may change its root. */
const needsChroot = process.getuid?.() === 0 ? needsPrograms('busybox', 'chroot') : { skip: 'needs root' };

interface NodeDocument {
  readonly verdict: Verdict;
  readonly nodes: readonly object[];
  readonly results: readonly Verdict[];
}

async function judged(...args: readonly string[]): Promise<NodeDocument> {
  const { stdout, stderr } = await run('node', 'check', ...args, '--format', 'json');
  assert.match(stdout, /^\{/, stderr);
  const document: NodeDocument = JSON.parse(stdout);
  const validate = resultValidator('node-check-1');
  assert.ok(validate(document), JSON.stringify(validate.errors));
  return document;
}

test('a part that says nothing gives no evidence, and --fail-on gaps says no', async () => {
  writeFileSync(join(folder, 'empty.part'), partText('ncn-w001', []));
  const { verdict } = await judged('empty.part');
  assert.deepEqual([verdict.subject, verdict.verdict], ['ncn-w001', 'no-evidence']);
  assert.equal((await run('node', 'check', 'empty.part', '--fail-on', 'gaps')).code, 1);
  assert.equal((await run('node', 'check', 'empty.part', '--fail-on', 'critical,high')).code, 0);
  assert.equal((await run('node', 'check', 'empty.part', '--fail-on', 'worst')).code, 2);
  assert.equal((await run('node', 'check', 'empty.part', '--user-workloads', 'user')).code, 2);
  assert.equal((await run('node', 'check')).code, 2);
  assert.equal((await run('node', 'check', 'none.part')).code, 3);
});

test('waivers of checks that are not there are refused', async () => {
  writeFileSync(
    join(folder, 'waivers.yaml'),
    'waivers: [{check: no-such, owner: o, reason: r, expires: 2030-01-01}]\n',
  );
  const { code, stderr } = await run('node', 'check', 'empty.part', '--waivers', 'waivers.yaml');
  assert.equal(code, 2);
  assert.match(stderr, /no check no-such/);
});

describe('a node as the collector sees it', needsChroot, () => {
  const root = join(folder, 'root');
  const kernel = '5.14.21-150400.24.46-default';
  const newer = '5.14.21-150400.24.55-default';

  function put(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  }

  before(async () => {
    mkdirSync(join(root, 'bin'), { recursive: true });
    copyFileSync(findProgram('busybox') ?? '', join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    for (const applet of execFileSync(join(root, 'bin/busybox'), ['--list'], { encoding: 'utf8' }).split('\n')) {
      if (!['', 'busybox', 'modinfo', 'rpm', 'uname', 'dpkg', 'ip'].includes(applet))
        symlinkSync('busybox', join(root, 'bin', applet));
    }
    mkdirSync(join(root, 'dev'));
    put('dev/null', '', 0o666);
    put(
      'usr/sbin/uname',
      `#!/bin/sh\ncase $1 in -n) echo ncn-w001;; *) echo 'Linux ${kernel} #1 SMP x86_64';; esac\n`,
      0o755,
    );
    put(
      'usr/sbin/modinfo',
      `#!/bin/sh\ncase $1 in dvs) printf 'filename:       /lib/modules/${kernel}/updates/dvs.ko\\nlicense:        GPL\\nvermagic:       ${kernel} SMP\\n';; *) printf 'filename:       /lib/modules/${kernel}/kernel/xfs.ko\\nsigner:         SUSE\\n';; esac\n`,
      0o755,
    );
    put(
      'usr/sbin/rpm',
      `#!/bin/sh\ncase $1 in -qf) echo 'cray-dvs-kmp-default 2.15_4 HPE';; *) echo 'kernel-default 5.14.21-150400.24.55.1 x86_64 1648684800 1648000000';; esac\n`,
      0o755,
    );
    put('etc/os-release', 'ID="sles"\n');
    put('proc/stat', 'btime 1640000000\n');
    put('proc/mounts', '/dev/sda1 / xfs rw 0 0\n');
    put('proc/modules', 'xfs 1000 1 - Live 0x0\ndvs 462848 1 - Live 0x0 (OE)\n');
    put('proc/sys/kernel/tainted', '12288\n');
    put('proc/sys/user/max_user_namespaces', '96365\n');
    put('proc/sys/kernel/kptr_restrict', '1\n');
    for (const release of [kernel, newer]) {
      put(`boot/vmlinuz-${release}`, '');
      mkdirSync(join(root, `lib/modules/${release}/kernel`), { recursive: true });
      utimesSync(join(root, `boot/vmlinuz-${release}`), 1_600_000_000, 1_600_000_000);
    }
    put(`lib/modules/${kernel}/updates/dvs.ko`, '');
    put('etc/sarus/sarus.json', JSON.stringify({ securityChecks: false, runcPath: '/opt/runc' }));
    put('opt/runc', '#!/bin/sh\n', 0o775);
    put('usr/bin/ch-run', '#!/bin/sh\necho 0.38\n', 0o755);
    put('opt/tool/become root', '#!/bin/sh\n', 0o4777);
    const { stdout } = await run('node', 'collect', '--for', 'node');
    const part = execFileSync('chroot', [root, '/bin/sh', '-s'], {
      input: stdout,
      maxBuffer: 64 * 1024 ** 2,
      env: { ...process.env, PLIMSOLL_NODE: 'ncn-w001' },
    });
    writeFileSync(join(folder, 'ncn-w001.part'), part);
  });

  test('every finding stands with its evidence', async () => {
    const { nodes, results } = await judged('ncn-w001.part');
    const [node] = nodes;
    assert.partialDeepStrictEqual(node, {
      node: 'ncn-w001',
      kernel,
      foreignModules: ['dvs'],
      runtimes: ['charliecloud', 'sarus'],
    });
    const failed = results
      .filter(({ verdict }) => verdict === 'fail')
      .map(({ check, subject }) => `${check} ${subject}`);
    for (const expected of [
      'kernel-current ncn-w001',
      'kernel-taint ncn-w001',
      'module-holds-kernel ncn-w001/dvs',
      'module-signed ncn-w001/dvs',
      'sarus-paths ncn-w001:/opt/runc',
      'sarus-security-checks ncn-w001:/etc/sarus/sarus.json',
      'setuid-writable ncn-w001:/opt/tool/become root',
    ]) {
      assert.ok(failed.includes(expected), `${expected}: ${failed.join(', ')}`);
    }
    const held = results.find(({ check }) => check === 'module-holds-kernel');
    assert.match(held?.reason ?? '', /holds the kernel: .*exposed for \d+ days, since .* came on 2022-03-31;/);
    const passed = results.filter(({ verdict }) => verdict === 'pass').map(({ check }) => check);
    for (const expected of ['module-package', 'sysctl-kernel-pointers', 'charliecloud-unprivileged'])
      assert.ok(passed.includes(expected), expected);
  });

  test('a module for the newest kernel lets go of it', async () => {
    put(`lib/modules/${newer}/weak-updates/updates/dvs.ko`, '');
    const { stdout } = await run('node', 'collect', '--for', 'node');
    const part = execFileSync('chroot', [root, '/bin/sh', '-s'], {
      input: stdout,
      maxBuffer: 64 * 1024 ** 2,
      env: { ...process.env, PLIMSOLL_NODE: 'ncn-w001' },
    });
    writeFileSync(join(folder, 'mended.part'), part);
    const { results } = await judged('mended.part');
    assert.equal(results.find(({ check }) => check === 'module-holds-kernel')?.verdict, 'pass');
  });

  test('the same in every form, and on the pages of a bundle without names outside', built, async () => {
    const table = await run('node', 'check', 'ncn-w001.part');
    assert.match(
      table.stdout,
      /ncn-w001: 5\.14\.21-150400\.24\.46-default, tainted O E; modules from elsewhere: dvs; runtimes of users/,
    );
    const html = await run('node', 'check', 'ncn-w001.part', '--format', 'html');
    assert.match(html.stdout, /<td[^>]*>dvs<\/td>/);
    assert.doesNotMatch(html.stdout, /<td[^>]*>undefined/);
    assert.equal(table.stdout, (await run('node', 'check', 'ncn-w001.part')).stdout);
    await run('node', 'check', 'ncn-w001.part', '--format', 'json', '--output', 'nodes.json');
    const sample = sampleAssessment();
    writeFileSync(join(folder, 'assessment.json'), assessmentJson(sample, statisticsOf(sample)));
    for (const audience of ['public', 'internal']) {
      const { code, stderr } = await run(
        'publish',
        audience,
        '--assessment',
        'assessment.json',
        '--node',
        'nodes.json',
        '--audience',
        audience,
      );
      assert.equal(code, 0, stderr);
      const page = readFileSync(join(folder, audience, 'index.html'), 'utf8');
      assert.match(page, /module-holds-kernel/);
      assert.equal(page.includes('it holds the kernel'), audience === 'internal', audience);
    }
  });
});
