// What is known of control planes, the manifests of API servers, and measurements of them.
import { changesOf, figuresOf } from '../../../src/operate/encryption/measure/comparison.ts';
import { readMeasurement } from '../../../src/operate/encryption/measure/measurement.ts';
import { serverStateOf } from '../../../src/operate/encryption/status/control-plane.ts';
import { readFacts, writeFacts } from '../../../src/operate/encryption/status/facts-file.ts';
import { metricsFacts } from '../../../src/operate/encryption/status/live.ts';
import { readManifest } from '../../../src/operate/encryption/status/manifest.ts';
import { readMember, writeMember } from '../../../src/operate/encryption/verify/member-file.ts';
import { metadataOf } from '../../../src/operate/encryption/verify/member-identity.ts';
import { verificationOf } from '../../../src/operate/encryption/verify/verification.ts';
import { publishedEncryption } from '../../../src/publish/published-encryption.ts';
import { expect, expectRead } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

/** Encryption at rest, as far as nodes go. */
export const ENCRYPTION_STATUS_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'control-plane-facts',
    form: 'json',
    words: ['none', 'identity', 'aescbc:a#kfp1:', 'plimsoll-control-plane', '2022-04-06T00:00:00.000Z'],
    run: (input) => {
      const plane = readFacts(input.toString(), 'f');
      const again = expectRead(() => readFacts(writeFacts(plane), 'f'), 'the facts of a control plane');
      expect(writeFacts(again) === writeFacts(plane), 'the facts of a control plane changed by writing');
      const { file, running } = serverStateOf(plane);
      return [file.state, running.state];
    },
  },
  {
    id: 'api-server-manifest',
    form: 'text',
    words: ['--encryption-provider-config=', 'hostPath', 'volumeMounts', 'mountPath', '/../', 'kind: Pod', '*a', '&a'],
    run: (input) => {
      const { flag, path } = readManifest(input.toString(), 'm');
      expect(path === undefined || flag !== undefined, 'a file without a flag');
      return [flag !== undefined, path !== undefined];
    },
  },
  {
    id: 'api-server-times',
    form: 'text',
    words: [
      'process_start_time_seconds ',
      'apiserver_storage_transformation_operations_total{',
      'status="Unknown"',
      'transformer_prefix="k8s:enc:',
      'transformation_type="to_storage"',
      '1e309',
      '-1',
      'status="success"',
      'NaN',
    ],
    run: (input) => {
      const { startedAt, reloadedAt, failures = [] } = metricsFacts(input.toString());
      expect(
        failures.every(({ count }) => Number.isSafeInteger(count) && count > 0),
        'a count of failures that is none',
      );
      return [startedAt.length, reloadedAt !== undefined, failures.length];
    },
  },
  {
    id: 'published-encryption',
    form: 'json',
    words: ['schemaVersion', 'verdict', 'proof', 'members', 'results', 'writers', 'plaintext', 'no-evidence'],
    run: (input) => {
      const { parts, ...open } = publishedEncryption(input.toString(), false);
      expect(parts === undefined, 'the outside is told what is for the inside');
      return [open.verdict, open.writers.length, open.unjudged];
    },
  },
  {
    id: 'encryption-measurement',
    form: 'json',
    words: ['rounds', 'secrets', 'configMaps', 'objects', '1e-9', '1e308'],
    run: (input) => {
      const { rounds } = readMeasurement(input.toString(), 'f');
      for (const { secrets, ratio } of figuresOf(rounds)) {
        expect(secrets.low <= secrets.median && secrets.median <= secrets.high && ratio > 0, 'a spread out of order');
      }
      const changes = changesOf(rounds, rounds);
      expect(
        changes.every(({ verdict }) => verdict !== 'slower' && verdict !== 'faster'),
        'it differs from itself',
      );
      return rounds.length;
    },
  },
  {
    id: 'etcd-member-facts',
    form: 'json',
    words: ['plimsoll-etcd-member', 'plaintext', 'problems', 'hasRaftSnapshot', '18446744073709551616', 'identity'],
    run: (input) => {
      metadataOf(input);
      const facts = readMember(input.toString(), 'f');
      const again = expectRead(() => readMember(writeMember(facts), 'f'), 'what is known of a member');
      expect(writeMember(again) === writeMember(facts), 'what is known of a member changed by writing');
      const { verdict } = verificationOf({ resources: facts.resources, facts: [facts], backups: [] });
      expect(verdict !== 'proof', 'a proof without asking the cluster');
      return [verdict, facts.hasRaftSnapshot];
    },
  },
];
