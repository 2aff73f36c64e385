// The files of an image against a program that unpacks its layers over each other: owners, modes, deletions, links. And where paths lead.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeOciLayout } from '../../../demo/image/layout.ts';
import { packTar, type TarEntry } from '../../../demo/image/tar.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { type ImageFiles, imageFiles } from './image-files.ts';
import { readLayer } from './layer/read-layer.ts';

const file = (path: string, mode = 0o644, uid = 0, gid = 0): TarEntry => ({ path, mode, uid, gid, body: path });
const folder = (path: string, mode = 0o755, uid = 0, gid = 0): TarEntry => ({ path, type: 'dir', mode, uid, gid });
const link = (path: string, target: string): TarEntry => ({ path, type: 'symlink', link: target });
const hard = (path: string, target: string): TarEntry => ({ path, type: 'hardlink', link: target });

type Layers = readonly (readonly TarEntry[])[];

const CASES: Readonly<Record<string, Layers>> = {
  'owners and modes': [[folder('app', 0o750, 1000, 2000), file('app/run', 0o4755, 1000), file('app/key', 0o600)]],
  'a later layer changes a folder, and what is in it stays': [
    [folder('app'), file('app/run', 0o755)],
    [folder('app', 0o700, 1000, 1000)],
  ],
  'a later layer changes a file': [[folder('app'), file('app/run', 0o755)], [file('app/run', 0o700, 7)]],
  'deletions and an opaque folder': [
    [folder('a'), file('a/x'), file('a/y'), folder('b'), file('b/x'), folder('b/c'), file('b/c/x')],
    [file('a/.wh.x'), folder('b'), file('b/.wh..wh..opq'), file('b/new', 0o640)],
  ],
  'a file takes the place of a folder, and a folder that of a file': [
    [folder('a'), file('a/x'), file('b')],
    [file('a', 0o600), folder('b', 0o711), file('b/x')],
  ],
  'files below a link to a folder': [
    [folder('usr'), folder('usr/bin'), link('bin', 'usr/bin')],
    [file('bin/app', 0o755, 9)],
  ],
  'a folder that no entry names': [[file('opt/tool/run', 0o755, 5)]],
  'hard links, in one layer and into a lower one': [
    [folder('a'), file('a/x', 0o750, 3, 4), hard('a/y', 'a/x')],
    [hard('z', 'a/x'), file('a/.wh.x')],
  ],
};

async function filesOf(layers: Layers): Promise<ImageFiles> {
  const reports = [];
  for (const entries of layers) reports.push(await readLayer(() => [packTar(entries)], { readers: [] }));
  return imageFiles(reports);
}

/** Every path with type, mode and owners, as the program unpacks it. */
function unpacked(layers: Layers): readonly string[] {
  const place = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
  try {
    writeOciLayout(join(place, 'layout'), [{ tag: 'a', layers }]);
    const root = join(place, 'root');
    execFileSync('umoci', ['raw', 'unpack', '--image', `${join(place, 'layout')}:a`, root], { stdio: 'pipe' });
    const rows: string[] = [];
    const visit = (path: string): void => {
      for (const name of readdirSync(join(root, path)).sort()) {
        const status = lstatSync(join(root, path, name));
        const type = status.isDirectory() ? 'dir' : status.isSymbolicLink() ? 'symlink' : 'file';
        rows.push(`${path}/${name} ${type} ${(status.mode & 0o7777).toString(8)} ${status.uid}:${status.gid}`);
        if (type === 'dir') visit(`${path}/${name}`);
      }
    };
    visit('');
    return rows;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** The same of what is held. Links show themselves by leading elsewhere. */
function held(files: ImageFiles, path = ''): readonly string[] {
  return files.names(path === '' ? '/' : path).flatMap((name) => {
    const found = files.find(`${path}/${name}`);
    if (found === undefined || found.path !== `${path}/${name}`) return [`${path}/${name} symlink 777 0:0`];
    const { type, mode, uid, gid } = found.file;
    const row = `${path}/${name} ${type} ${mode.toString(8)} ${uid}:${gid}`;
    return type === 'dir' ? [row, ...held(files, `${path}/${name}`)] : [row];
  });
}

for (const [name, layers] of Object.entries(CASES)) {
  test(name, needsPrograms('umoci'), async () => assert.deepEqual(held(await filesOf(layers)), unpacked(layers)));
}

test('where a path leads: folders on the way, links, the layer and the path that it was written with', async () => {
  const files = await filesOf([
    [folder('usr', 0o711), folder('usr/bin'), link('bin', 'usr/bin'), link('loop', 'loop'), link('up', '../../bin')],
    [file('bin/app', 0o755)],
  ]);
  const found = files.find('/up/./app');
  assert.deepEqual([found?.path, found?.file.layer, found?.file.written], ['/usr/bin/app', 1, 'bin/app']);
  assert.deepEqual(
    found?.folders.map(({ path, file: { mode } }) => `${path} ${mode.toString(8)}`),
    ['/ 755', '/usr 711', '/usr/bin 755'],
  );
  assert.equal(files.find('/loop/x'), undefined);
  assert.equal(files.find('/usr/bin/none'), undefined);
  assert.equal(files.find('/usr/bin/../../usr/bin/app/../app')?.path, undefined, 'a file has nothing below it');
  assert.deepEqual([files.find('/')?.path, files.find('')?.file.type], ['/', 'dir']);
});
