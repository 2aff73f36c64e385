import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../../test/support/run-command.ts';
import { statisticsOf } from '../explain/statistics.ts';
import { assessmentOf, imageDigest, imageOf, packageOf } from '../explain/test-assessment.ts';
import { digestOf } from '../platform/canonical.ts';
import { assessmentJson } from '../publish/json/write.ts';
import type { Assessment } from '../scan/assess/assessment.ts';

const SLOT = 'quay.io/app|linux/amd64';
let folder = '';

async function must(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, { folder });
  assert.equal(code, 0, stderr);
  return stdout;
}

/** The release with zlib of a version in its one image, not judged yet. */
function releaseWith(version: string, release: string): Assessment {
  const digest = digestOf(version);
  const empty = assessmentOf({ slots: [SLOT] });
  return {
    ...empty,
    release: { ...empty.release, version: release },
    images: [{ ...imageOf(SLOT), digest }],
    inventories: [{ digest, platform: 'linux/amd64', cataloguers: ['apk@1'], gaps: [] }],
    packages: [
      { ...packageOf(imageDigest(SLOT)), image: digest, version, purl: `pkg:apk/alpine/zlib@${version}?arch=x86_64` },
    ],
  };
}

function secdb(fixes: Readonly<Record<string, readonly string[]>>): string {
  const packages = [{ pkg: { name: 'zlib', secfixes: fixes } }];
  return JSON.stringify({ distroversion: 'v3.15', reponame: 'main', packages });
}

/** What kinds of evidence the changes of instances have. */
async function evidence(): Promise<readonly string[]> {
  const { changes } = JSON.parse(await must('compare', 'a.json', 'b.json', '--format', 'json'));
  const kinds = changes
    .filter(({ basis }: { readonly basis: string }) => basis === 'instances')
    .map(({ evidence: { kind } }: { readonly evidence: { readonly kind: string } }) => kind);
  return [...new Set<string>(kinds)].sort();
}

/** Judges with the set that `advisories build` made last, without keeping what comes of it. */
async function judge(input: Assessment, name: string, set: string, store: string): Promise<void> {
  writeFileSync(join(folder, 'input.json'), assessmentJson(input, statisticsOf(input)));
  const args = ['reassess', 'input.json', '--advisories', set, '--store', store, '--as-of', '2022-04-06'];
  await must(...args, '--format', 'json', '--output', name);
}

describe('the advisory sets of a comparison', () => {
  const old = releaseWith('1.2.11-r3', '1.2.0');
  const rebuilt = releaseWith('1.2.11-r4', '1.3.0');
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-sets-'));
    writeFileSync(join(folder, 'first.json'), secdb({ '1.2.11-r3': ['CVE-2016-9840'] }));
    writeFileSync(join(folder, 'second.json'), secdb({ '1.2.12-r0': ['CVE-2018-25032'] }));
    for (const name of ['first', 'second'])
      await must('advisories', 'build', '--feed', `alpine-secdb=${name}.json`, '--output', `${name}.db`);
    await judge(old, 'a.json', 'first.db', 'elsewhere.db');
    await judge(rebuilt, 'b.json', 'second.db', 'elsewhere.db');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('without a set at hand causes are inferred', async () => {
    assert.deepEqual(await evidence(), ['inferred']);
  });

  it('what the store keeps of other judgements with the set is what the set says', async () => {
    const store = join(folder, 'plimsoll/store.db');
    await judge(old, 'kept.json', 'second.db', store);
    assert.deepEqual(await evidence(), ['inferred'], 'the first set was not asked about the new package');
    await judge(rebuilt, 'kept.json', 'first.db', store);
    assert.deepEqual(await evidence(), ['evaluated']);
    rmSync(store);
  });

  it('a set that stored assessments were made with is kept when another takes its place', async () => {
    const sets = join(folder, 'plimsoll/sets');
    const build = (name: string) => must('advisories', 'build', '--feed', `alpine-secdb=${name}.json`);
    await build('first');
    await build('second');
    assert.equal(existsSync(sets), false, 'nothing was made with the first set');
    await build('first');
    await judge(old, 'kept.json', 'first.db', join(folder, 'plimsoll/store.db'));
    await build('second');
    assert.equal(readdirSync(sets).length, 1);
    assert.deepEqual(await evidence(), ['evaluated']);
    for (const file of readdirSync(sets)) writeFileSync(join(sets, file), 'no database');
    assert.deepEqual(await evidence(), ['inferred'], 'a kept set that cannot be opened is none');
  });
});
