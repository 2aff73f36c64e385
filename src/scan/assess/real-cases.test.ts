// Real Alpine images against the real databases of their branch: the same image with a newer database, the same database with a newer image.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { needsPrograms, needsShared, sharedPath } from '../../../test/support/needs.ts';
import { advisorySetOf } from '../../../test/support/synthetic-set.ts';
import { digestOf } from '../../platform/canonical.ts';
import type { Advisory, AdvisorySet } from '../advisory/advisory.ts';
import { alpineSecdb } from '../advisory/alpine-secdb/index.ts';
import type { EntryHeader } from '../image/layer/layer-report.ts';
import { apk } from '../inventory/apk/index.ts';
import { assess } from './assess.ts';
import type { Assessment } from './assessment.ts';

const SECDB_2020 = 'data/vuln/alpine/official-alpine-secdb-2020-06-08-v3.3-v3.11.yaml.tar.xz';
const SECDB_2021 = 'data/vuln/alpine/derived-from-aports-secfixes.json.tar.xz';
const OLD_IMAGE = 'data/rootfs/alpine-3.11.5.metadata-only.tar.gz';
const NEW_IMAGE = 'data/rootfs/alpine-minirootfs-3.11.13-x86_64.metadata-only.tar.gz';

function member(archive: string, path: string): Buffer {
  return execFileSync('tar', ['-xOf', sharedPath(archive), path], { maxBuffer: 64 * 1024 ** 2 });
}

function secdb(archive: string, files: readonly string[], updated: string): AdvisorySet {
  const advisories: Advisory[] = [];
  const ignore = () => undefined;
  const sink = {
    advisory: (record: Advisory) => advisories.push(record),
    kev: ignore,
    epss: ignore,
    severity: ignore,
    ssvc: ignore,
    endOfLife: ignore,
  };
  for (const path of files) {
    alpineSecdb.read(
      { path, bytes: () => member(archive, path) },
      { ...sink, skip: ignore, covers: ignore, updated: ignore },
    );
  }
  return advisorySetOf(advisories, {
    updated: { 'alpine-secdb': updated },
    endOfLife: { 'alpine:3.11': '2021-11-01' },
  });
}

function assessment(archive: string, path: string, created: string, set: AdvisorySet): Assessment {
  const image = digestOf(archive);
  const header: EntryHeader = { path: 'lib/apk/db/installed', type: 'file', size: 0, mode: 0o644, uid: 0, gid: 0 };
  const os = { id: 'alpine', version: '3.11.5' };
  const { data } = apk.read?.(member(archive, path), header) ?? {};
  const { packages } = apk.packages([{ path: header.path, layer: image, data, earlier: [] }], os);
  return assess({
    release: { name: 'alpine', version: '3.11', target: 'alpine', charts: [], lint: [], gaps: [] },
    images: [
      {
        logical: 'alpine:3.11',
        physical: 'alpine',
        digest: image,
        platform: 'linux/amd64',
        origin: 'own',
        charts: [],
        gaps: [],
      },
    ],
    inventories: [
      { image, platform: 'linux/amd64', os, packages, gaps: [], cataloguers: ['apk@1'], config: { created } },
    ],
    set,
    severityPolicy: 'vendor-then-cvss-then-nvd',
    asOf: '2026-11-22',
  });
}

function instances({ findings }: Assessment): number {
  return new Set(findings.map(({ slot, vulnerability }) => `${slot} ${vulnerability}`)).size;
}

const needs = needsShared(SECDB_2020, SECDB_2021, OLD_IMAGE, NEW_IMAGE);
const skip = needs.skip === false ? needsPrograms('tar', 'xz').skip : needs.skip;

describe('Alpine 3.11', { skip }, () => {
  const set2020 = () => secdb(SECDB_2020, ['v3.11/main.yaml', 'v3.11/community.yaml'], '2020-06-08');
  const set2021 = () =>
    secdb(SECDB_2021, ['./2021-07/v3.11/main.json', './2021-07/v3.11/community.json'], '2021-07-01');
  const old = (set: AdvisorySet) => assessment(OLD_IMAGE, 'lib/apk/db/installed', '2020-03-23', set);

  it('image 3.11.5 with the database of 2020-06 has nothing', () => {
    assert.equal(instances(old(set2020())), 0);
  });

  it('the same image with the database of 2021-07 has 10 instances in 19 rows', () => {
    const result = old(set2021());
    assert.deepEqual([instances(result), result.findings.length], [10, 19]);
    assert.ok(result.findings.every(({ fixState }) => fixState === 'fixed'));
  });

  it('image 3.11.13 with that database has nothing, and the gaps say why that is not the whole truth', () => {
    const result = assessment(NEW_IMAGE, './lib/apk/db/installed', '2021-11-12', set2021());
    assert.equal(result.findings.length, 0);
    assert.deepEqual(
      result.gaps.map(({ kind }) => kind),
      ['end-of-life', 'set-older-than-image'],
    );
  });
});
