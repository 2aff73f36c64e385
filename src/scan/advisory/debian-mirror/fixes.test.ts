import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { needsPrograms } from '../../../../test/support/needs.ts';
import { temporaryFolder } from '../../../../test/support/unpacked.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { parseChangelog } from './changelog.ts';
import { fixesSince } from './fixes.ts';

/** A changelog of `[version, text]`, newest first. */
function changelog(source: string, ...entries: readonly (readonly [version: string, text: string])[]): string {
  return entries
    .map(
      ([version, text]) =>
        `${source} (${version}) stable; urgency=medium\n\n  * ${text}\n\n -- A Person <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n`,
    )
    .join('\n');
}

function fixed(text: string, installed: string, source = 'foo'): Readonly<Record<string, string>> {
  const { fixes } = fixesSince(parseChangelog(text), source, installed);
  return Object.fromEntries(fixes.map((fix) => [fix.id, fix.fixed]));
}

const LINE = changelog(
  'foo',
  ['1:1.0-2+deb12u2', 'Fix regression caused by the fix for CVE-2023-0002. Fix CVE-2023-0003'],
  ['1:1.0-2+deb12u1', 'CVE-2023-0001, CVE-2023-0002'],
  ['1:1.0-2', 'CVE-2022-0001'],
  ['1.9-1', 'CVE-2021-0001'],
);

test('what was fixed since the installed version, by the version that fixed it first', () => {
  assert.deepEqual(fixed(LINE, '1:1.0-2'), {
    'CVE-2023-0001': '1:1.0-2+deb12u1',
    'CVE-2023-0002': '1:1.0-2+deb12u1',
    'CVE-2023-0003': '1:1.0-2+deb12u2',
  });
  assert.deepEqual(fixed(LINE, '1:1.0-2+deb12u1'), { 'CVE-2023-0003': '1:1.0-2+deb12u2' });
  assert.deepEqual(fixed(LINE, '1:1.0-2+deb12u2'), {});
  // Without the epoch the version ranks below all that have one.
  assert.equal(Object.keys(fixed(LINE, '1.9-1')).length, 4);
  // A version that the changelog does not have: what ranks below it is in it.
  assert.deepEqual(Object.keys(fixed(LINE, '1:1.0-2+deb12u1~local1')), [
    'CVE-2023-0001',
    'CVE-2023-0002',
    'CVE-2023-0003',
  ]);
});

test('what is not a fix is told, not counted', () => {
  const { unclear, fixes } = fixesSince(
    parseChangelog(
      changelog(
        'foo',
        ['1-4', 'Revert the fix for CVE-2023-0002, it breaks mounts'],
        ['1-3', 'Fix CVE-2023-0002. Not affected by CVE-2023-0009. Fix regression in CVE-2023-0001, CVE-2017-922[4-9]'],
        ['1-2', 'Fix CVE-2023-0001'],
      ),
    ),
    'foo',
    '1-2',
  );
  assert.deepEqual(fixes, []);
  assert.deepEqual(
    unclear.map(({ reason, quote }) => `${reason} @ ${quote.slice(0, 22)}`),
    [
      'an id that is not spelled out @ foo 1-3: CVE-2017-922[',
      'named as not affecting the package @ foo 1-3: CVE-2023-0009',
      'its fix was taken back @ foo 1-4: CVE-2023-0002',
    ],
  );
});

test('what is fixed again is told, because nobody says whether it was gone in between', () => {
  const text = changelog(
    'foo',
    ['1-3', 'fork: defer linking (CVE-2024-27022)'],
    ['1-2', 'fork: defer linking (CVE-2024-27022)'],
    ['1-1', 'x'],
  );
  const since = (installed: string) => fixesSince(parseChangelog(text), 'foo', installed);
  assert.deepEqual(since('1-1').unclear, []);
  assert.deepEqual(
    since('1-1').fixes.map(({ fixed }) => fixed),
    ['1-2'],
  );
  assert.deepEqual(since('1-2').fixes, []);
  assert.match(since('1-2').unclear[0]?.reason ?? '', /^named again/);
});

test('a fix that was not enough, or was taken back and made again, counts from its last version', () => {
  const text = changelog(
    'foo',
    ['1-5', 'The fix for CVE-2023-0001 was incomplete'],
    ['1-4', 'Fix CVE-2023-0002 again'],
    ['1-3', 'Revert the fix for CVE-2023-0002'],
    ['1-2', 'Fix CVE-2023-0001, CVE-2023-0002'],
    ['1-1', 'First'],
  );
  assert.deepEqual(fixed(text, '1-1'), { 'CVE-2023-0001': '1-5', 'CVE-2023-0002': '1-4' });
  assert.deepEqual(fixed(text, '1-4'), { 'CVE-2023-0001': '1-5' });
});

test('rebuilds for a stable release: the versions they were built from rank above them', () => {
  const text = changelog(
    'foo',
    ['17.3-1~deb12u1', 'Rebuild for bookworm'],
    ['17.3-1', 'CVE-2026-0003'],
    ['17.2-1', 'CVE-2026-0002'],
    ['17.1-1', 'CVE-2026-0001'],
    ['17.0-1~deb12u1', 'Rebuild; CVE-2026-0000'],
    ['17.0-1', 'First'],
  );
  // The installed rebuild has what the version it was built from fixed.
  assert.deepEqual(fixed(text, '17.1-1~deb12u1'), { 'CVE-2026-0002': '17.2-1~', 'CVE-2026-0003': '17.3-1~deb12u1' });
  assert.deepEqual(fixed(text, '17.0-1~deb12u1'), {
    'CVE-2026-0001': '17.1-1~',
    'CVE-2026-0002': '17.2-1~',
    'CVE-2026-0003': '17.3-1~deb12u1',
  });
  assert.deepEqual(fixed(text, '17.0-1'), {
    'CVE-2026-0000': '17.0-1~deb12u1',
    'CVE-2026-0001': '17.1-1~',
    'CVE-2026-0002': '17.2-1~',
    'CVE-2026-0003': '17.3-1~deb12u1',
  });
  assert.deepEqual(fixed(text, '17.3-1~bpo11+1'), {});
});

test('the history of another package counts for the version that took it over', () => {
  const text = `${changelog('foo', ['2-2', 'CVE-2023-0003'], ['2-1', 'Renamed from bar'])}\n${changelog('bar', ['9-1', 'CVE-2023-0002'])}\n${changelog('foo', ['1-1', 'CVE-2023-0001'])}`;
  assert.deepEqual(fixed(text, '1-1'), { 'CVE-2023-0002': '2-1', 'CVE-2023-0003': '2-2' });
});

test('a shortened changelog is told', () => {
  assert.equal(fixesSince(parseChangelog(LINE), 'foo', '1.8-1').reachesBack, false);
  assert.equal(fixesSince(parseChangelog(LINE), 'foo', '1.9-1').reachesBack, true);
});

test('entries are read as dpkg reads them', needsPrograms('dpkg-parsechangelog'), () => {
  const names = ['perl-base', 'libc6', 'bash', 'openssl', 'zlib1g', 'tzdata', 'sed', 'git', 'coreutils'];
  const files = names
    .flatMap((name) => ['changelog.Debian.gz', 'changelog.gz'].map((file) => join('/usr/share/doc', name, file)))
    .filter((file) => existsSync(file));
  const made = join(temporaryFolder(), 'made-changelog.gz');
  let compared = 0;
  for (const file of [made, ...files]) {
    const text =
      file === made
        ? `${LINE}\nvim: et\n\nOld Changelog:\n\nfoo (0.1) x; urgency=low\n`
        : gunzipSync(readFileSync(file)).toString();
    const plain = join(temporaryFolder(), 'changelog');
    writeFileSync(plain, text);
    const { status, stdout } = spawnSync('dpkg-parsechangelog', ['-l', plain, '--all', '--format', 'rfc822'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    // The other changelog of a package is that of its authors.
    if (status !== 0 || !/^Timestamp: \d/m.test(stdout)) continue;
    const expected = Array.from(
      stdout.matchAll(/^Source: (.*)\nVersion: (.*)\n[\s\S]*?^Timestamp: (\d*)/gm),
      ([, source, version, timestamp]) =>
        `${source} ${version} ${new Date(Number(timestamp) * 1000).toISOString().slice(0, 10)}`,
    );
    const found = parseChangelog(text).map((entry) => `${entry.package} ${entry.version} ${entry.date}`);
    assert.deepEqual(found.slice(0, 50), expected.slice(0, 50), file);
    assert.ok(Math.abs(found.length - expected.length) <= 1, `${file}: ${found.length} and ${expected.length}`);
    compared += 1;
  }
  assert.ok(compared >= 1);
});

test('nothing but ParseError and LimitError, whatever the text', () => {
  const parts = fc.constantFrom(
    'foo (1.2-3) stable; urgency=low\n',
    ' -- A <a@b>  Tue, 29 Sep 2026 08:59:07 +0700\n',
    '  * CVE-2020-1234 ',
    '\n',
    'foo (',
    '(bad version!)',
    '  - ',
    'Old Changelog:\n',
    '\u0000',
    'é',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((all) => all.join('')),
      ),
      fc.constantFrom('1.2-3', '1.0', '0'),
      (text, installed) => {
        try {
          fixesSince(parseChangelog(text), 'foo', installed);
        } catch (error) {
          if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
        }
      },
    ),
    { numRuns: 500 },
  );
});
