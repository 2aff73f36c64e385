// Follows the tutorials to the letter, one after the other, in a copy of the checkout: writes their files, makes their changes, runs their commands.
// A block is ```LANGUAGE FILE for a file, ```diff FILE for a change, ```sh for commands, and ```console for commands with what they print.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { must, ROOT, Workplace } from './program.ts';

const TUTORIALS = ['docs/guide/add-a-cataloguer.md', 'docs/guide/add-a-feed.md'];
/** How a tutorial says that a command before it was to fail. */
const EXIT = /^exit (\d)$/;
/** What the reader has done already. */
const BEGIN = 'git clone';

const place = new Workplace();
const checkout = place.path('plimsoll');
after(() => place.remove());

before(async () => {
  const files = await must('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const file of files.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path))))
    cpSync(join(ROOT, file), join(checkout, file));
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
});

for (const tutorial of TUTORIALS) {
  test(tutorial, { timeout: 600_000 }, async () => {
    const text = readFileSync(join(ROOT, tutorial), 'utf8');
    const steps = [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)];
    assert.ok(steps.length > 5);
    for (const [, language = '', file, body = ''] of steps) {
      if (language === 'diff') change(file ?? assert.fail('a change names its file'), body);
      else if (file !== undefined) write(file, body);
      else if (language === 'sh' && !body.startsWith(BEGIN)) await succeed(body);
      else if (language === 'console') await converse(body);
    }
  });
}

function write(file: string, body: string): void {
  const path = join(checkout, file);
  assert.ok(!existsSync(path), `${file} is to be written, and is there`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

/** The lines before and after a change must stand in the file once; those at its ends may be cut. */
function change(file: string, diff: string): void {
  const path = join(checkout, file);
  const lines = diff.split('\n').filter((line) => line !== '');
  const side = (without: string): string =>
    lines
      .filter((line) => !line.startsWith(without))
      .map((line) => line.slice(1))
      .join('\n');
  const before = readFileSync(path, 'utf8');
  const [old, fresh] = [side('+'), side('-')];
  assert.equal(before.split(old).length, 2, `${file} must have once:\n${old}`);
  writeFileSync(
    path,
    before.replace(old, () => fresh),
  );
}

async function succeed(command: string): Promise<void> {
  const outcome = await run(command);
  assert.equal(outcome.status, 0, `${command}\n${outcome.text}`);
}

/** `$ COMMAND` and lines that it prints, in this order, perhaps among others. */
async function converse(body: string): Promise<void> {
  for (const part of body.split(/^\$ /m).slice(1)) {
    const [command = '', ...expected] = part.trimEnd().split('\n');
    const exit = EXIT.exec(expected[0] ?? '')?.[1];
    const { status, text } = await run(command);
    assert.equal(status, Number(exit ?? 0), `${command}\n${text}`);
    let from = 0;
    for (const line of exit === undefined ? expected : expected.slice(1)) {
      const at = text.indexOf(line.trim(), from);
      assert.notEqual(at, -1, `${command}\ndoes not print\n${line}\nbut\n${text}`);
      from = at + line.trim().length;
    }
  }
}

async function run(command: string): Promise<{ readonly status: number | null; readonly text: string }> {
  const { status, stdout, stderr } = await place.run('sh', ['-euc', command], {}, checkout);
  return { status, text: stdout + stderr };
}
