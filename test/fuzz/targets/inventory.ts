// The cataloguers: what they make of a file, and the packages that they make of that.
import { messageOf } from '../../../src/platform/errors.ts';
import { LIMITS } from '../../../src/platform/limits.ts';
import { apk } from '../../../src/scan/inventory/apk/index.ts';
import { cargo } from '../../../src/scan/inventory/cargo/index.ts';
import type { Catalogue, Cataloguer, LocatedFact } from '../../../src/scan/inventory/cataloguer.ts';
import { contentSets } from '../../../src/scan/inventory/content-sets/index.ts';
import { dotnet } from '../../../src/scan/inventory/dotnet/index.ts';
import { dpkg } from '../../../src/scan/inventory/dpkg/index.ts';
import { passThrough } from '../../../src/scan/inventory/elf/test-elf.ts';
import { files } from '../../../src/scan/inventory/files/index.ts';
import { gem } from '../../../src/scan/inventory/gem/index.ts';
import { go } from '../../../src/scan/inventory/go/index.ts';
import { java } from '../../../src/scan/inventory/java/index.ts';
import { npm } from '../../../src/scan/inventory/npm/index.ts';
import { osFrom, osRelease } from '../../../src/scan/inventory/os-release/index.ts';
import { osDistro, osNamespace } from '../../../src/scan/inventory/os-release/namespace.ts';
import { packageUrl, parsePackageUrl } from '../../../src/scan/inventory/purl.ts';
import { python } from '../../../src/scan/inventory/python/index.ts';
import { rpm } from '../../../src/scan/inventory/rpm/index.ts';
import { secrets } from '../../../src/scan/inventory/secrets/index.ts';
import { spdx } from '../../../src/scan/inventory/spdx/index.ts';
import { header, located } from '../../../src/scan/inventory/test-facts.ts';
import { expect } from '../expect.ts';
import { mendNdb, mendZip } from '../mend.ts';
import type { Form, FuzzTarget } from '../target.ts';

const ZIP_WORDS = ['PK\x03\x04', 'PK\x01\x02', 'PK\x05\x06', 'META-INF/MANIFEST.MF', 'pom.properties', '.jar', '../'];
const PURLS = ['pkg:', 'pkg:deb/debian/a@1?arch=amd64', '%2F', '%', '?', '#', '@', '+', '=&'];

/** One target a form of file. */
export const INVENTORY_TARGETS: readonly FuzzTarget[] = [
  fileTarget('apk-installed', apk, 'lib/apk/db/installed', 'text', ['\n\n', 'P:', 'V:', 'F:', 'R:', 'o:']),
  fileTarget('dpkg-status', dpkg, 'var/lib/dpkg/status', 'text', ['\n\n', 'Package: ', 'Status: ', 'Source: ', '\n ']),
  fileTarget('dpkg-single', dpkg, 'var/lib/dpkg/status.d/a', 'text', ['\n\n', 'Package: ', 'Version: ']),
  fileTarget('dpkg-list', dpkg, 'var/lib/dpkg/info/a.list', 'text'),
  fileTarget('dpkg-md5sums', dpkg, 'var/lib/dpkg/status.d/a.md5sums', 'text'),
  fileTarget('content-sets', contentSets, 'usr/share/buildinfo/content-sets.json', 'json', [
    'rhel-8-for-x86_64-baseos-eus-rpms',
    'content_sets',
  ]),
  fileTarget('dotnet-deps', dotnet, 'app/a.deps.json', 'json', ['A/1.0.0', '/', 'package']),
  fileTarget('gemspec', gem, 'usr/lib/ruby/gems/3.1.0/specifications/a-1.gemspec', 'text', [
    's.name = ',
    '.freeze',
    '# stub: ',
  ]),
  { ...fileTarget('jar', java, 'opt/a-1.0.jar', 'binary', ZIP_WORDS), mend: mendZip },
  fileTarget('package-json', npm, 'a/node_modules/@b/c/package.json', 'json', ['name', 'version', '@b/c']),
  fileTarget('os-release', osRelease, 'etc/os-release', 'text', ['ID=', 'VERSION_ID=', "'", '"', '\\', '$']),
  fileTarget('alpine-release', osRelease, 'etc/alpine-release', 'text'),
  fileTarget('debian-version', osRelease, 'etc/debian_version', 'text', ['/sid']),
  fileTarget('python-metadata', python, 'usr/lib/python3/site-packages/a-1.dist-info/METADATA', 'text', [
    'Name: ',
    'Version: ',
  ]),
  { ...fileTarget('python-egg', python, 'usr/lib/python3/site-packages/a-1.egg', 'binary', ZIP_WORDS), mend: mendZip },
  fileTarget('rpm-sqlite', rpm, 'var/lib/rpm/rpmdb.sqlite', 'binary', ['Packages', 'CREATE TABLE Packages (', 'blob']),
  { ...fileTarget('rpm-ndb', rpm, 'var/lib/rpm/Packages.db', 'binary', ['Slot', 'BlbS', 'BlbE']), mend: mendNdb },
  fileTarget('rpm-bdb', rpm, 'var/lib/rpm/Packages', 'binary'),
  fileTarget('rpm-manifest', rpm, 'var/lib/rpmmanifest/container-manifest-2', 'text', ['\t', '(none)', '.src.rpm']),
  fileTarget('rpm-write-ahead-log', rpm, 'var/lib/rpm/rpmdb.sqlite-wal', 'binary'),
  fileTarget('secret-key', secrets, 'app/a.pem', 'text', [
    '-----BEGIN RSA PRIVATE KEY-----\n',
    'Proc-Type: 4,ENCRYPTED\n',
    '\\n',
  ]),
  fileTarget('secret-store', secrets, 'app/a.jks', 'binary', [
    '\xfe\xed\xfe\xed',
    '\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02',
  ]),
  fileTarget('secret-assignments', secrets, 'app/.env', 'text', ['PASSWORD=', 'export ', '"', '$A', 'https://u:p@h']),
  fileTarget('spdx', spdx, 'var/lib/db/sbom/a-1.spdx.json', 'json', PURLS),
  programTarget('go-program', go),
  programTarget('cargo-program', cargo),
  {
    id: 'notable-path',
    form: 'text',
    covers: ['cataloguer files'],
    run: (input) => {
      const entry = header(input.toString().slice(0, LIMITS.pathBytes), { mode: 0o4755 });
      const data = files.look?.(entry);
      return data === undefined ? undefined : files.packages([located(entry.path, data)], undefined);
    },
  },
  {
    id: 'purl',
    form: 'text',
    words: PURLS,
    run: (input) => {
      const parsed = parsePackageUrl(input.toString());
      const written = packageUrl(parsed);
      expect(packageUrl(parsePackageUrl(written)) === written, `${written} is written in another way once read`);
      return parsed;
    },
  },
];

function fileTarget(
  id: string,
  cataloguer: Cataloguer,
  path: string,
  form: Form,
  words: readonly string[] = [],
): FuzzTarget {
  return {
    id,
    form,
    covers: [`cataloguer ${cataloguer.id}`],
    ...(words.length === 0 ? {} : { words }),
    run: (input) => {
      const result = cataloguer.read?.(input, header(path, { size: input.length }));
      return [catalogued(cataloguer, path, result?.data), result];
    },
  };
}

/** Programs are read as they pass; the pieces are uneven, so that what is looked for lies across them. */
function programTarget(id: string, cataloguer: Cataloguer): FuzzTarget {
  const path = 'usr/bin/a';
  return {
    id,
    form: 'binary',
    covers: [`cataloguer ${cataloguer.id}`],
    words: ['\xff Go buildinf:', '\x7fELF', 'go1.21', 'mod\t', 'dep\t', '=>\t', '.dep-v0'],
    run: (input) => {
      const open = (): ReturnType<NonNullable<Cataloguer['content']>['open']> => {
        const stream = cataloguer.content?.open(header(path, { size: input.length }));
        if (stream === undefined) throw new TypeError(`${cataloguer.id} reads no programs`);
        return stream;
      };
      const result = passThrough(open(), input);
      if (input.length < 4096) {
        const inPieces = passThrough(open(), input, [7, 64, 1]);
        expect(JSON.stringify(inPieces) === JSON.stringify(result), 'other facts when read in pieces');
      }
      return [catalogued(cataloguer, path, result.data), result];
    },
  };
}

/** A fact that was read makes packages, whatever it holds: no error is a refusal here. */
function packagesOf(cataloguer: Cataloguer, fact: LocatedFact): Catalogue {
  try {
    return cataloguer.packages([fact], { id: 'alpine', version: '3.11.5' });
  } catch (error) {
    throw new TypeError(`${cataloguer.id} makes no packages of its own fact: ${messageOf(error)}`, { cause: error });
  }
}

/** What a file's facts become, as JSON as the store keeps it; every package must have a package URL that can be read. */
function catalogued(cataloguer: Cataloguer, path: string, data: unknown): unknown {
  if (data === undefined) return undefined;
  const fact = located(path, JSON.parse(JSON.stringify(data)));
  if (cataloguer === osRelease) {
    const os = osFrom([fact]);
    return os === undefined ? undefined : [osNamespace(os), osDistro(os)];
  }
  const catalogue = packagesOf(cataloguer, fact);
  for (const found of catalogue.packages) parsePackageUrl(found.purl);
  return catalogue;
}
