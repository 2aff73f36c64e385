import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isValidVersion } from '../../../versions/compare.ts';
import { DEVELOPMENT, mainModuleVersion, standardLibraryVersion } from './versions.ts';

const STANDARD_LIBRARY: Readonly<Record<string, string>> = {
  'go1.21.5': '1.21.5',
  'go1.20': '1.20',
  'go1.26.8': '1.26.8',
  'go1.22rc1': '1.22.0-rc.1',
  'go1.9beta2': '1.9.0-beta.2',
  'go1.21.5 X:boringcrypto': '1.21.5',
  'go1.17.2 X:regabi,regabiargs': '1.17.2',
  'go1.21rc2 X:loopvar': '1.21.0-rc.2',
  'go1.20.6 (Red Hat 1.20.6-1.el9)': '1.20.6',
  'go1.21.3-bigcorp': '1.21.3',
  'go1.20.3+auto': '1.20.3',
  'go1.18.10b7': '1.18.10',
  'go1.22-devel_f7e2d8c': DEVELOPMENT,
  'go1.22-20240109-RC01 cl/597041403': DEVELOPMENT,
  'devel go1.22-f7e2d8c Mon Jan 2 15:04:05 2023 +0000': DEVELOPMENT,
  'devel +b8f7a1d Sat Mar 3 00:00:00 2018 +0000': DEVELOPMENT,
  'go1.21.5.1': DEVELOPMENT,
  'go1.021.5': DEVELOPMENT,
  go1: DEVELOPMENT,
  '': DEVELOPMENT,
  'go1.21.5\n': DEVELOPMENT,
};

for (const [goVersion, version] of Object.entries(STANDARD_LIBRARY)) {
  test(`the standard library of ${JSON.stringify(goVersion)} is ${version}`, () => {
    assert.equal(standardLibraryVersion(goVersion), version);
    assert.equal(isValidVersion('go', version), version !== DEVELOPMENT, 'only development versions have no order');
  });
}

const MAIN: Readonly<Record<string, string>> = {
  'v4.1.4': 'v4.1.4',
  'v1.2.3+dirty': 'v1.2.3+dirty',
  'v1.2.4-0.20240102030405-abcdefabcdef': 'v1.2.4-0.20240102030405-abcdefabcdef',
  'v1.2.3-rc.1.0.20240102030405-abcdefabcdef': 'v1.2.3-rc.1.0.20240102030405-abcdefabcdef',
  'v2.0.0+incompatible': 'v2.0.0+incompatible',
  '(devel)': DEVELOPMENT,
  '': DEVELOPMENT,
  'v0.0.0-20240102030405-abcdefabcdef': DEVELOPMENT,
  'v0.0.0-20240102030405-abcdefabcdef+dirty': DEVELOPMENT,
  'v3.0.0-20240102030405-abcdefabcdef': DEVELOPMENT,
};

for (const [written, version] of Object.entries(MAIN)) {
  test(`a main module of version ${JSON.stringify(written)} counts as ${version}`, () => {
    assert.equal(mainModuleVersion(written), version);
  });
}
