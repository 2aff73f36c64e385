// Runs the examples of the documents that are marked with `sh run`, in the order of each page, as a reader would after the demo.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ROOT, Workplace } from './program.ts';

const place = new Workplace();
after(() => place.remove());

before(async () => {
  const demo = await place.run('npm', ['run', 'demo'], {}, ROOT);
  assert.equal(demo.status, 0, demo.stderr);
});

for (const page of globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort()) {
  const examples = [...readFileSync(`${ROOT}/${page}`, 'utf8').matchAll(/^```sh run\n([\s\S]*?)^```$/gm)];
  if (examples.length === 0) continue;
  test(page, async (t) => {
    for (const [index, [, example = '']] of examples.entries()) {
      await t.test(`example ${index + 1}`, async () => {
        const outcome = await place.run('sh', ['-euc', example], {}, ROOT);
        assert.equal(outcome.status, 0, `${example}${outcome.stderr}`);
      });
    }
  });
}

test('the README has examples', () => {
  assert.match(readFileSync(`${ROOT}/README.md`, 'utf8'), /^```sh run$/m);
});
