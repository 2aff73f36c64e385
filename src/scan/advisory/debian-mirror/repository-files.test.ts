import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { parseAptSources } from './apt-sources.ts';
import { unarmour } from './keyring.ts';
import { offersIn } from './packages-index.ts';
import { usualPlaces } from './places.ts';
import { parseRelease } from './release-file.ts';
import { readGpgvStatus } from './signature.ts';
import { releaseOfSuite } from './targets.ts';

const NONE = { keyrings: [], fingerprints: [] };

test('one-line sources', () => {
  const text = [
    '# deb https://example.org/debian bookworm main',
    'deb https://example.org/debian/ bookworm main contrib # the mirror',
    'deb [arch=amd64,arm64 signed-by=/k/a.gpg,/k/b.gpg] http://example.org/debian-security bookworm-security main',
    'deb-src https://example.org/debian bookworm main',
    'deb https://example.org/flat ./',
    'deb cdrom:[Debian 12]/ bookworm main',
    'deb https://user:secret@example.org/debian bookworm-updates main',
  ].join('\n');
  assert.deepEqual(parseAptSources(text, 'sources.list'), [
    {
      uri: 'https://example.org/debian',
      suite: 'bookworm',
      components: ['main', 'contrib'],
      architectures: [],
      signedBy: NONE,
    },
    {
      uri: 'http://example.org/debian-security',
      suite: 'bookworm-security',
      components: ['main'],
      architectures: ['amd64', 'arm64'],
      signedBy: { keyrings: ['/k/a.gpg', '/k/b.gpg'], fingerprints: [] },
    },
    {
      uri: 'https://user:secret@example.org/debian',
      suite: 'bookworm-updates',
      components: ['main'],
      architectures: [],
      signedBy: NONE,
    },
  ]);
});

test('sources in deb822 style', () => {
  const fingerprint = '4CB50190207B4758A3F73A796ED0E7B82643E131';
  const text = `Types: deb deb-src
# a comment
URIs: https://example.org/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /k/a.gpg ${fingerprint.toLowerCase()}!

Types: deb
URIs: https://example.org/other
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: https://example.org/inline
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQENBFI=
 -----END PGP PUBLIC KEY BLOCK-----
`;
  const sources = parseAptSources(text, 'debian.sources');
  assert.deepEqual(
    sources.map(({ uri, suite }) => `${uri} ${suite}`),
    [
      'https://example.org/debian bookworm',
      'https://example.org/debian bookworm-updates',
      'https://example.org/inline bookworm',
    ],
  );
  assert.deepEqual(sources[0]?.signedBy, { keyrings: ['/k/a.gpg'], fingerprints: [fingerprint] });
  assert.deepEqual(unarmour(sources[2]?.signedBy.key ?? '', 'x'), Buffer.from('mQENBFI=', 'base64'));
});

test('suites belong to a release by their name; backports and other publishers do not', () => {
  const releases = [
    'bookworm',
    'bookworm-security',
    'bookworm-updates',
    'bookworm-proposed-updates',
    'buster/updates',
    'stable',
  ];
  assert.deepEqual(releases.map(releaseOfSuite), ['bookworm', 'bookworm', 'bookworm', 'bookworm', 'buster', 'stable']);
  for (const other of [
    'bookworm-backports',
    'bookworm-pgdg',
    'cloud-sdk-bookworm',
    'bookworm-backports-sloppy',
    '../x',
  ]) {
    assert.equal(releaseOfSuite(other), undefined, other);
  }
});

test('the usual places below an address', () => {
  const places = usualPlaces(['https://example.org/debian/'], ['bookworm']).map(({ uri, suite }) => `${uri} ${suite}`);
  assert.deepEqual(places, [
    'https://example.org/debian bookworm',
    'https://example.org/debian bookworm-updates',
    'https://example.org/debian bookworm-security',
    'https://example.org/debian-security bookworm-security',
    'https://example.org/debian-security bookworm/updates',
  ]);
});

test('what stands in the place of an address', () => {
  const names = (uris: readonly string[]): readonly string[] => [
    ...new Set(usualPlaces(uris, ['bookworm']).map(({ uri }) => uri)),
  ];
  assert.deepEqual(names(['http://example.org/']), ['http://example.org']);
  assert.deepEqual(names(['file:///srv/debian']), ['file:///srv/debian', 'file:///srv/debian-security']);
  assert.deepEqual(names(['https://a.example.org/d', 'https://b.example.org/s']), [
    'https://a.example.org/d',
    'https://b.example.org/s',
  ]);
  for (const wrong of ['mirror', '/srv/debian', 'ftp://example.org/debian', '']) {
    assert.throws(() => usualPlaces([wrong], ['bookworm']), /no address of a mirror/, wrong);
  }
});

const DIGEST = 'a'.repeat(64);

test('a Release file', () => {
  const text = `Origin: Debian
Suite: oldstable-security
Codename: bookworm-security
Date: Fri, 20 Nov 2026 00:12:41 UTC
Valid-Until: Fri, 27 Nov 2026 00:12:41 UTC
Acquire-By-Hash: yes
Components: updates/main updates/contrib
MD5Sum:
 0ed6d4c8891eb86358b94bb35d9e4da4 12 main/binary-amd64/Packages
SHA256:
 ${DIGEST}     3681 main/binary-amd64/Packages.gz
 ${DIGEST}     3681 ../../../etc/passwd
 ${DIGEST}     3681 main/../../x
 short     3681 main/binary-amd64/Packages
 ${DIGEST} -1 main/binary-amd64/Packages.xz
`;
  const release = parseRelease(text);
  assert.deepEqual([...release.files], [['main/binary-amd64/Packages.gz', { sha256: DIGEST, size: 3681 }]]);
  assert.deepEqual(
    [release.codename, release.suite, release.date, release.validUntil, release.byHash, release.components],
    [
      'bookworm-security',
      'oldstable-security',
      '2026-11-20T00:12:41Z',
      '2026-11-27T00:12:41Z',
      true,
      ['main', 'contrib'],
    ],
  );
  assert.throws(() => parseRelease('<html>please log in</html>'), ParseError);
  assert.throws(() => parseRelease('Origin: Debian\nSHA256:\n'), ParseError);
});

function offers(text: string): readonly string[] {
  return [...offersIn(Buffer.from(text), new Set(['perl', 'foo']))].map(
    (one) => `${one.name} ${one.source} ${one.version} ${one.path} ${one.size}`,
  );
}

function stanza(fields: Readonly<Record<string, string>>): string {
  const all = { Package: 'foo', Version: '1.2-3', Filename: 'pool/f.deb', Size: '10', SHA256: DIGEST, ...fields };
  return `${Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n`;
}

test('an index of packages', () => {
  assert.deepEqual(
    offers(
      [
        stanza({ Package: 'perl-base', Source: 'perl', Version: '5.36.0-7' }),
        stanza({
          Package: 'libx',
          Source: 'foo (1.2-3)',
          Version: '1.2-3+b1',
          Description: 'x\n Package: other\n long',
        }),
        stanza({ Package: 'other' }),
        stanza({ Filename: './pool/g.deb' }),
      ].join('\n'),
    ),
    ['perl-base perl 5.36.0-7 pool/f.deb 10', 'libx foo 1.2-3 pool/f.deb 10', 'foo foo 1.2-3 pool/g.deb 10'],
  );
});

test('hostile stanzas are passed over', () => {
  for (const fields of [
    { Filename: '../../etc/passwd' },
    { Filename: '/etc/passwd' },
    { Filename: 'https://example.org/x.deb' },
    { Filename: 'pool/x.deb?y=1' },
    { Filename: 'pool/../../x.deb' },
    { Filename: '' },
    { Size: '-5' },
    { Size: '1e9' },
    { Size: '9999999999999999999' },
    { SHA256: 'x' },
    { SHA256: '' },
    { Version: 'not a version' },
    { Package: '../x', Source: 'foo' },
  ]) {
    assert.deepEqual(offers(stanza(fields)), [], JSON.stringify(fields));
  }
});

test('what gpgv reports', () => {
  const good =
    '[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 6ED0 A Key\n[GNUPG:] VALIDSIG F1 2026-07-11 1783765031 0 4 0 1 8 01 P1\n';
  const unknown = '[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 78DB 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY 78DB\n';
  const cases: readonly (readonly [string, string])[] = [
    [good, 'good F1 P1'],
    [unknown + good, 'good F1 P1'],
    [good + unknown, 'good F1 P1'],
    [unknown, 'unknown the signature could not be checked, key 78DB, no keyring has the key 78DB'],
    ['', 'unknown there is no signature in it'],
    [`${good}[GNUPG:] NEWSIG\n[GNUPG:] BADSIG 6ED0 A Key\n`, 'bad the signature does not belong to the text'],
    [good.replace('GOODSIG', 'EXPKEYSIG'), 'unknown a signature of the expired key 6ED0'],
    [good.replace('GOODSIG', 'REVKEYSIG'), 'unknown a signature of the revoked key 6ED0'],
    // SHA-1
    [good.replace(' 1 8 01', ' 1 2 01'), 'unknown a digest that is no longer safe'],
    // A good signature does not make the next one good.
    [
      `[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 6ED0\n${good.replace('GOODSIG', 'EXPKEYSIG')}`,
      'unknown a signature of the expired key 6ED0',
    ],
    [good.replaceAll('[GNUPG:]', 'gpgv:'), 'unknown there is no signature in it'],
  ];
  for (const [status, expected] of cases) {
    const verdict = readGpgvStatus(status);
    const rest = verdict.state === 'good' ? verdict.signedBy.join(' ') : verdict.reason;
    assert.equal(`${verdict.state} ${rest}`, expected, status);
  }
});

test('nothing but ParseError and LimitError, whatever the bytes', () => {
  const parts = fc.constantFrom(
    'Types: deb\n',
    'URIs: ',
    'Suites: a b\n',
    'deb ',
    '[a=b] ',
    'SHA256:\n',
    ` ${DIGEST} 12 main/x\n`,
    'Package: foo\n',
    'Source: foo (1)\n',
    '\n',
    ' ',
    ':',
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
    '-----END PGP PUBLIC KEY BLOCK-----',
    '[GNUPG:] VALIDSIG ',
    '\u0000',
  );
  const readers: readonly ((text: string) => unknown)[] = [
    (text) => parseAptSources(text, 'x.list'),
    (text) => parseAptSources(text, 'x.sources'),
    parseRelease,
    (text) => [...offersIn(Buffer.from(text, 'latin1'), new Set(['foo']))],
    (text) => unarmour(text, 'x'),
    readGpgvStatus,
  ];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((all) => all.join('')),
      ),
      (text) => {
        for (const read of readers) {
          try {
            read(text);
          } catch (error) {
            if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
