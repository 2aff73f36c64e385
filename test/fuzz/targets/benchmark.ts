// Benchmarks of kube-bench folders with their audit commands and paths, results of kube-bench and of our own, attestations and waivers.
import { parseAttestations } from '../../../src/posture/benchmark/attestations.ts';
import { compareResults } from '../../../src/posture/benchmark/compare.ts';
import { benchmarkFor, parsePlaces } from '../../../src/posture/benchmark/definition/read-places.ts';
import { parseSection } from '../../../src/posture/benchmark/definition/read-section.ts';
import { evaluate } from '../../../src/posture/benchmark/evaluate.ts';
import { importKubeBench } from '../../../src/posture/benchmark/import-kube-bench.ts';
import { providersOfSecrets } from '../../../src/posture/benchmark/judge/judge-encryption.ts';
import { recognise } from '../../../src/posture/benchmark/question/recognise.ts';
import { readResult } from '../../../src/posture/benchmark/result/read-result.ts';
import { evidenceOf, fileAt, nodeWith, PLACES_TEXT, running } from '../../../src/posture/benchmark/test-benchmark.ts';
import { NotThere, parseJsonPath, printJsonPath } from '../../../src/posture/benchmark/tests/json-path.ts';
import { parseWaivers } from '../../../src/posture/waivers/read.ts';
import { publishedBenchmark } from '../../../src/publish/published-benchmark.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

const EVIDENCE = evidenceOf(
  nodeWith('m1', running('kube-apiserver', '--anonymous-auth=false'), running('etcd'), running('kubelet')),
  nodeWith('m2', running('kube-apiserver'), fileAt('/etc/kubernetes/manifests/kube-apiserver.yaml', '600')),
);
const PLACES = parsePlaces([['config.yaml', PLACES_TEXT]]).places;
const AUDIT_WORDS = [
  '/bin/ps -ef',
  ' | grep ',
  '$apiserverbin',
  'stat -c ',
  '%U:%G',
  'permissions=%a',
  'if test -e ',
  '; fi',
  'find ',
  'xargs',
];

/** Everything of benchmarks. */
export const BENCHMARK_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'benchmark-section',
    form: 'text',
    words: [
      ...YAML_WORDS,
      ...AUDIT_WORDS,
      'test_items:',
      'flag: ',
      'compare: ',
      'op: regex',
      'bin_op: or',
      'type: manual',
      'set: false',
    ],
    run: (input) => {
      const section = parseSection(input.toString(), 'master.yaml');
      const benchmark = { name: 'b', sections: section === undefined ? [] : [section], places: PLACES };
      const common = { benchmark, evidence: EVIDENCE, waivers: [], attestations: [], day: '2022-04-20' };
      const { results } = evaluate({ ...common, as: 'plimsoll' });
      for (const { parts } of results) {
        expect(
          parts.every(({ verdict, kubeBench }) => verdict !== 'unsupported' || kubeBench !== 'PASS'),
          'a pass of what is not supported',
        );
      }
      return [results.map(({ verdict }) => verdict), evaluate({ ...common, as: 'kube-bench' }).totals];
    },
  },
  {
    id: 'benchmark-places',
    form: 'text',
    words: [...YAML_WORDS, 'components:', 'bins:', 'confs:', 'version_mapping:', 'optional: true'],
    run: (input) => {
      const { places, versions } = parsePlaces([['config.yaml', input.toString()]]);
      return [[...places].length, benchmarkFor(versions, 'v1.20.2')];
    },
  },
  {
    id: 'benchmark-command',
    form: 'text',
    words: AUDIT_WORDS,
    run: (input) => recognise(input.toString())?.kind,
  },
  {
    id: 'benchmark-path',
    form: 'text',
    words: ['{', '}', 'range ', 'end', '[0]', '[:]', '[*]', "'", '.a'],
    run: (input) => {
      const path = parseJsonPath(input.toString());
      try {
        return printJsonPath(path, { a: { b: [1, { c: 'd' }, null] }, e: ['f', 'g'] });
      } catch (error) {
        if (error instanceof NotThere) return 'short';
        throw error;
      }
    },
  },
  {
    id: 'benchmark-encryption',
    form: 'text',
    words: [...YAML_WORDS, 'resources:', 'providers:', '- identity: {}', 'secrets', '"*."'],
    run: (input) => providersOfSecrets(input.toString()),
  },
  {
    id: 'kube-bench-results',
    form: 'json',
    words: ['Controls', 'tests', 'results', 'PASS', 'FAIL', 'WARN', 'INFO', 'node_type', 'policies'],
    run: (input) => {
      const { totals, results } = importKubeBench([{ node: 'n', text: input.toString(), file: 'f' }], '2022-04-20');
      const sum = Object.values(totals).reduce((all, number) => all + number, 0);
      expect(sum === results.length, 'totals that are not the number of the checks');
      return totals;
    },
  },
  {
    id: 'benchmark-result',
    form: 'json',
    words: ['results', 'parts', 'settings', 'verdict', 'pass', 'fail', 'definition', 'sha256:', 'attested'],
    run: (input) => {
      const text = input.toString();
      const result = readResult(text, 'f');
      expect(compareResults(result, result).changes.length === 0, 'a result differs from itself');
      const published = publishedBenchmark(text, false);
      expect(
        published.results.every(({ title, evidence }) => title === '' && evidence.length === 0),
        'what is for the inside is published',
      );
      return published.totals;
    },
  },
  {
    id: 'attestations',
    form: 'text',
    words: [...YAML_WORDS, 'attestations:', 'check: ', 'by: ', 'statement: ', 'expires: 2022-01-01'],
    run: (input) => parseAttestations(input.toString(), 'f').length,
  },
  {
    id: 'waivers',
    form: 'text',
    words: [...YAML_WORDS, 'waivers:', 'check: ', 'owner: ', 'reason: ', 'expires: 2022-01-01'],
    run: (input) => parseWaivers(input.toString(), 'f').length,
  },
];
