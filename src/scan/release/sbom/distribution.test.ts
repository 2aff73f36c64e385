import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distributionOf, distributionOfPurl } from './distribution.ts';

test('distributions under the names of every tool', () => {
  const named: readonly (readonly [name: string, version: string | undefined, expected: string | undefined])[] = [
    ['debian', '12.5', 'debian 12'],
    ['Debian GNU/Linux', 'bookworm', 'debian 12'],
    ['debian', 'trixie/sid', 'debian'],
    ['debian', undefined, undefined],
    ['alpine', '3.14_alpha20210212', 'alpine 3.14_alpha20210212'],
    ['redhat', '8.4', 'rhel 8.4'],
    ['centos', '7.9.2009', 'centos 7'],
    ['amazon', '2 (Karoo)', 'amzn 2'],
    ['suse linux enterprise server', '15.3', 'sles 15.3'],
    ['cbl-mariner', '2.0.20220527', 'mariner 2.0'],
    ['wolfi', undefined, 'wolfi'],
    ['', '1', undefined],
  ];
  for (const [name, version, expected] of named) {
    const os = distributionOf(name, version);
    assert.equal(
      os === undefined ? undefined : [os.id, ...(os.version === undefined ? [] : [os.version])].join(' '),
      expected,
      `${name} ${version}`,
    );
  }
  const qualified: readonly (readonly [
    namespace: string | undefined,
    distro: string | undefined,
    expected: string | undefined,
  ])[] = [
    ['alpine', '3.15.11', 'alpine 3.15.11'],
    ['alpine', 'alpine-3.15.11', 'alpine 3.15.11'],
    ['debian', 'debian-12.5', 'debian 12'],
    ['debian', 'jessie', 'debian 8'],
    ['ubuntu', 'ubuntu-jammy', 'ubuntu 22.04'],
    ['debian', 'debian-sid', 'debian'],
    ['opensuse', 'opensuse-leap-15.4', 'opensuse-leap 15.4'],
    ['opensuse', 'opensuse-tumbleweed', 'opensuse-tumbleweed'],
    ['redhat', 'redhat-9.2', 'rhel 9.2'],
    ['wolfi', 'wolfi', 'wolfi'],
    [undefined, '3.15', undefined],
    ['alpine', undefined, undefined],
  ];
  for (const [namespace, distro, expected] of qualified) {
    const os = distributionOfPurl(namespace, distro);
    assert.equal(
      os === undefined ? undefined : [os.id, ...(os.version === undefined ? [] : [os.version])].join(' '),
      expected,
      `${namespace} ${distro}`,
    );
  }
});
