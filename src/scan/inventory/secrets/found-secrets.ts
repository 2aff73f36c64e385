// The secrets of an image over all its layers, those included that a later layer deletes or replaces: whoever can pull the image can unpack each layer.
// Says which of them everybody has anyway: keys that a package brings, and test material in folders of documentation and of language packages.
import type { Digest } from '../../../platform/canonical.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { compareText } from '../../../platform/order.ts';
import type { LayerReport } from '../../image/layer/layer-report.ts';
import type { ConfigSecret } from '../../image/secrets/config-secrets.ts';
import type { FoundSecret, ImageSecrets } from './image-secrets.ts';
import { type SecretFact, secrets } from './index.ts';

/** What the view of the image and its packages say of a path. */
export interface SecretSurroundings {
  /** Facts that are visible in the image, by identity of their data. */
  readonly visible: ReadonlySet<unknown>;
  /** Package URL of the operating-system package that brought the file at a path in a layer: not one that a later layer put in its place. */
  readonly ownerOf: (path: string, layer: number) => string | undefined;
  readonly config: readonly ConfigSecret[];
}

/** The secrets of an image's layers, bottom first. Pure. */
export function imageSecrets(
  reports: readonly Pick<LayerReport, 'digest' | 'facts' | 'unknowns'>[],
  { visible, ownerOf, config }: SecretSurroundings,
): ImageSecrets {
  const files: FoundSecret[] = [];
  const unread: string[] = [];
  const seen = new Set<Digest>();
  for (const [layer, { digest, facts, unknowns }] of reports.entries()) {
    // A layer that comes twice holds the same secrets.
    if (seen.has(digest)) continue;
    seen.add(digest);
    for (const { reader, path, data } of facts) {
      if (reader !== secrets.id) continue;
      const removed = visible.has(data) ? {} : ({ removed: true } as const);
      const publisher = ownerOf(path, layer) ?? publisherByPath(path);
      const published = publisher === undefined ? {} : { publishedBy: publisher };
      for (const secret of (data as SecretFact).secrets)
        files.push({ ...secret, path, layer, ...removed, ...published });
    }
    for (const { reader, path, reason } of unknowns) if (reader === secrets.id) unread.push(`${path}: ${reason}`);
  }
  files.sort(
    (a, b) =>
      Number(a.publishedBy !== undefined) - Number(b.publishedBy !== undefined) ||
      a.layer - b.layer ||
      compareText(a.path, b.path) ||
      compareText(a.kind, b.kind),
  );
  if (files.length > LIMITS.foundSecrets) {
    unread.push(`${files.length - LIMITS.foundSecrets} more secrets than the ${LIMITS.foundSecrets} that are told`);
  }
  return { files: files.slice(0, LIMITS.foundSecrets), config, unread: unread.sort() };
}

/** Folders whose content a package brings, with the package's name; below it documentation and tests alone are public by their nature. */
const PUBLISHED: readonly RegExp[] = [
  /(?:^|\/)usr\/share\/(?:doc|doc-base|licenses)\/([^/]+)\//,
  /(?:^|\/)(?:site|dist)-packages\/([^/]+)\/(?:.*\/)?(?:tests?|testing|testdata|test_data|examples?|docs?|fixtures)\//,
  /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:.*\/)?(?:tests?|__tests__|testdata|examples?|docs?|fixtures)\//,
  /(?:^|\/)gems\/([^/]+)\/(?:.*\/)?(?:tests?|spec|examples?|samples?|docs?|fixtures)\//,
  /(?:^|\/)pkg\/mod\/([^@]+@v[^/]+)\//,
  /(?:^|\/)vendor\/((?:[^/]+\/){1,3}).*\b(?:testdata|tests?|examples?)\//,
  /(?:^|\/)lib\/(python\d[\d.]*)\/(?:test|idlelib|lib2to3\/tests)\//,
  /^usr\/(?:local|lib|share)\/(go(?:-[\d.]+)?)\/(?:src|test)\//,
];

/** The key that Debian's ssl-cert makes for tests when it is installed (make-ssl-cert(8)): one for all containers of the image, trusted by nobody. */
const SNAKEOIL = /^etc\/ssl\/(?:private|certs)\/ssl-cert-snakeoil\.(?:key|pem)$/;

function publisherByPath(path: string): string | undefined {
  if (SNAKEOIL.test(path)) return 'ssl-cert, for tests';
  for (const folder of PUBLISHED) {
    const [, name] = folder.exec(path) ?? [];
    if (name !== undefined) return name;
  }
  return undefined;
}
