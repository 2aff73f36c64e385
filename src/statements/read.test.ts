import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { statement } from '../../test/support/statements.ts';
import { readStatementPaths } from './read.ts';
import { writeStatements } from './yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-decisions-'));
after(() => rmSync(folder, { recursive: true }));
const POLICY = { maximumDays: 180, trusted: [] };

/** A new folder with files. */
function files(texts: Readonly<Record<string, string>>): string {
  const place = mkdtempSync(join(folder, 'd-'));
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(place, name, '..'), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  return place;
}
const yaml = (id: string) => writeStatements([statement({ id })]);

describe('the statements that a user names', () => {
  it('are those of files and folders, named as the folder names them', () => {
    const place = files({
      'b.yml': yaml('b'),
      'team/a.yaml': yaml('a'),
      '.git/x.yaml': '[',
      'watch.yaml': '[',
      'README.md': '[',
    });
    symlinkSync(join(place, 'b.yml'), join(files({}), 'c.yaml'));
    const read = readStatementPaths([place], POLICY);
    assert.deepEqual(
      read.map(({ id, origin }) => `${id} ${origin.file}:${origin.line}`),
      ['b b.yml:2', 'a team/a.yaml:2'],
    );
    assert.equal(readStatementPaths([join(place, 'team/a.yaml')], POLICY)[0]?.origin.file, 'a.yaml');
  });

  it('follow links to files, and refuse those to folders', () => {
    const place = files({ 'a.yaml': yaml('a') });
    const linked = files({});
    symlinkSync(join(place, 'a.yaml'), join(linked, 'b.yaml'));
    assert.equal(readStatementPaths([linked], POLICY).length, 1);
    symlinkSync(place, join(linked, 'loop'));
    assert.throws(() => readStatementPaths([linked], POLICY), {
      code: 'input-unreadable',
      message: /link to a folder/,
    });
  });

  it('have ids that are there once; nothing that cannot be understood is skipped', () => {
    const twice = files({ 'a.yaml': yaml('same'), 'b.yaml': yaml('same') });
    assert.throws(() => readStatementPaths([twice], POLICY), {
      code: 'parse',
      message: 'b.yaml:2:1: the id same is in a.yaml:2, too',
    });
    for (const text of ['{}', '[', '{"bomFormat":"SPDX"}']) {
      assert.throws(() => readStatementPaths([files({ 'v.json': text })], POLICY), {
        code: 'parse',
        message: /^v\.json: /,
      });
    }
    assert.throws(() => readStatementPaths([join(folder, 'none')], POLICY), { code: 'input-missing' });
  });
});
