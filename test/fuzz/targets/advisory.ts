// Advisories: every feed with both of its ways of reading, the files that feeds come in, sets and their exports, Debian's mirrors, and kept results.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, ParseError } from '../../../src/platform/errors.ts';
import { openStore } from '../../../src/platform/store.ts';
import { scoreCvss } from '../../../src/scan/advisory/cvss/index.ts';
import { parseAptSources } from '../../../src/scan/advisory/debian-mirror/apt-sources.ts';
import { parseChangelog } from '../../../src/scan/advisory/debian-mirror/changelog.ts';
import { paragraphsOf } from '../../../src/scan/advisory/debian-mirror/control.ts';
import { readDebChangelog } from '../../../src/scan/advisory/debian-mirror/deb-file.ts';
import { fixesSince } from '../../../src/scan/advisory/debian-mirror/fixes.ts';
import { unarmour } from '../../../src/scan/advisory/debian-mirror/keyring.ts';
import { offersIn } from '../../../src/scan/advisory/debian-mirror/packages-index.ts';
import { parseRelease } from '../../../src/scan/advisory/debian-mirror/release-file.ts';
import { readGpgvStatus } from '../../../src/scan/advisory/debian-mirror/signature.ts';
import type { Feed } from '../../../src/scan/advisory/feed.ts';
import { readInput } from '../../../src/scan/advisory/input/read-input.ts';
import { findFeed } from '../../../src/scan/advisory/registry.ts';
import { buildAdvisorySet, type FeedInput } from '../../../src/scan/advisory/set/build.ts';
import { importAdvisorySet } from '../../../src/scan/advisory/set/import.ts';
import { openAdvisorySet } from '../../../src/scan/advisory/set/open.ts';
import { decodeRecord, encodeRecord } from '../../../src/scan/advisory/set/record.ts';
import { problemOf } from '../../../src/scan/advisory/set/record-check.ts';
import { ASSESSMENT_MIGRATIONS, listAssessments, readAssessment } from '../../../src/scan/assess/assessment-store.ts';
import { INVENTORY_MIGRATIONS, inventoryStore } from '../../../src/scan/inventory/inventory-store.ts';
import { readFeed } from '../../support/recording-sink.ts';
import { expect } from '../expect.ts';
import { mendTar, mendZip } from '../mend.ts';
import type { Form, FuzzTarget } from '../target.ts';

const WORDS = [
  'CVE-2022-37434',
  'GHSA-jfh8-c2jp-5v3q',
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  '1.2.3',
  '>= 1',
  '<',
  '||',
  '*',
  '0',
  '2022-01-01T00:00:00Z',
  'introduced',
  'fixed',
  'last_affected',
  'Maven',
  'Debian:12',
  'npm',
];
const XML_WORDS = [
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<?xml',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '&#x110000;',
  '&#',
  '/>',
  '</',
  '="',
  ' xmlns="',
];
const FILES: readonly ErrorCode[] = ['unsupported', 'input-unreadable', 'input-missing'];
const CHANGELOG_WORDS = [
  '\n\n  * ',
  '\n -- a <a@b>  ',
  'CVE-2022-37434',
  '(1:1.2-3) bookworm; urgency=medium',
  'not affected',
  'Revert',
];

/** Everything of advisories, and the store. */
export const ADVISORY_TARGETS: readonly FuzzTarget[] = [
  feedTarget('alpine-secdb', 'main.json', 'json'),
  feedTarget('alpine-secdb', 'main.yaml', 'text', 'alpine-secdb-yaml'),
  feedTarget('debian-mirror', 'changelogs.json', 'json'),
  feedTarget('debian-tracker', 'tracker.json', 'json'),
  feedTarget('debian-tracker', 'DSA/list', 'text', 'debian-announcements'),
  feedTarget('eol', 'eol.yaml', 'text'),
  feedTarget('epss', 'epss.csv', 'text'),
  feedTarget('gitlab', 'npm/a/CVE-2020-7598.yml', 'text'),
  feedTarget('kev', 'kev.json', 'json'),
  feedTarget('nvd', 'nvdcve-2.0-2024.json', 'json'),
  feedTarget('osv', 'a.json', 'json'),
  feedTarget('redhat-csaf', '2023/cve-2023-38545.json', 'json'),
  feedTarget('rpm-updateinfo', 'repodata/a-updateinfo.xml', 'text'),
  feedTarget('rustsec', 'crates/a/RUSTSEC-2018-0010.md', 'text'),
  feedTarget('suse-cvrf', 'cvrf-suse-su-2022-1061-1.xml', 'text'),
  feedTarget('vulnrichment', '2021/44xxx/CVE-2021-44228.json', 'json'),
  {
    id: 'feed-input',
    form: 'binary',
    codes: FILES,
    mend: (input) => mendZip(mendTar(input)),
    words: ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06', 'ustar', 'a.json'],
    run: async (input, folder) => {
      const path = join(folder, 'a.json');
      writeFileSync(path, input);
      const seen: string[] = [];
      await readInput(path, {
        accepts: (name) => name.endsWith('.json'),
        file: (_name, bytes) => seen.push(`file ${bytes.length}`),
        skipped: () => seen.push('skipped'),
      });
      return seen;
    },
  },
  {
    id: 'feed-build',
    form: 'json',
    codes: [...FILES, 'advisories'],
    words: WORDS,
    run: async (input, folder) => {
      const [path, set] = [join(folder, 'a.json'), join(folder, 'set')];
      writeFileSync(path, input);
      const inputs = ['osv', 'nvd', 'kev'].flatMap((id) => findFeed(id) ?? []).map((feed) => ({ feed, path }));
      const id = await firstBuilt(inputs, set);
      const opened = openAdvisorySet(set);
      try {
        expect(opened.contentId() === id, 'the set has another content than it was built with');
        return opened.feeds.map(({ records, skipped }) => [records, skipped]);
      } finally {
        opened.close();
      }
    },
  },
  {
    id: 'cvss',
    form: 'text',
    words: ['CVSS:3.1/', 'CVSS:4.0/', 'AV:N', '/', ':', 'E:X'],
    run: (input) => {
      const score = scoreCvss(input.toString())?.score;
      expect(score === undefined || (score >= 0 && score <= 10), `a score of ${score}`);
      return score;
    },
  },
  {
    id: 'advisory-set',
    form: 'binary',
    codes: ['advisories', 'input-unreadable'],
    words: ['meta', 'package', 'CREATE TABLE package (', 'CREATE VIEW meta AS WITH RECURSIVE'],
    run: (input, folder) => {
      const path = join(folder, 'set');
      writeFileSync(path, input);
      const set = openAdvisorySet(path);
      try {
        set.lookup('alpine:3.15', 'zlib');
        set.enrichment('CVE-2018-25032');
        set.endOfLife('alpine:3.15');
        for (const row of set.packages()) set.advisoriesOf(row);
        return set.contentId() === set.id;
      } finally {
        set.close();
      }
    },
  },
  {
    id: 'advisory-export',
    form: 'text',
    codes: ['digest-mismatch', 'advisories'],
    words: [...WORDS, '{"feed":', '{"advisory":', '{"enrichment":', '{"endOfLife":'],
    run: (input, folder) => {
      const path = join(folder, 'export');
      writeFileSync(path, input);
      return importAdvisorySet(path, join(folder, 'set'));
    },
  },
  {
    id: 'store',
    form: 'binary',
    codes: ['store', 'usage'],
    words: ['migration', 'assessment', 'CREATE TABLE assessment (', 'sha256:'],
    run: async (input, folder) => {
      const path = join(folder, 'store');
      writeFileSync(path, input);
      const store = await openStore(path, [...INVENTORY_MIGRATIONS, ...ASSESSMENT_MIGRATIONS]);
      try {
        const listed = await listAssessments(store);
        for (const { id } of listed) await readAssessment(store, id);
        const digest = `sha256:${'1'.repeat(64)}` as const;
        await inventoryStore(store, ['apk@2']).report(digest);
        await inventoryStore(store, ['apk@2']).inventory(digest, [digest]);
        return listed;
      } finally {
        await store.close();
      }
    },
  },
  {
    id: 'changelog',
    form: 'text',
    words: CHANGELOG_WORDS,
    run: (input) => {
      const entries = parseChangelog(input.toString());
      return [entries, fixesSince(entries, 'zlib', '1:1.2.13-1')];
    },
  },
  {
    id: 'debian-package',
    form: 'binary',
    codes: FILES,
    words: ['!<arch>\n', 'data.tar.gz/    ', '`\n', 'usr/share/doc/a/changelog.Debian.gz'],
    // Without PATH xz is not found: its own decoder is not what is tried here.
    run: (input, folder) => {
      const path = join(folder, 'a.deb');
      writeFileSync(path, input);
      return readDebChangelog(path, 'zlib', '1:1.2.13-1', { PATH: folder });
    },
  },
  {
    id: 'debian-release',
    form: 'text',
    words: ['SHA256:\n ', 'Codename: ', '../'],
    run: (input) => parseRelease(input.toString()),
  },
  {
    id: 'debian-packages-index',
    form: 'text',
    words: ['Package: zlib', '\n\n', 'Filename: pool/', 'Source: zlib (1)', 'SHA256: '],
    run: (input) => [[...offersIn(input, new Set(['zlib', 'a']))], paragraphsOf(input.toString())],
  },
  {
    id: 'apt-sources',
    form: 'text',
    words: ['deb [signed-by=/a] ', 'Types: deb\n', 'URIs: ', 'Signed-By:\n -----BEGIN'],
    run: (input) => [parseAptSources(input.toString(), 'a.list'), parseAptSources(input.toString(), 'a.sources')],
  },
  {
    id: 'keyring',
    form: 'text',
    codes: ['input-unreadable', 'config-invalid'],
    words: ['-----BEGIN PGP PUBLIC KEY BLOCK-----\n', '=', '\n\n'],
    run: (input) => unarmour(input.toString(), 'a'),
  },
  {
    id: 'gpgv-status',
    form: 'text',
    words: ['[GNUPG:] ', 'VALIDSIG ', 'GOODSIG ', 'BADSIG '],
    run: (input) => readGpgvStatus(input.toString()),
  },
];

/** Builds with the first of the feeds that can read the file. */
async function firstBuilt([first, ...others]: readonly FeedInput[], set: string): Promise<string> {
  if (first === undefined) throw new ParseError('no feed reads it');
  try {
    return await buildAdvisorySet([first], set, { builtAt: '2026-01-01T00:00:00Z' });
  } catch (error) {
    if (!(error instanceof ParseError) || others.length === 0) throw error;
    return firstBuilt(others, set);
  }
}

function feedTarget(feedId: string, path: string, form: Form, id = feedId): FuzzTarget {
  const feed = findFeed(feedId);
  if (feed === undefined) throw new RangeError(`no feed ${feedId}`);
  return {
    id: `feed-${id}`,
    form,
    covers: [`feed ${feedId}`],
    words: path.endsWith('.xml') ? [...XML_WORDS, ...WORDS] : WORDS,
    run: (input) => readBothWays(feed, path, input),
  };
}

/** Reads whole and, where the feed can, in pieces; every record that a set would take must come out of it as it went in. */
function readBothWays(feed: Feed, path: string, input: Buffer): unknown {
  const namespace = feed.takesNamespace === true ? 'rocky:9' : undefined;
  const output = readFeed(feed, input, path, namespace);
  for (const advisory of output.advisories) {
    if (problemOf(advisory) !== undefined) continue;
    const text = encodeRecord(advisory);
    const { namespace: where, package: name } = advisory;
    expect(encodeRecord(decodeRecord(JSON.parse(text), feed.id, where, name)) === text, `a set would alter ${text}`);
  }
  if (feed.settle !== undefined && output.advisories.length > 1) feed.settle(output.advisories);
  if (feed.open !== undefined) {
    const again = readPieces(feed, path, input, namespace);
    expect(again === output.advisories.length, `${again} advisories in pieces, ${output.advisories.length} as a whole`);
  }
  return output;
}

function readPieces(feed: Feed, path: string, input: Buffer, namespace: string | undefined): number {
  let advisories = 0;
  const nothing = (): void => undefined;
  const reader = feed.open?.(
    { path, ...(namespace === undefined ? {} : { namespace }) },
    {
      advisory: () => {
        advisories += 1;
      },
      kev: nothing,
      epss: nothing,
      severity: nothing,
      ssvc: nothing,
      endOfLife: nothing,
      skip: nothing,
      covers: nothing,
      updated: nothing,
    },
  );
  const length = input.length > 4096 ? 4096 : 7;
  for (let at = 0; at < input.length; at += length) reader?.push(Buffer.from(input.subarray(at, at + length)));
  reader?.end();
  return advisories;
}
