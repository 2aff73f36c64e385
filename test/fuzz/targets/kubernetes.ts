// Access to a cluster: kubeconfigs, and what API servers and etcd members answer.
import { parseKubeconfig } from '../../../src/kubernetes/access/kubeconfig.ts';
import { parseList, parseObject } from '../../../src/kubernetes/api/answer.ts';
import { SECRETS } from '../../../src/kubernetes/api/resource.ts';
import { statusError } from '../../../src/kubernetes/api/status-error.ts';
import { histogramOf, quantile } from '../../../src/kubernetes/metrics/histogram.ts';
import { parseMetrics } from '../../../src/kubernetes/metrics/parse.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const SERVER = 'https://127.0.0.1:6443';
const NOW = new Date('2022-04-06T00:00:00Z');

/** Everything of access to a cluster. */
export const KUBERNETES_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'kubeconfig',
    form: 'text',
    words: ['clusters:', 'users:', 'contexts:', 'current-context: a', 'exec:', 'null', '- name: a', '&a', '*a', '"'],
    run: (input) => {
      const text = input.toString();
      const one = parseKubeconfig([{ file: 'a', text }]);
      const twice = parseKubeconfig([
        { file: 'a', text },
        { file: 'b', text },
      ]);
      for (const kind of ['clusters', 'users', 'contexts'] as const) {
        expect(one[kind].size === twice[kind].size, 'a second file with the same names adds some');
        for (const { file } of twice[kind].values()) expect(file === 'a', 'a later file wins');
      }
      return [one.clusters.size, one.users.size, one.contexts.size, one.currentContext];
    },
  },
  {
    id: 'metrics',
    form: 'text',
    words: ['# TYPE a histogram', 'a_bucket{le="+Inf"} 3', 'a_count 3', '\\"', '\\n', 'NaN', '1e-05', ',', '} '],
    run: (input) => {
      const samples = parseMetrics(input.toString());
      for (const { name } of samples) {
        const histogram = histogramOf(samples, name.replace(/_bucket$/, ''));
        if (histogram !== undefined) quantile(histogram, 0.99);
      }
      return samples.map(({ name, labels }) => [name, Object.keys(labels)]);
    },
  },
  {
    id: 'api-answer',
    form: 'json',
    codes: ['cluster', 'unauthorized', 'not-found'],
    words: ['Status', 'metadata', 'items', 'continue', 'Forbidden', 'User "a" cannot list resource "secrets"'],
    run: (input) => {
      const text = input.toString();
      const asked = { verb: 'create', target: SECRETS, namespace: 'a', name: 'b' } as const;
      for (const status of [400, 403, 409, 422, 500]) {
        const { message } = statusError({ server: SERVER }, asked, status, text, NOW);
        expect(message.length < 3000, 'an endless message');
      }
      return text.includes('"items"') ? parseList(text, SERVER).items.length : parseObject(text, SERVER).kind;
    },
  },
];
