import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type MadeImage, makeBlob, makeImage, writeLayout } from '../../../../test/support/oci-layout.ts';
import { openImage } from '../open.ts';
import { covered } from './assignments.ts';
import { secretsOfConfig } from './config-secrets.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

/** `KIND NAME` of what a command in the history gives away, `*` behind what everybody knows. */
function inHistory(command: string): readonly string[] {
  return secretsOfConfig([], {}, [command]).map(
    ({ kind, name, wellKnown }) => `${kind} ${name}${wellKnown ? '*' : ''}`,
  );
}

const HISTORY: readonly (readonly [command: string, expected: readonly string[]])[] = [
  ['ENV DB_PASSWORD=hunter22', ['password DB_PASSWORD']],
  ['|1 API_TOKEN=0123abcd /bin/sh -c make', ['token API_TOKEN']],
  ['RUN tool --password="hunter 22"', ['password password']],
  ['RUN curl https://robot:hunter22@example.com/a', ['password ']],
  [`RUN fetch ${TOKEN}`, ['token ']],
  ['ENV ROOT_PASSWORD=changeme', ['password ROOT_PASSWORD*']],
  // What stands in a secret's place.
  ['RUN TOKEN=`cat /run/secrets/token` make', []],
  ['RUN TOKEN="$(cat /run/secrets/token)" make', []],
  ['RUN --mount=type=secret,id=token make', []],
  ['ENV API_KEY=your-api-key-here', []],
  ['ENV API_KEY=__API_KEY__ SECRET=@@SECRET@@ PASSWORD=!', []],
  [`RUN curl https://$\{USER}:$\{PASSWORD}@example.com/a`, []],
  ['ARG TOKEN', []],
];

for (const [command, expected] of HISTORY) {
  test(`${command}: ${expected.join(', ') || 'nothing'}`, () => assert.deepEqual(inHistory(command), expected));
}

test('credentials and tokens are covered, wherever they stand in a text', () => {
  assert.equal(covered('see https://u:hunter22@h/a and https://hunter22@h/b'), 'see https://…@h/a and https://…@h/b');
  assert.equal(covered('git+ssh://u:hunter22@h/a'), 'git+ssh://…@h/a');
  assert.equal(covered(`https://h/?t=${TOKEN}&u=${TOKEN}`), 'https://h/?t=…&u=…');
  for (const plain of ['ssh://git@git.example/a', 'git@git.example:a/b.git', 'https://h/a@b', '1.2.3@sha256:0']) {
    assert.equal(covered(plain), plain);
  }
});

test('a hostile text is covered in time that grows with its length', () => {
  for (const unit of ['a://', 'a://b:', 'ghp_', 'a:']) covered(unit.repeat(400_000));
});

test('labels and annotations of an opened image hold no secret, and it is told that they did', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-labels-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [manifest, ...rest] = makeImage({ run: { Labels: { source: 'https://u:hunter22@h/a', plain: 'a' } } });
  const annotations = { url: `https://h/?t=${TOKEN}` };
  const document = { ...JSON.parse(Buffer.from(manifest.bytes).toString()), annotations };
  const image: MadeImage = [makeBlob(document, manifest.mediaType), ...rest];
  const { config } = await openImage(`oci:${writeLayout(folder, { latest: image })}`, {});
  assert.deepEqual(config.labels, { source: 'https://…@h/a', plain: 'a', url: 'https://h/?t=…' });
  assert.deepEqual(
    config.secrets?.map(({ place, name, kind }) => `${place} ${name} ${kind}`),
    ['label source password', 'label url token'],
  );
});
