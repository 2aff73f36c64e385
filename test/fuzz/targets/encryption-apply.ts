// What a step of encryption reads on its node: the plan, the record of earlier runs, and the YAML that it changes.

import { editKubeadm, readKubeadm } from '../../../src/operate/encryption/apply/kubeadm-edit.ts';
import { configurationPlace, editManifest } from '../../../src/operate/encryption/apply/manifest-edit.ts';
import { openRun, parseRecord } from '../../../src/operate/encryption/apply/record.ts';
import { readPlan } from '../../../src/operate/encryption/plan/plan-file.ts';
import { readManifest } from '../../../src/operate/encryption/status/manifest.ts';
import { expect, expectRead } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const PATH = '/etc/kubernetes/encryption/config.yaml';

/** Encryption at rest, as far as its steps go. */
export const ENCRYPTION_APPLY_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'encryption-plan',
    form: 'json',
    words: ['apply', 'restart', 'rewrite', 'identity', 'loaded', 'unknown', 'state-unchanged', 'sha256:'],
    run: (input) => {
      const { servers, steps } = readPlan(input.toString(), 'p');
      return [servers.length, steps.length];
    },
  },
  {
    id: 'encryption-record',
    form: 'text',
    words: ['"event":"began"', '"event":"ended"', '"event":"going-back"', 'superseded', '"turn":"', '\n'],
    run: (input) => {
      const entries = parseRecord(input.toString(), 'r');
      const open = openRun(entries);
      expect(open === undefined || entries.length > 0, 'a run without a record');
      return [entries.length, open?.isGoingBack];
    },
  },
  {
    id: 'encryption-manifest-edit',
    form: 'text',
    words: ['--encryption-provider-config=', 'volumeMounts', 'annotations:', 'kind: Pod', '*a', '&a', '- - ', '{', '#'],
    run: (input) => {
      const text = input.toString();
      const changed = editManifest(text, 'm', { configuration: PATH, turn: '1' });
      const facts = expectRead(() => readManifest(changed, 'm'), 'a changed manifest');
      expect(facts.path !== undefined, 'a changed manifest has no configuration');
      return [facts.flag === PATH, configurationPlace(changed, 'm', PATH) === facts.path];
    },
  },
  {
    id: 'encryption-kubeadm-edit',
    form: 'text',
    words: [
      'kind: ClusterConfiguration',
      'apiServer:',
      'extraArgs:',
      'extraVolumes:',
      '---',
      'v1beta4',
      '- name:',
      '*a',
    ],
    run: (input) => {
      const text = input.toString();
      const before = readKubeadm(text, 'k');
      const changed = editKubeadm(text, 'k', { flag: PATH, path: PATH });
      const after = expectRead(() => readKubeadm(changed, 'k'), 'a changed kubeadm file');
      expect(after?.path === PATH && after.reload === before?.reload, 'a changed kubeadm file says something else');
      expect(editKubeadm(changed, 'k', { flag: PATH, path: PATH }) === changed, 'changed twice');
      return [before?.flag === undefined, before?.path === undefined];
    },
  },
];
