import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suseRelease } from './suse-products.ts';

test('products of SUSE are the releases that images call themselves', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    'SUSE Linux Enterprise Server 15 SP3': 'sles:15.3',
    'SUSE Linux Enterprise Server 15': 'sles:15',
    'SUSE Linux Enterprise Server 12 SP5': 'sles:12.5',
    'SUSE Linux Enterprise Server 15 SP3-LTSS': 'sles:15.3 extended',
    'SUSE Linux Enterprise Server 12 SP5-LTSS Extended Security': 'sles:12.5 extended',
    'SUSE Linux Enterprise Server LTSS Extended Security 12 SP5': 'sles:12.5 extended',
    'SUSE Linux Enterprise Server 12 SP2-BCL': 'sles:12.2 extended',
    'SUSE Linux Enterprise Server for SAP Applications 15 SP3': undefined,
    'SUSE Linux Enterprise Module for Basesystem 15 SP3': 'sles:15.3',
    'SUSE Linux Enterprise Module for Open Buildservice Development Tools 15 SP1': 'sles:15.1',
    'SUSE Linux Enterprise Module for Legacy Software 12': undefined,
    'SUSE Linux Enterprise Software Development Kit 11 SP4': 'sles:11.4',
    'SUSE Linux Enterprise Desktop 12 SP4': 'sled:12.4',
    'SUSE Linux Enterprise Micro 5.1': 'sle-micro:5.1',
    'SUSE Linux Micro 6.0': 'sl-micro:6.0',
    'SUSE Linux Enterprise Real Time Extension 12 SP4': undefined,
    'SUSE Linux Enterprise High Performance Computing 15 SP3': undefined,
    'SUSE Package Hub 15 SP3': undefined,
    'openSUSE Leap 15.5': 'opensuse-leap:15.5',
    'openSUSE Leap 42.3': 'opensuse:42.3',
    'openSUSE 13.2': 'opensuse:13.2',
    'openSUSE Tumbleweed': 'opensuse-tumbleweed',
    'Container suse/sle15:15.3': undefined,
    '': undefined,
  };
  for (const [product, expected] of Object.entries(cases)) {
    const release = suseRelease(product);
    assert.equal(
      release === undefined ? undefined : `${release.namespace}${release.extended ? ' extended' : ''}`,
      expected,
      product,
    );
  }
  assert.equal(suseRelease(`SUSE Linux Enterprise Module for ${'a 1 '.repeat(100_000)}`), undefined);
});
