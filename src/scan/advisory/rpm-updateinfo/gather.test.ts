import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { digestOf } from '../../../platform/canonical.ts';
import { ParseError, PlimsollError } from '../../../platform/errors.ts';
import { openAdvisorySet } from '../set/open.ts';
import type { FetchOptions } from '../update/fetch-feed.ts';
import { startTestServer, type TestServer } from '../update/test-server.ts';
import { updateAdvisorySet, usualRequests } from '../update/update.ts';
import { rpmUpdateinfo } from './index.ts';
import { readRepomd } from './repomd.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());
beforeEach(() => {
  server.answers.clear();
  server.asked.length = 0;
});

function updates(id: string, fixed: string): string {
  const [version, release] = fixed.split('-');
  return `<?xml version="1.0" encoding="UTF-8"?>
<updates><update from="x@example.org" status="final" type="security" version="1"><id>${id}</id><title>t</title>
<issued date="2024-02-03 04:05:06"/><references><reference href="https://example.org/" id="CVE-2024-0001" type="cve" title="x"/></references>
<pkglist><collection short="s"><name>s</name><package name="zlib" version="${version}" release="${release}" epoch="0" arch="x86_64"><filename>z.rpm</filename></package></collection></pkglist>
</update></updates>`;
}

/** A repository that the real programs made, in this packing. */
function makeRepository(name: string, packing: 'gz' | 'xz' | 'zst', content: string): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder, { recursive: true });
  const plain = join(folder, 'updateinfo.xml');
  writeFileSync(plain, content);
  const run = (program: string, ...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  run('createrepo_c', '-q', '--no-database', folder);
  const data = join(folder, 'repodata');
  run('modifyrepo_c', `--compress-type=${packing === 'zst' ? 'gz' : packing}`, plain, data);
  if (packing === 'zst') packWithZstd(data, content);
  return folder;
}

/** What newer releases of createrepo_c write; the one of Debian 12 knows no zstd. */
function packWithZstd(data: string, content: string): void {
  const packed = zstdCompressSync(content);
  const digest = digestOf(packed).slice(7);
  const index = join(data, 'repomd.xml');
  writeFileSync(join(data, `${digest}-updateinfo.xml.zst`), packed);
  const entry = `<data type="updateinfo"><checksum type="sha256">${digest}</checksum><location href="repodata/${digest}-updateinfo.xml.zst"/></data>`;
  writeFileSync(index, readFileSync(index, 'utf8').replace(/<data type="updateinfo">.*?<\/data>/s, entry));
}

/** Serves a repository's metadata below `/name/`. */
function serve(name: string, folder: string): string {
  for (const entry of readdirSync(join(folder, 'repodata'))) {
    server.answers.set(`/${name}/repodata/${entry}`, (_, response) => {
      response.end(readFileSync(join(folder, 'repodata', entry)));
    });
  }
  return `${server.base}/${name}`;
}

function runIn(name: string): FetchOptions & { readonly output: string } {
  return {
    fetch,
    now: () => new Date('2026-01-02T03:04:05Z'),
    maxBytes: 1e6,
    idleMilliseconds: 2000,
    retry: { attempts: 1, backoffMs: 1, retryAfterMs: 1 },
    folder: join(temporaryFolder(), `${name}-feeds`),
    output: join(temporaryFolder(), `${name}.db`),
    cache: join(temporaryFolder(), 'cache'),
    keyrings: [],
    allowUnsigned: false,
    environment: process.env,
    remark: () => undefined,
  };
}

function fixesIn(path: string, namespace: string): readonly (string | undefined)[] {
  const set = openAdvisorySet(path);
  try {
    return set.lookup(namespace, 'zlib').map(({ ranges }) => ranges[0]?.fixed);
  } finally {
    set.close();
  }
}

async function failureOf(url: string, name: string): Promise<string> {
  try {
    await updateAdvisorySet([{ feed: rpmUpdateinfo, urls: [url] }], runIn(name).output, runIn(name));
  } catch (error) {
    assert.ok(error instanceof PlimsollError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return 'nothing';
}

for (const packing of ['gz', 'xz', 'zst'] as const) {
  const programs = ['createrepo_c', 'modifyrepo_c', ...(packing === 'xz' ? ['xz'] : [])];
  test(`a repository of createrepo_c is fetched by its address (${packing})`, needsPrograms(...programs), async () => {
    const url = serve(packing, makeRepository(packing, packing, updates('RLSA-2024:1', '1.2-3.el9')));
    const run = runIn(packing);
    const request = { feed: rpmUpdateinfo, urls: [url] };
    assert.deepEqual(await updateAdvisorySet([request], run.output, run), []);
    assert.deepEqual(fixesIn(run.output, 'rocky:9'), ['1.2-3.el9']);
    assert.equal(server.asked.length, 2, 'the index, and the file that it names');

    if (packing !== 'xz') {
      server.asked.length = 0;
      await updateAdvisorySet(usualRequests(run.folder), run.output, run);
      assert.deepEqual(
        server.asked,
        [`/${packing}/repodata/repomd.xml`],
        'a file that is there already is not fetched',
      );
    }
    serve(packing, makeRepository(`${packing}-later`, packing, updates('RLSA-2024:2', '1.2-4.el9')));
    await updateAdvisorySet(usualRequests(run.folder), run.output, run);
    assert.deepEqual(fixesIn(run.output, 'rocky:9'), ['1.2-4.el9']);
    const kept = readdirSync(join(run.folder, 'rpm-updateinfo'));
    assert.equal(kept.length, 2, `the list and one file: ${kept.join()}`);
  });
}

test(
  'what a repository is for can be stated, and the address may be that of its index or of the file itself',
  needsPrograms('createrepo_c', 'modifyrepo_c'),
  async () => {
    const folder = makeRepository('stated', 'gz', updates('1', '1.2-3'));
    const url = serve('stated', folder);
    server.answers.set('/updateinfo.xml', (_, response) => response.end(updates('2', '1.2-5')));
    const run = runIn('stated');
    const urls = [`${url}/repodata/repomd.xml`, `${server.base}/updateinfo.xml`];
    const [index = '', plain = ''] = urls;
    const namespaces = { [index]: 'sles:15.3', [plain]: 'sles:15.4' };
    await updateAdvisorySet([{ feed: rpmUpdateinfo, urls, namespaces }], run.output, run);
    assert.deepEqual([fixesIn(run.output, 'sles:15.3'), fixesIn(run.output, 'sles:15.4')], [['1.2-3'], ['1.2-5']]);
    await updateAdvisorySet(usualRequests(run.folder), run.output, run);
    assert.deepEqual(fixesIn(run.output, 'sles:15.3'), ['1.2-3'], 'what was stated is remembered');
  },
);

test(
  'a file that is not the one which the index names is refused, and what was there before stays',
  needsPrograms('createrepo_c', 'modifyrepo_c'),
  async () => {
    const url = serve('altered', makeRepository('altered', 'gz', updates('RLSA-2024:1', '1.2-3.el9')));
    const run = runIn('altered');
    await updateAdvisorySet([{ feed: rpmUpdateinfo, urls: [url] }], run.output, run);
    const later = makeRepository('altered-later', 'gz', updates('RLSA-2024:2', '1.2-4.el9'));
    serve('altered', later);
    for (const [path, answer] of server.answers) {
      if (!path.endsWith('updateinfo.xml.gz')) continue;
      server.answers.set(path, (_, response) => response.end(Buffer.from('altered')));
      assert.notEqual(answer, undefined);
    }
    const failures = await updateAdvisorySet(usualRequests(run.folder), run.output, run);
    assert.match(failures[0]?.error.message ?? '', /is not the file that .* names \(its sha256 differs\)/);
    assert.deepEqual(fixesIn(run.output, 'rocky:9'), ['1.2-3.el9']);
  },
);

test('what is no repository, or one without update information, says so', async () => {
  const { answers, base } = server;
  const repomd = (inside: string) => (_: unknown, response: { end: (text: string) => void }) =>
    response.end(`<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>${inside}</repomd>`);
  const entry = (href: string, checksum: string): string =>
    `<data type="updateinfo">${checksum}<location href="${href}"/></data>`;
  const digest = `<checksum type="sha256">${'0'.repeat(64)}</checksum>`;
  answers.set('/none/repodata/repomd.xml', repomd('<data type="primary"/>') as never);
  answers.set('/html/repodata/repomd.xml', (_, response) => response.end('<html><body>log in</body></html>'));
  answers.set('/away/repodata/repomd.xml', repomd(entry('https://example.org/updateinfo.xml.gz', digest)) as never);
  answers.set('/up/repodata/repomd.xml', repomd(entry('../../secret/updateinfo.xml.gz', digest)) as never);
  answers.set(
    '/old/repodata/repomd.xml',
    repomd(entry('repodata/u.xml.gz', '<checksum type="sha">00</checksum>')) as never,
  );
  answers.set('/gone/repodata/repomd.xml', repomd(entry('repodata/u.xml.gz', digest)) as never);
  for (const [path, reason] of [
    ['absent', /no rpm repository/],
    ['none', /has no update information/],
    ['html', /the root is not <repomd>/],
    ['away', /lies outside of the repository/],
    ['up', /lies outside of the repository/],
    ['old', /no SHA-2 digest \(sha\)/],
    ['gone', /u\.xml\.gz, which .* names, is not there/],
  ] as const) {
    assert.match(await failureOf(`${base}/${path}/`, `no-${path}`), reason, path);
  }
  assert.match(await failureOf('http://example.org/', 'no-https'), /^usage: .*not an https address/);
  assert.match(await failureOf('https://[/', 'no-address'), /^usage: /);
  assert.ok(!existsSync(runIn('no-gone').output) && statSync(temporaryFolder()).isDirectory());
});

test('an index is read or refused, whatever it holds', () => {
  const good = `<repomd><data type="updateinfo"><checksum type="sha512">${'a'.repeat(128)}</checksum><location href="x"/></data></repomd>`;
  assert.deepEqual(readRepomd(Buffer.from(good), 'r'), { href: 'x', algorithm: 'sha512', digest: 'a'.repeat(128) });
  for (let cut = 0; cut < good.length; cut += 7) {
    assert.throws(() => readRepomd(Buffer.from(good.slice(0, cut)), 'r'), ParseError, good.slice(0, cut));
  }
  for (const broken of [good.replace('a', 'g'), good.replace('href', 'ref'), good.replace('sha512', 'sha256')]) {
    assert.throws(() => readRepomd(Buffer.from(broken), 'r'), ParseError, broken);
  }
});
