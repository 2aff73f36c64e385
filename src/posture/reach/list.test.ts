// The lists of np-guard's netpol-analyzer (connlist, Apache-2.0), byte for byte.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsShared, sharedPath } from '../../../test/support/needs.ts';
import { readManifestObjects } from '../../scan/release/manifests/objects.ts';
import { reachability } from './evaluate.ts';
import { listText } from './list-text.ts';
import { readNetwork } from './network.ts';

const ROOT = 'data/k8s/netpol';
const needs = needsShared(ROOT);

for (const name of needs.skip === false ? readdirSync(sharedPath(`${ROOT}/tests`)) : ['lists']) {
  test(`the list of ${name} is the expected one`, needs, () => {
    const network = readNetwork(readManifestObjects(sharedPath(`${ROOT}/tests/${name}`)));
    const expected = readFileSync(sharedPath(`${ROOT}/expected/${name}_connlist_output.txt`), 'utf8');
    assert.equal(listText(reachability(network)), expected === '' ? '' : `${expected.trimEnd()}\n`);
  });
}
