import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '../../platform/canonical.ts';
import type { Package } from '../inventory/package.ts';
import { subjectOf } from './match.ts';

describe('what a package is matched by', () => {
  const base: Package = {
    purl: 'pkg:deb/debian/libz1@1.2.11-4%2Bb1',
    type: 'deb',
    name: 'libz1',
    version: '1.2.11-4+b1',
    scheme: 'deb',
    source: { name: 'zlib', version: '1.2.11-4' },
    namespace: 'debian:12',
    location: { layer: digestOf('layer'), path: 'var/lib/dpkg/status' },
  };

  it('is the source package with its own version, for a distribution', () => {
    assert.deepEqual(subjectOf(base), { namespace: 'debian:12', name: 'zlib', version: '1.2.11-4', scheme: 'deb' });
  });

  it('is the package itself where there is no source', () => {
    const { source: _, ...plain } = base;
    assert.equal(subjectOf(plain)?.name, 'libz1');
  });

  it('is the package itself in an ecosystem', () => {
    const npm: Package = { ...base, type: 'npm', name: 'log', version: '2.14.0', scheme: 'npm', namespace: 'npm' };
    assert.deepEqual(subjectOf(npm), { namespace: 'npm', name: 'log', version: '2.14.0', scheme: 'npm' });
  });

  it('is nothing for a package that belongs to another or whose distribution is not known', () => {
    assert.equal(subjectOf({ ...base, ownedBy: 'pkg:deb/debian/nodejs@18' }), undefined);
    const { namespace: _, ...homeless } = base;
    assert.equal(subjectOf(homeless), undefined);
  });
});
