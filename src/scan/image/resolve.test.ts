import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoopbackRegistry } from '../../../test/support/loopback-registry.ts';
import { makeImage } from '../../../test/support/oci-layout.ts';
import { PlimsollError } from '../../platform/errors.ts';
import { formatReference, parseReference } from './reference.ts';
import { registryAccess } from './registry/access.ts';
import { RegistryClient } from './registry/client.ts';
import { type MappingRule, mapReference, resolveReference } from './resolve.ts';

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

test('pins and digests need no registry; a tag does', async () => {
  const pins = new Map([['docker.io/library/alpine:3', `mirror.example/docker.io/library/alpine@${DIGEST}`]]);
  const options = { rules: CSM, pins };
  assert.deepEqual(await resolveReference('alpine:3', options), {
    logical: 'docker.io/library/alpine:3',
    physical: `mirror.example/docker.io/library/alpine@${DIGEST}`,
    digest: DIGEST,
    by: 'pin',
  });
  assert.deepEqual(await resolveReference(`quay.io/a:2@${DIGEST}`, options), {
    logical: `quay.io/a:2@${DIGEST}`,
    physical: `artifactory.algol60.net/quay.io/a@${DIGEST}`,
    digest: DIGEST,
    by: 'digest',
  });
  await assert.rejects(
    resolveReference('alpine:4', options),
    (error) => error instanceof PlimsollError && error.code === 'usage' && /no digest/.test(error.message),
  );
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
  const options = { client, rules: [{ match: upstream.host, to: mirror.host }], pins: new Map<string, string>() };
  await assert.rejects(
    resolveReference(`${upstream.host}/a:1`, options),
    (error) => error instanceof PlimsollError && error.code === 'unauthorized',
  );
  status = 404;
  const { physical } = await resolveReference(`${upstream.host}/a:1`, options);
  assert.equal(physical, `${mirror.host}/a@${image[0].digest}`);
});
