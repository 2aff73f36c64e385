// Mitigations: bundles, paths in objects, ledgers with their contents, what scripts print on nodes, facts.
import { compareRuns } from '../../../src/operate/helm-tests/compare.ts';
import { hookImages, testHooks } from '../../../src/operate/helm-tests/hook.ts';
import { readRun } from '../../../src/operate/helm-tests/read-run.ts';
import { readRelease } from '../../../src/operate/helm-tests/release.ts';
import { applicability } from '../../../src/operate/mitigation/bundle/applies.ts';
import { readBundle } from '../../../src/operate/mitigation/bundle/read.ts';
import { readFacts } from '../../../src/operate/mitigation/facts.ts';
import { hasPlace, valuesAt } from '../../../src/operate/mitigation/field/document.ts';
import { parsePathPattern, pathText } from '../../../src/operate/mitigation/field/path.ts';
import { checkChain } from '../../../src/operate/mitigation/ledger/chain.ts';
import { KEY_BYTES, openContent } from '../../../src/operate/mitigation/ledger/content.ts';
import { ledgerState } from '../../../src/operate/mitigation/ledger/state.ts';
import { readNodeResults } from '../../../src/operate/mitigation/node/results.ts';
import { nodeScript } from '../../../src/operate/mitigation/node/script.ts';
import { readReleaseValues } from '../../../src/operate/mitigation/run/release-values.ts';
import { nodeEditsOf, workOf } from '../../../src/operate/mitigation/work.ts';
import { digestOf } from '../../../src/platform/canonical.ts';
import { publishedMitigations } from '../../../src/publish/mitigations.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

const DOCUMENT = { spec: { containers: [{ name: 'web', env: [{ name: 'A', value: '1' }] }, { name: 'web' }] } };
const KEY = new Uint8Array(KEY_BYTES);
const NONCE = '000000000000000000000000';

/** Everything of mitigations. */
export const MITIGATION_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'mitigation-bundle',
    form: 'text',
    codes: ['unsupported'],
    words: [...YAML_WORDS, 'type: sysctl', 'key: ', 'steps:', 'applies:', '"../"', '/etc/x', '[*]', 'effect: none'],
    run: (input) => {
      const { bundle, digest } = readBundle(input.toString(), 'mitigation.yaml');
      const edits = nodeEditsOf(workOf(bundle, 'audit'));
      const changes = new Map([['*', edits.map((edit) => ({ ...edit, expected: { any: true as const } }))]]);
      nodeScript({ mitigation: bundle.mitigation, action: 'apply', run: 'r', changes, reloads: [], probes: [] });
      return [digest.length, bundle, applicability(bundle, { name: 'n', kind: 'node', facts: new Map() })];
    },
  },
  {
    id: 'mitigation-path',
    form: 'text',
    codes: ['unsupported'],
    words: ['/', '~0', '~1', '[*]', '[name=web]', 'spec', 'containers', 'env'],
    run: (input) => {
      const pattern = parsePathPattern(input.toString());
      const text = pathText(pattern);
      expect(pathText(parsePathPattern(text)) === text, `${text} is read as another path`);
      return [text, valuesAt(DOCUMENT, pattern), hasPlace(DOCUMENT, [])];
    },
  },
  {
    id: 'mitigation-ledger',
    form: 'text',
    words: ['{"at":', '"event":"intent"', '"sequence":', '"previous":"sha256:', '\n'],
    run: (input) => {
      const { entries, fault } = checkChain(input.toString(), undefined, undefined);
      return [entries.length, fault?.kind, [...ledgerState(entries).active.keys()]];
    },
  },
  {
    id: 'mitigation-content',
    form: 'binary',
    run: (input) => openContent({ id: NONCE, digest: digestOf(CONTENT) }, input, KEY),
  },
  {
    id: 'mitigation-results',
    form: 'text',
    words: ['{"plimsoll":"node-result",', '"outcome":"done"', '"before":"', '"node":"bjE="', '\n', 'n1: '],
    run: (input) => readNodeResults(input.toString(), 'results.txt'),
  },
  {
    id: 'mitigation-facts',
    form: 'json',
    words: ['subjects', 'facts', 'kernel', 'node', 'package:polkit'],
    run: (input) => readFacts(input.toString(), 'facts.json').map(({ name, facts }) => [name, facts.size]),
  },
  {
    id: 'helm-test-manifests',
    form: 'text',
    words: [...YAML_WORDS, 'helm.sh/hook: test', 'kind: Pod', '---\n', 'annotations:', 'helm.sh/hook-weight: "-5"'],
    run: (input) => testHooks(input.toString(), 'tests.yaml').map((hook) => [hook.name, hookImages(hook)]),
  },
  {
    id: 'helm-release',
    form: 'json',
    words: ['name', 'version', 'hooks', 'manifest', 'chart', 'metadata', 'helm.sh/hook: test'],
    run: (input) => readRelease(input, 'demo', 'Secret demo/r').hooks.length,
  },
  {
    id: 'helm-release-values',
    form: 'json',
    words: ['version', 'config', 'chart', 'metadata', 'info', 'first_deployed'],
    run: (input) => {
      const { revision, chart, uid } = readReleaseValues(input, 'release demo/r');
      return [revision, chart, uid];
    },
  },
  {
    id: 'helm-test-run',
    form: 'json',
    words: ['schemaVersion', 'as', 'before', 'releases', 'tests', 'outcome', 'pass'],
    run: (input) => compareRuns([readRun(input.toString(), 'run.json')]),
  },
  {
    id: 'published-mitigations',
    form: 'json',
    words: ['schemaVersion', 'mitigations', 'state', 'applied', 'vex', 'cves', 'ledger', 'fault'],
    run: (input) => publishedMitigations(input.toString()),
  },
];

/** What the corpus holds encrypted. */
const CONTENT = '{"salt":"00000000000000000000000000000000","value":{"a":1}}';
