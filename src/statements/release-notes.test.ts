import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { needsShared, sharedPath } from '../../test/support/needs.ts';
import { statement } from '../../test/support/statements.ts';
import { REASON_SENTENCES, releaseNotesTable } from './release-notes.ts';
import { EXCEPTION_REASONS, type ExceptionReason, type Statement } from './statement.ts';
import { readStatements, writeStatements } from './yaml.ts';

const PUBLISHED = 'data/csm/release-notes-vulnerability-exceptions.csv';

/** The class of each published reason, in the order of the file. */
const CLASSES: readonly ExceptionReason[] = [
  ...(['purged-after-upgrade', 'version-locked', 'after-content-freeze', 'next-release', 'no-upstream-fix'] as const),
  ...([
    'removal-procedure',
    'no-upstream-fix',
    'purged-after-upgrade',
    'no-upstream-fix',
    'after-content-freeze',
  ] as const),
  ...([
    'purged-after-upgrade',
    'purged-after-upgrade',
    'version-locked',
    'after-content-freeze',
    'no-upstream-fix',
  ] as const),
  ...(['removal-procedure', 'purged-after-upgrade', 'no-upstream-fix', 'version-locked', 'no-upstream-fix'] as const),
  ...(['no-upstream-fix', 'next-release'] as const),
];

function exception(image: string, reason: ExceptionReason, detail?: string, line?: string): Statement {
  const { justification: _, ...plain } = statement();
  return {
    ...plain,
    id: `exception-${image.replace(/[^A-Za-z0-9._-]/g, '-')}-${line ?? ''}`,
    scope: { vulnerability: '*', images: [image], ...(line === undefined ? {} : { lines: [line] }) },
    status: 'affected',
    exception: { reason, ...(detail === undefined ? {} : { detail }) },
  };
}

describe('the table of release notes', () => {
  it('every published exception can be said, kept in a file, and printed word for word', needsShared(PUBLISHED), () => {
    const rows = readFileSync(sharedPath(PUBLISHED), 'utf8').trim().split(/\r?\n/).slice(1);
    assert.equal(rows.length, CLASSES.length);
    const exceptions = rows.map((row, index) => {
      const [, line = '', image = '', reason = ''] = /^([^,]*),([^,]*),(.*)$/.exec(row) ?? [];
      const words = reason.replace(/^"|"$/g, '').replaceAll('""', '"');
      return { statement: exception(image, CLASSES[index] ?? 'version-locked', words, line), line, image, words };
    });
    assert.deepEqual([...new Set(CLASSES)].sort(), [...EXCEPTION_REASONS].sort(), 'every class is used');
    const text = writeStatements(exceptions.map((one) => one.statement));
    const kept = readStatements(text, { file: 's.yaml', maximumDays: 180, trusts: () => false });
    for (const version of ['1.2.0', '1.3.0']) {
      const table = releaseNotesTable(kept, { releaseVersion: version, asOf: '2022-04-06' });
      const ofLine = exceptions.filter(({ line }) => version.startsWith(line));
      for (const { image, words } of ofLine)
        assert.ok(table.includes(`| \`${image}\` | ${words} |\n`), `${image}\n${table}`);
      assert.equal(table.split('\n').length, ofLine.length + 3);
    }
  });

  it('has a sentence of its own for every class, says which vulnerability, and only what is in force', () => {
    for (const reason of EXCEPTION_REASONS) {
      const table = releaseNotesTable([exception('quay.io/x', reason)], { asOf: '2022-04-06' });
      assert.ok(table.includes(REASON_SENTENCES[reason]));
    }
    const one = exception('quay.io/x', 'next-release');
    const named = { ...one, scope: { vulnerability: 'CVE-2022-0778', images: ['quay.io/x'] } };
    assert.match(releaseNotesTable([named], { asOf: '2022-04-06' }), /\| CVE-2022-0778: This will be addressed/);
    assert.equal(releaseNotesTable([one], { asOf: '2022-05-01' }), 'No security vulnerability exceptions.\n');
    assert.equal(releaseNotesTable([statement()], { asOf: '2022-04-06' }), 'No security vulnerability exceptions.\n');
  });

  it('no text leaves its cell', () => {
    const table = releaseNotesTable([exception('quay.io/`x|y', 'next-release', 'a | b\n| c | <script>')], {
      asOf: '2022-04-06',
    });
    assert.equal(table, '| Image | Reason |\n| --- | --- |\n| `quay.io/ x\\|y` | a \\| b \\| c \\| &lt;script> |\n');
  });
});
