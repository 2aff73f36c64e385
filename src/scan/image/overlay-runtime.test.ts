// The overlay against a program that really unpacks the layers over each other: deletions behind links, hard links across layers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeOciLayout } from '../../../demo/image/layout.ts';
import { packTar, type TarEntry } from '../../../demo/image/tar.ts';
import { needsPrograms } from '../../../test/support/needs.ts';
import { readsBehindLinks } from './behind-links.ts';
import type { LayerReport } from './layer/layer-report.ts';
import { readLayer } from './layer/read-layer.ts';
import type { Reader } from './layer/reader.ts';
import { readRootfs } from './layer/rootfs.ts';
import { overlay } from './overlay.ts';

/** Files named `mark`, one database, and programs known by their first bytes, wherever they are. */
const READERS: readonly Reader[] = [
  { id: 'path', version: 1, reads: ['**/mark', 'lib/db'], read: (body) => ({ data: body.toString() }) },
  {
    id: 'content',
    version: 1,
    reads: [],
    content: {
      magics: [[0x50, 0x52, 0x4f, 0x47]],
      minBytes: 4,
      open: () => {
        let text = '';
        return {
          push: (bytes) => {
            text += bytes.toString();
          },
          end: () => ({ data: text }),
        };
      },
    },
  },
];

const file = (path: string, body: string): TarEntry => ({ path, body });
const folder = (path: string): TarEntry => ({ path, type: 'dir' });
const link = (path: string, target: string): TarEntry => ({ path, type: 'symlink', link: target });
const hard = (path: string, target: string): TarEntry => ({ path, type: 'hardlink', link: target });

const CASES: readonly (readonly [name: string, ...layers: readonly (readonly TarEntry[])[]])[] = [
  [
    'an opaque mark in a linked folder empties the folder behind it',
    [folder('real'), file('real/mark', 'old'), link('way', 'real')],
    [file('way/.wh..wh..opq', ''), folder('way/in'), file('way/in/mark', 'new')],
  ],
  [
    'an opaque mark below a link',
    [folder('real'), folder('real/sub'), file('real/sub/mark', 'old'), file('real/mark', 'kept'), link('way', '/real')],
    [file('way/sub/.wh..wh..opq', '')],
  ],
  [
    'an opaque folder that takes the place of a link leaves what the link led to',
    [folder('real'), file('real/mark', 'kept'), link('way', 'real')],
    [folder('way'), file('way/.wh..wh..opq', ''), file('way/mark', 'new')],
  ],
  [
    'a deletion below a linked folder',
    [folder('real'), file('real/mark', 'old'), folder('real/b'), file('real/b/mark', 'kept'), link('way', 'real')],
    [file('way/.wh.mark', '')],
  ],
  [
    'a deletion in a folder that takes the place of a link',
    [folder('real'), file('real/mark', 'kept'), link('way', 'real')],
    [folder('way'), file('way/.wh.mark', '')],
  ],
  [
    'the deletion of a link leaves its target',
    [folder('real'), file('real/mark', 'kept'), link('way', 'real')],
    [file('.wh.way', '')],
  ],
  [
    'a program is still there under its second name',
    [folder('bin'), file('bin/a', 'PROG one'), hard('bin/b', 'bin/a')],
    [file('bin/.wh.a', '')],
  ],
  [
    'and when the first name is another program by now',
    [folder('bin'), file('bin/a', 'PROG one'), hard('bin/b', 'bin/a')],
    [file('bin/a', 'PROG two')],
  ],
  [
    'a second name in a later layer',
    [folder('bin'), file('bin/a', 'PROG one')],
    [hard('bin/b', 'bin/a')],
    [file('bin/.wh.a', '')],
  ],
  ['both names', [folder('bin'), file('bin/a', 'PROG one')], [hard('bin/b', 'bin/a')]],
  [
    'a database that is a hard link into a lower layer, whose own name is deleted',
    [folder('data'), file('data/x', 'database'), folder('lib')],
    [hard('lib/db', 'data/x')],
    [file('data/.wh.x', '')],
  ],
  [
    'a hard link that is a file of its own by now',
    [folder('bin'), file('bin/a', 'PROG one'), hard('bin/b', 'bin/a')],
    [file('bin/b', 'text'), file('bin/.wh.a', '')],
  ],
];

/** As the scan merges: layers with something behind links are read once more. */
async function overlaid(archives: readonly (readonly TarEntry[])[]): Promise<readonly string[]> {
  const read = (entries: readonly TarEntry[], extra: Parameters<typeof readLayer>[1]['extra'] = []) =>
    readLayer(() => [packTar(entries)], { readers: READERS, extra });
  const reports: LayerReport[] = [];
  for (const entries of archives) reports.push(await read(entries));
  for (const [index, extra] of readsBehindLinks(reports, overlay(reports), READERS)) {
    reports[index] = await read(archives[index] ?? [], extra);
  }
  return overlay(reports).facts.map((fact) => `${fact.reader} ${fact.path} ${String(fact.data)}`);
}

function unpacked(archives: readonly (readonly TarEntry[])[]): readonly string[] {
  const place = mkdtempSync(join(tmpdir(), 'plimsoll-runtime-'));
  try {
    const layout = join(place, 'layout');
    writeOciLayout(layout, [{ tag: 'a', layers: archives }]);
    execFileSync('umoci', ['raw', 'unpack', '--image', `${layout}:a`, join(place, 'root')], { stdio: 'pipe' });
    const { facts } = readRootfs(join(place, 'root'), READERS);
    return facts.map((fact) => `${fact.reader} ${fact.path} ${String(fact.data)}`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

for (const [name, ...archives] of CASES) {
  test(name, needsPrograms('umoci'), async () => {
    assert.deepEqual(await overlaid(archives), unpacked(archives));
  });
}
