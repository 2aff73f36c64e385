// Signatures as a user asks for them: a signed layout is scanned and judged, with the right key, another one, none, and without being asked.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { besideTag, publicPem, signatureImage } from '../../test/support/cosign.ts';
import { makeImage, writeLayout } from '../../test/support/oci-layout.ts';
import { runCommand } from '../../test/support/run-command.ts';

const { privateKey: OURS } = generateKeyPairSync('ed25519');
const { privateKey: THEIRS } = generateKeyPairSync('ed25519');
const IMAGE = makeImage();
let folder = '';

function run(...args: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand(args, { folder });
}

/** Targets count from the process's own folder. */
function place(layout: string): string {
  return `oci:${join(folder, layout)}:1`;
}

async function verdict(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('hygiene', 'a.json', '--format', 'json', ...args);
  assert.equal(code, 0, stderr);
  const results: readonly { check: string; verdict: string; reason: string }[] = JSON.parse(stdout).results;
  const found = results.find(({ check }) => check === 'signature');
  return `${found?.verdict} ${found?.reason}`;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-signatures-'));
  const { digest } = IMAGE[0];
  writeLayout(join(folder, 'signed'), { 1: IMAGE, [besideTag(digest, 'sig')]: signatureImage(digest, [OURS]) });
  writeLayout(join(folder, 'bare'), { 1: IMAGE });
  writeFileSync(join(folder, 'ours.pub'), publicPem(OURS));
  writeFileSync(join(folder, 'theirs.pub'), publicPem(THEIRS));
  writeFileSync(join(folder, 'site.yaml'), 'hygiene: {keys: [ours.pub]}\n');
  const { code, stderr } = await run('scan', place('signed'), '--jobs', '1', '--format', 'json', '--output', 'a.json');
  assert.equal(code, 0, stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('signed with a key of the command line, of the configuration, with another one, with none', async () => {
  const asked = ['--signatures', place('signed')];
  assert.equal(await verdict(...asked, '--key', 'ours.pub'), 'pass signed with ours.pub');
  assert.match(await verdict(...asked, '--config', 'site.yaml'), /^pass signed with .*ours\.pub$/);
  assert.match(await verdict(...asked, '--key', 'theirs.pub'), /^warn signed by a key that is not among/);
  assert.match(await verdict(...asked, '--config', 'site.yaml', '--key', 'theirs.pub'), /^warn /, '--key stands alone');
  assert.equal(await verdict(...asked), 'warn signed, and no key was given to verify it with');
});

test('a place without signatures fails; one that was not asked is no evidence', async () => {
  assert.equal(await verdict('--signatures', place('bare'), '--key', 'ours.pub'), 'fail no signature');
  assert.match(await verdict(), /^no-evidence nobody asked/);
});

test('keys that are none, and keys without a place to look', async () => {
  for (const args of [
    ['--key', 'ours.pub'],
    ['--signatures', place('signed'), '--key', 'a.json'],
    ['--signatures', place('signed'), '--key', 'none.pub'],
    ['--signatures', place('signed'), '--key', '.'],
  ]) {
    const { code, stderr } = await run('hygiene', 'a.json', ...args);
    assert.equal(code, 2, stderr);
  }
});
