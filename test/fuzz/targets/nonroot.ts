// Non-root readiness: files of hostile images, and hostile Pods judged on an image that is known and on one that is not; what is made of the proposals.

import { LIMITS } from '../../../src/platform/limits.ts';
import { containerSubject, containersOf } from '../../../src/posture/nonroot/container.ts';
import { ImageQuestions } from '../../../src/posture/nonroot/image-start.ts';
import { judge } from '../../../src/posture/nonroot/judge.ts';
import type { NonrootContainer, NonrootResult } from '../../../src/posture/nonroot/nonroot.ts';
import { podsOfRelease } from '../../../src/posture/nonroot/pods.ts';
import { chartValues, kyvernoPolicy, workloadPatch } from '../../../src/posture/nonroot/propose/patches.ts';
import { runTimeTest } from '../../../src/posture/nonroot/propose/run-time-test.ts';
import { propose } from '../../../src/posture/nonroot/propose/suggest.ts';
import { proposedWorkloads } from '../../../src/posture/nonroot/propose/workload.ts';
import { nonrootJson } from '../../../src/publish/json/nonroot.ts';
import { nonrootTable } from '../../../src/publish/terminal/nonroot.ts';
import { imageFiles } from '../../../src/scan/image/image-files.ts';
import { readAccounts, readGroups } from '../../../src/scan/image/start/accounts.ts';
import { readCapabilities } from '../../../src/scan/image/start/capability.ts';
import { readStarted } from '../../../src/scan/image/start/program.ts';
import { parseManifestObjects } from '../../../src/scan/release/manifests/objects.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { YAML_WORDS } from './yaml-words.ts';

/** An image that starts a program that is not there, as a user by name. */
const IMAGE = {
  os: 'linux',
  architecture: 'amd64',
  user: 'app',
  entrypoint: ['/app/run'],
  volumes: ['/data'],
  environmentNames: [],
  exposedPorts: ['80/tcp'],
  labels: {},
  historyLength: 0,
  diffIds: [],
};
const COUNTS = { containers: 0, block: 0, likelyBreak: 0, unknown: 0, ok: 0, root: 0, proposed: 0 };

/** Files that containers start, and Pods. */
export const NONROOT_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'start-file',
    form: 'text',
    words: [
      'if',
      'then',
      'else',
      'fi',
      '"$(id -u)"',
      '= 0',
      '&&',
      '||',
      'exec gosu',
      'chown',
      '<<EOF',
      'set -e',
      '$(',
      '`',
      "'",
      '#!/bin/sh',
      '0:0',
    ],
    run: (input) => {
      const { kind, calls = [] } = readStarted(input);
      const [accounts, groups] = [readAccounts(input), readGroups(input)];
      expect(
        calls.length <= LIMITS.scriptCalls && accounts.length + groups.length <= 2 * LIMITS.accounts,
        'within bounds',
      );
      for (const { program, user = 'a' } of calls)
        expect(/^[\w./+-]+$/.test(program) && /^[\w.-]+$/.test(user), 'plain words');
      const capabilities = readCapabilities(input.subarray(0, 24).toString('hex'));
      return [kind, calls.length, accounts.length, groups.length, capabilities?.permitted.length];
    },
  },
  {
    id: 'nonroot',
    form: 'text',
    words: [
      ...YAML_WORDS,
      'securityContext:',
      'runAsUser: 0',
      'runAsNonRoot: true',
      'volumeMounts:',
      'command: [sh, -c, chown a b]',
      'fsGroup: 1',
      'capabilities: {add: [ALL]}',
    ],
    run: (input) => {
      const { objects } = parseManifestObjects(input.toString('utf8'), 'pods.yaml');
      const { pods } = podsOfRelease(objects);
      const { image } = new ImageQuestions(IMAGE, imageFiles([]), []);
      const containers = pods.flatMap(containersOf).map((container): NonrootContainer => {
        const unread = judge(container, { unknown: 'it is not there' });
        expect(unread.outcome !== 'ok', 'an image that is not known is never ready');
        const judgement = judge(container, { value: image });
        const proposal = propose(container, image, judgement);
        const { list, name, pod } = container;
        return {
          subject: containerSubject(container),
          workload: pod.workload,
          list,
          name,
          image: container.image,
          position: pod.source.position,
          ...judgement,
          ...(proposal === undefined ? {} : { proposal }),
        };
      });
      const result: NonrootResult = {
        release: { name: 'a', version: '1', target: 'a' },
        verdict: { check: 'nonroot', subject: 'a', verdict: 'warn', evidence: [], reason: 'a' },
        counts: COUNTS,
        containers,
        results: [],
        waivers: [],
        gaps: [],
        pods,
      };
      for (const workload of proposedWorkloads(result)) {
        for (const make of [workloadPatch, kyvernoPolicy, chartValues]) JSON.stringify(make(workload));
      }
      expect(!runTimeTest(result).includes('\u0000'), 'no zero bytes in a script');
      nonrootTable(result, { color: false, columns: 80, unicode: true });
      return [nonrootJson(result).length > 0, containers.map(({ outcome }) => outcome).join(' ').length];
    },
  },
];
