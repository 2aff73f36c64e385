// Real Alpine root file systems against the real security database of two dates: the same image gains ten findings with the newer
// database, the newer image loses them, and a branch past its end of life is a gap, never a clean zero.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../support/needs.ts';
import { must, Workplace } from './program.ts';

const OLD = 'data/vuln/alpine/official-alpine-secdb-2020-06-08-v3.3-v3.11.yaml.tar.xz';
const NEW = 'data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz';
const ROOT_3_11_5 = 'data/rootfs/alpine-3.11.5.metadata-only.tar.gz';
const ROOT_3_11_13 = 'data/rootfs/alpine-minirootfs-3.11.13-x86_64.metadata-only.tar.gz';

interface Assessed {
  readonly statistics: { readonly instances: { readonly total: number } };
  readonly findings: readonly { readonly vulnerability: string; readonly package: string }[];
  readonly gaps: readonly { readonly kind: string; readonly target: string }[];
}

test('Alpine root file systems', needsShared(OLD, NEW, ROOT_3_11_5, ROOT_3_11_13), async (t) => {
  const place = new Workplace();
  t.after(() => place.remove());
  for (const [archive, folder] of [
    [OLD, 'secdb-2020'],
    [NEW, 'secdb-2021'],
    [ROOT_3_11_5, '3.11.5'],
    [ROOT_3_11_13, '3.11.13'],
  ] as const) {
    mkdirSync(place.path(folder));
    await must('tar', ['-xf', sharedPath(archive), '-C', place.path(folder)]);
  }
  for (const [set, feed, date] of [
    ['2020-06.db', 'secdb-2020/v3.11', '2020-06-08'],
    ['2021-07.db', 'secdb-2021/2021-07/v3.11', '2021-07-31'],
  ] as const) {
    const input = ['--feed', `alpine-secdb=${place.path(feed)}`, '--feed-date', `alpine-secdb=${date}`];
    const built = await place.plimsoll(['advisories', 'build', ...input, '--output', place.path(set)]);
    assert.equal(built.status, 0, built.stderr);
  }
  async function scan(root: string, set: string, ...options: readonly string[]): Promise<Assessed> {
    const { result } = await place.json([
      'scan',
      `rootfs:${place.path(root)}`,
      '--advisories',
      place.path(set),
      ...options,
    ]);
    return result as Assessed;
  }

  await t.test('3.11.5 is clean with the database of June 2020', async () => {
    const result = await scan('3.11.5', '2020-06.db', '--as-of', '2020-06-08');
    assert.equal(result.statistics.instances.total, 0);
    assert.deepEqual(result.findings, []);
  });

  await t.test('3.11.5 has ten vulnerabilities with the database of July 2021', async () => {
    const result = await scan('3.11.5', '2021-07.db');
    assert.equal(result.statistics.instances.total, 10);
    assert.equal(result.findings.length, 19);
    const openssl = new Set(
      result.findings.filter((row) => row.package === 'libssl1.1').map((row) => row.vulnerability),
    );
    assert.equal(openssl.size, 7);
  });

  await t.test('3.11.13 has none of them, and says that its branch has ended', async () => {
    const result = await scan('3.11.13', '2021-07.db');
    assert.equal(result.statistics.instances.total, 0);
    assert.deepEqual(
      result.gaps.map((gap) => gap.kind),
      ['end-of-life', 'set-older-than-image'],
    );
  });
});
