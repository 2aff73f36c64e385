import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { needsPrograms } from '../../../test/support/needs.ts';
import { ParseError } from '../../platform/errors.ts';
import { formatReference, normalizeReference, parseReference, repositoryOf } from './reference.ts';

const HEX = 'a'.repeat(64);

test('normal forms', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['alpine', 'docker.io/library/alpine'],
    ['alpine:3.16', 'docker.io/library/alpine:3.16'],
    ['org/name:1', 'docker.io/org/name:1'],
    ['docker.io/alpine', 'docker.io/library/alpine'],
    ['index.docker.io/alpine:3', 'docker.io/library/alpine:3'],
    ['localhost/alpine', 'localhost/alpine'],
    ['localhost:5000/alpine:1', 'localhost:5000/alpine:1'],
    ['registry:5000/a/b', 'registry:5000/a/b'],
    ['REGISTRY/a', 'REGISTRY/a'],
    ['127.0.0.1:80/a', '127.0.0.1:80/a'],
    ['[::1]:5000/a:b', '[::1]:5000/a:b'],
    ['quay.io/a/b/c:v1.2.3-4_x', 'quay.io/a/b/c:v1.2.3-4_x'],
    [`quay.io/a@sha256:${HEX}`, `quay.io/a@sha256:${HEX}`],
    [`quay.io/a:1@sha256:${HEX}`, `quay.io/a:1@sha256:${HEX}`],
    ['a--b/c__d/e.f', 'docker.io/a--b/c__d/e.f'],
    [`a:${'x'.repeat(128)}`, `docker.io/library/a:${'x'.repeat(128)}`],
    ['localhost', 'docker.io/library/localhost'],
  ];
  for (const [text, normal] of rows) assert.equal(normalizeReference(text), normal);
});

test('what is refused, and why', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    [' alpine', /white space/],
    ['Alpine', /lower case/],
    ['quay.io/Org/x', /lower case/],
    ['a:', /not a tag/],
    ['a:-x', /not a tag/],
    [`a:${'x'.repeat(129)}`, /128/],
    ['a@sha256:abc', /64 lower-case/],
    [`a@sha512:${HEX}${HEX}`, /sha256/],
    [`a@sha256:${HEX.toUpperCase()}`, /lower-case/],
    ['a//b', /cannot be part/],
    ['a/', /cannot be part/],
    ['/a', /cannot be part/],
    ['quay.io/', /missing/],
    ['a..b', /cannot be part/],
    ['a___b', /cannot be part/],
    ['../etc/passwd', /not a registry/],
    ['quay.io/../x', /cannot be part/],
    ['-bad.io/x', /not a registry/],
    ['host:99999/x', /not a port/],
    ['host:0/x', /not a port/],
    ['https://quay.io/x', /URL scheme/],
    ['user@host/x', /what follows @/],
    ['user:word@host/x', /skopeo login/],
    [HEX, /image id/],
    ['a b', /cannot be part/],
    ['a\n', /white space/],
    [`quay.io/${'a'.repeat(256)}`, /255/],
    ['x'.repeat(5000), /1024/],
  ];
  for (const [text, reason] of rows) {
    assert.throws(
      () => parseReference(text),
      (error) => error instanceof ParseError && reason.test(error.message),
      text,
    );
  }
});

test('parsing either refuses with ParseError or gives a form that parses to itself', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('a', 'B', '.', ':', '/', '@', '-', '_', '5', '[', ']', 'sha256:', HEX) }),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      let normal: string;
      try {
        normal = normalizeReference(text);
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error));
        return;
      }
      assert.equal(normalizeReference(normal), normal);
      const reference = parseReference(normal);
      assert.equal(formatReference(reference), normal);
      assert.ok(normal.startsWith(repositoryOf(reference)));
    }),
  );
});

test('skopeo takes and refuses the same references', needsPrograms('skopeo'), () => {
  const names = ['alpine', 'a/b/c', 'quay.io/a', 'localhost:5000/x', 'a--b', 'a__b', 'a.b/c_d', 'quay.io/a/b-c.d'];
  const bad = ['Alpine', 'a//b', 'a..b', 'a___b', '-a', 'a-', 'quay.io/', '/a', 'a b', 'quay.io/A', '_a', 'a/_b', HEX];
  const endings = [
    '',
    ':1',
    ':v1.2-3_x',
    ':',
    ':-x',
    `:${'x'.repeat(128)}`,
    `:${'x'.repeat(129)}`,
    `@sha256:${HEX}`,
    '@sha256:abc',
  ];
  for (const text of [...names.flatMap((name) => endings.map((ending) => name + ending)), ...bad]) {
    assert.equal(isTaken(text), takenBySkopeo(text), text);
  }
});

function isTaken(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** skopeo parses the destination before it looks for the source, which is not there: the reference is judged without a network. */
function takenBySkopeo(text: string): boolean {
  const run = spawnSync('skopeo', ['copy', 'oci:/nonexistent-layout', `docker://${text}`], { encoding: 'utf8' });
  assert.match(run.stderr, /Invalid destination|initializing source/);
  return run.stderr.includes('initializing source');
}

test('law: no message holds what stands before an @', () => {
  const secret = 'Secr3t';
  const around = fc.stringMatching(/^[a-z0-9:/@ .-]{0,12}$/);
  const scheme = fc.constantFrom('', 'https://', 'docker://', '//');
  fc.assert(
    fc.property(scheme, around, around, fc.stringMatching(/^[a-z0-9./:-]{0,1100}$/), (start, before, after, host) => {
      fc.pre(!after.startsWith('://')); // then it would be the scheme
      const text = `${start}${before}${secret}${after}@${host}`;
      assert.throws(
        () => parseReference(text),
        (error) => error instanceof ParseError && !error.message.includes(secret),
      );
    }),
  );
});
