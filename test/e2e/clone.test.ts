// The README's two set-up commands on a fresh clone of the last commit. Heavy (it installs everything anew), so it runs only when
// PLIMSOLL_TEST_CLONE is set, as continuous integration does.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { must, ROOT, Workplace } from './program.ts';

const skip = process.env['PLIMSOLL_TEST_CLONE'] === '1' ? false : 'needs PLIMSOLL_TEST_CLONE=1';

/** The lines of the README's first block of shell commands, `command  # what it does`. */
function setUpCommands(): readonly string[] {
  const block = /^```sh\n([\s\S]*?)^```$/m.exec(readFileSync(`${ROOT}/README.md`, 'utf8'))?.[1] ?? '';
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''));
}

/** What reaches the package registry on this machine: its npm configuration, certificates and proxies. Nothing that steers these tests. */
function testersEnvironment(): Readonly<Record<string, string>> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PLIMSOLL_|XDG_|npm_|NODE_TEST|INIT_CWD)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

/** What the test reporter says of failing tests, else the end of the output. */
function failuresIn(output: string): string {
  const start = output.indexOf('failing tests:');
  return start === -1 ? output.slice(-4000) : output.slice(start, start + 6000);
}

test('the README has exactly the two set-up commands', () => {
  assert.deepEqual(setUpCommands(), ['npm ci && npm run demo', 'npm ci && npm test']);
});

test('they work on a fresh clone and change no file of it', { skip, timeout: 1_800_000 }, async (t) => {
  const place = new Workplace();
  t.after(() => place.remove());
  const clone = place.path('plimsoll');
  await must('git', ['clone', '--quiet', ROOT, clone]);
  for (const command of setUpCommands()) {
    // As for a newcomer: nothing of this checkout, and without the folder of real inputs beside it.
    const outcome = await place.run('sh', ['-c', command], { ...testersEnvironment(), PLIMSOLL_NODE: '' }, clone);
    assert.equal(outcome.status, 0, `${command}\n${failuresIn(outcome.stdout)}\n${outcome.stderr.slice(-4000)}`);
    assert.equal(await must('git', ['status', '--porcelain'], clone), '', command);
  }
  assert.ok(existsSync(`${clone}/demo/out/1.2.0-demo.1/report.html`));
});
