// What describes a release, as its adapters read it, and the files that configure the program.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseFailOn } from '../../../src/explain/fail-on.ts';
import { parseList } from '../../../src/kubernetes/api/answer.ts';
import { parseConfig } from '../../../src/platform/config-document.ts';
import type { ErrorCode } from '../../../src/platform/errors.ts';
import { parseQuery, termOf } from '../../../src/respond/where/query.ts';
import { isInRange, parseRange } from '../../../src/respond/where/range.ts';
import type { ReleaseAdapter } from '../../../src/scan/release/adapter.ts';
import { assembleRelease, listedParts } from '../../../src/scan/release/assemble.ts';
import { parseChartMetadata } from '../../../src/scan/release/chart/metadata.ts';
import { runningImages } from '../../../src/scan/release/cluster/running.ts';
import { csm } from '../../../src/scan/release/csm/index.ts';
import { dirTree } from '../../../src/scan/release/dir-tree/index.ts';
import { images } from '../../../src/scan/release/images/index.ts';
import { manifests } from '../../../src/scan/release/manifests/index.ts';
import { sbom } from '../../../src/scan/release/sbom/index.ts';
import { parseYaml, splitDocuments } from '../../../src/scan/release/yaml.ts';
import type { Form, FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

const RELEASE_WORDS = [...YAML_WORDS, 'image: ', 'name: ', 'kind: ', 'apiVersion: ', 'images:', 'items:'];
const USAGE: readonly ErrorCode[] = ['usage', 'version-invalid'];

/** Everything of releases and settings. */
export const RELEASE_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'yaml',
    form: 'text',
    words: RELEASE_WORDS,
    run: (input) => splitDocuments(input.toString()).map(({ text, line }) => parseYaml(text, 'a.yaml', line)),
  },
  fileTarget('csm-index', csm, 'docker/index.yaml', 'text', RELEASE_WORDS),
  fileTarget('csm-helm-index', csm, 'helm/index.yaml', 'text', RELEASE_WORDS),
  fileTarget('csm-rpm-index', csm, 'rpm/cray/index.yaml', 'text', RELEASE_WORDS),
  fileTarget('csm-manifest', csm, 'manifests/platform.yaml', 'text', RELEASE_WORDS),
  fileTarget('csm-chart-map', csm, 'chartmap.csv', 'text', [',', '"', '\r\n', '/']),
  fileTarget('csm-pins', csm, 'index.txt', 'text', ['@sha256:', '\t', '#']),
  fileTarget('csm-version', csm, 'lib/version.sh', 'text', ['RELEASE_NAME:="', 'RELEASE_VERSION:="']),
  fileTarget('csm-assets', csm, 'assets.sh', 'text', ['https://', '=(', '"', '$', '\n)']),
  fileTarget('manifests', manifests, 'a/b.yaml', 'text', RELEASE_WORDS),
  fileTarget('dir-tree', dirTree, 'docker.io/library/a:1/manifest.json', 'json'),
  singleTarget('image-list', images, 'text', ['@sha256:', '#', ' ', '\t']),
  singleTarget('sbom-release', sbom, 'json', ['pkg:oci/a', 'pkg:deb/debian/zlib@1', 'SPDXRef-a', 'container']),
  {
    id: 'chart-metadata',
    form: 'text',
    covers: ['release chart'],
    words: [...RELEASE_WORDS, 'artifacthub.io/images: '],
    run: (input) => parseChartMetadata(input.toString()),
  },
  {
    id: 'running-images',
    form: 'json',
    covers: ['release cluster'],
    codes: ['cluster'],
    words: ['status', 'containerStatuses', 'imageID', 'docker-pullable://', '@sha256:', 'phase', 'Failed'],
    run: (input) => {
      const { mentions, gaps } = runningImages(parseList(input.toString(), 'the server').items);
      return assembleRelease(listedParts({ name: 'a', version: 'running' }, mentions, gaps), 'a');
    },
  },
  {
    id: 'configuration',
    form: 'text',
    codes: ['config-invalid'],
    words: [...RELEASE_WORDS, 'release:', 'registries:', 'mirrors:', 'own:', 'insecure:'],
    run: (input) => parseConfig(input.toString(), 'plimsoll.yaml'),
  },
  {
    id: 'where-query',
    form: 'text',
    codes: USAGE,
    words: ['pkg:', 'CVE-2021-44228', '@', 'log4j'],
    run: (input) => termOf(parseQuery(input.toString())),
  },
  {
    id: 'where-range',
    form: 'text',
    codes: USAGE,
    words: ['<', '>=', ',', '=', '1.0', ' '],
    run: (input) => isInRange('deb', '1.0', parseRange(input.toString())),
  },
  {
    id: 'fail-on',
    form: 'text',
    codes: USAGE,
    words: ['critical', 'fixed', 'gaps', 'new-', ',', '+', 'kev'],
    run: (input) => parseFailOn(input.toString()),
  },
];

/** A release in a folder whose other files are sound. */
function fileTarget(
  id: string,
  adapter: ReleaseAdapter,
  path: string,
  form: Form,
  words: readonly string[] = [],
): FuzzTarget {
  return {
    id,
    form,
    covers: [`release ${adapter.id}`],
    codes: ['input-missing'],
    ...(words.length === 0 ? {} : { words }),
    run: async (input, folder) => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      if (adapter === csm && path !== SOUND_INDEX) {
        mkdirSync(join(folder, 'docker'));
        writeFileSync(join(folder, SOUND_INDEX), 'docker.io:\n  images:\n    library/a: ["1"]\n');
      }
      writeFileSync(file, input);
      adapter.recognizes(folder);
      return assembleRelease(await adapter.load(folder, {}), 'a');
    },
  };
}

const SOUND_INDEX = 'docker/index.yaml';

function singleTarget(id: string, adapter: ReleaseAdapter, form: Form, words: readonly string[]): FuzzTarget {
  return {
    id,
    form,
    covers: [`release ${adapter.id}`],
    codes: ['input-missing'],
    words,
    run: async (input, folder) => {
      const file = join(folder, 'a-1.0.txt');
      writeFileSync(file, input);
      adapter.recognizes(file);
      return assembleRelease(await adapter.load(file, {}), 'a');
    },
  };
}
