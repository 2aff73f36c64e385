import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { checkImports } from './import-directions.ts';

test('the sources keep the directions', () => {
  assert.deepEqual(checkImports(resolve(import.meta.dirname, '..')), []);
});

test('names an import downwards or out of the house, a circle, and a file without a room', () => {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-rooms-'));
  const files = {
    'platform/a.ts': "import { b } from '../cli/b.ts';",
    'cli/b.ts': 'export const b = 1;',
    'scan/image/x.ts': "import type { Y } from './y.ts';",
    'scan/image/y.ts': "export { X } from './x.ts';",
    'platform/c.ts': "import '../cli/b.ts';",
    'cli/d.ts':
      "import { packTar } from '../../demo/tar.ts';\nimport manifest from '../../package.json' with { type: 'json' };",
    'odd/z.ts': "const late = import('../cli/b.ts');",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  }
  assert.deepEqual(checkImports(root), [
    'src/cli/d.ts: imports ../demo/tar.ts, outside of src',
    'src/odd/z.ts: belongs to no room',
    'src/platform/a.ts: imports cli/b.ts; platform may not depend on cli',
    'src/platform/c.ts: imports cli/b.ts; platform may not depend on cli',
    'circle: scan/image/x.ts -> scan/image/y.ts -> scan/image/x.ts',
  ]);
  rmSync(root, { recursive: true });
});
