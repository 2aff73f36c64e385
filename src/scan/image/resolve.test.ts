import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoopbackRegistry } from '../../../test/support/loopback-registry.ts';
import { makeImage } from '../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { formatReference, parseReference } from './reference.ts';
import { registryAccess } from './registry/access.ts';
import { RegistryClient } from './registry/client.ts';
import { type MappingRule, mapReference, placeReference, resolvePhysical } from './resolve.ts';

const DIGEST = `sha256:${'1'.repeat(64)}`;

/** CSM's own rules (build/images/resolve.py of v1.2.0-beta.106): one domain refused, two kept, every other below the mirror. */
const CSM: readonly MappingRule[] = [
  { match: 'dtr.dev.cray.com' },
  { match: 'artifactory.algol60.net', to: 'artifactory.algol60.net' },
  { match: 'arti.dev.cray.com', to: 'arti.dev.cray.com' },
  { match: '', to: 'artifactory.algol60.net' },
];

test('rules of a real release', () => {
  const map = (text: string) => formatReference(mapReference(parseReference(text), CSM));
  assert.equal(map('alpine'), 'artifactory.algol60.net/docker.io/library/alpine');
  assert.equal(map('quay.io/a/b:1'), 'artifactory.algol60.net/quay.io/a/b:1');
  assert.equal(map('artifactory.algol60.net/csm-docker/stable/x:1'), 'artifactory.algol60.net/csm-docker/stable/x:1');
  assert.equal(map(`arti.dev.cray.com/x@${DIGEST}`), `arti.dev.cray.com/x@${DIGEST}`);
  assert.throws(
    () => map('dtr.dev.cray.com/x:1'),
    (error) => error instanceof PlimsollError && error.code === 'config-invalid',
  );
});

test('a rule matches whole components, and the first that matches applies', () => {
  const map = (text: string, rules: readonly MappingRule[]) =>
    formatReference(mapReference(parseReference(text), rules));
  const rules = [
    { match: 'quay.io/team', to: 'mirror.example/t' },
    { match: 'quay.io', to: 'other.example' },
  ];
  assert.equal(map('quay.io/team/app:1', rules), 'mirror.example/t/app:1');
  assert.equal(map('quay.io/team:1', rules), 'mirror.example/t:1');
  assert.equal(map('quay.io/teamwork/app:1', rules), 'other.example/teamwork/app:1');
  assert.equal(map('quay.io.example/a:1', rules), 'quay.io.example/a:1');
  assert.equal(map('alpine:3', []), 'docker.io/library/alpine:3');
  assert.throws(() => map('quay.io/a', [{ match: 'quay.io', to: 'Bad Place' }]), /not an image reference/);
});

test('the place of a reference: its pin, else the rules, by digest where one is known', () => {
  const place = (text: string, pin?: string) => placeReference(text, pin, CSM);
  assert.equal(place('alpine:3'), 'artifactory.algol60.net/docker.io/library/alpine:3');
  assert.equal(place(`quay.io/a:2@${DIGEST}`), `artifactory.algol60.net/quay.io/a@${DIGEST}`);
  assert.equal(place('alpine:3', `mirror.example/alpine@${DIGEST}`), `mirror.example/alpine@${DIGEST}`);
  assert.equal(place('alpine:3', 'mirror.example/alpine:3-r1'), 'mirror.example/alpine:3-r1');
  assert.equal(place('alpine:3', 'mirror.example/alpine'), 'mirror.example/alpine:3');
  // A pin is what was shipped: no rule speaks against it.
  assert.equal(place('dtr.dev.cray.com/x:1', `mirror.example/x@${DIGEST}`), `mirror.example/x@${DIGEST}`);
  assert.throws(() => place('dtr.dev.cray.com/x:1'), { code: 'config-invalid', message: /refused by the rule/ });
});

test('a digest needs no registry', async (t) => {
  const client = new RegistryClient(registryAccess({}));
  t.after(() => client.close());
  const physical = `127.0.0.1:1/alpine@${DIGEST}`;
  assert.equal(await resolvePhysical('alpine:3', physical, client), physical);
});

test('only a missing image is looked up upstream, not a refused one', async (t) => {
  const image = makeImage();
  const upstream = await startLoopbackRegistry({ images: { 'a:1': image } });
  t.after(() => upstream.close());
  let status = 403;
  const mirror = await startLoopbackRegistry({
    fault: (_request, response) => {
      response.writeHead(status).end();
      return true;
    },
  });
  t.after(() => mirror.close());
  const client = new RegistryClient(registryAccess({}));
  t.after(() => client.close());
  const logical = `${upstream.host}/a:1`;
  const place = placeReference(logical, undefined, [{ match: upstream.host, to: mirror.host }]);
  assert.equal(place, `${mirror.host}/a:1`);
  await assert.rejects(
    resolvePhysical(logical, place, client),
    (error) => error instanceof PlimsollError && error.code === 'unauthorized',
  );
  status = 404;
  assert.equal(await resolvePhysical(logical, place, client), `${mirror.host}/a@${image[0].digest}`);
});
