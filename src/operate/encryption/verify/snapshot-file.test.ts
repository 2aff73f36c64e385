// A snapshot is gone when it was read, when reading fails, and when the program is interrupted meanwhile.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('snapshot-file.ts', import.meta.url));
const DEADLINE_MS = 20_000;

/** A client that writes four bytes; `work` decides what becomes of them. */
function program(scratch: string, work: string): string {
  return `import { writeFileSync } from 'node:fs';
const { withSnapshot } = await import(${JSON.stringify(MODULE)});
const client = { saveSnapshot: async (file) => writeFileSync(file, 'data') };
await withSnapshot(client, ${JSON.stringify(scratch)}, () => new Date(0), ${work});`;
}

for (const [what, work, signal] of [
  ['read', 'async () => undefined', undefined],
  ['refused', "async () => { throw new Error('no'); }", undefined],
  ['interrupted', "() => { console.log('reading'); return new Promise((done) => setTimeout(done, 60000)); }", 'SIGINT'],
] as const) {
  test(`nothing is left of a snapshot that was ${what}`, { timeout: DEADLINE_MS }, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-scratch-'));
    try {
      const args = ['--input-type=module-typescript', '-e', program(scratch, work)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = once(child, 'exit');
      if (signal !== undefined) {
        await once(child.stdout, 'data');
        assert.equal(readdirSync(scratch).length, 1);
        child.kill(signal);
      }
      const [, by] = await ended;
      assert.equal(by, signal ?? null);
      await sleep(0);
      assert.deepEqual(readdirSync(scratch), []);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
}
