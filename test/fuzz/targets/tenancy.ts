// Users and tenants: hostile manifests never end the check in anything but an answer, nothing passes for want of evidence; facts of nodes out of evidence.

import { joinEvidence } from '../../../src/kubernetes/evidence/join.ts';
import { readParts } from '../../../src/kubernetes/evidence/part.ts';
import { conflictsOf } from '../../../src/operate/conflicts/conflicts.ts';
import { evidenceSubjects } from '../../../src/operate/conflicts/evidence-facts.ts';
import { readConflictTable } from '../../../src/operate/conflicts/table.ts';
import { bundleFiles, openBundle, shippedFolder } from '../../../src/operate/mitigation/content.ts';
import { readVersionTable } from '../../../src/posture/kubernetes-versions/table.ts';
import { versionsAnswer } from '../../../src/posture/kubernetes-versions/versions.ts';
import { parseTerm } from '../../../src/posture/reach/question.ts';
import { judgeTenancy } from '../../../src/posture/tenancy/tenancy.ts';
import { kubernetesVersionsJson } from '../../../src/publish/json/kubernetes-versions.ts';
import { tenancyJson } from '../../../src/publish/json/tenancy.ts';
import { tenancyTable } from '../../../src/publish/terminal/tenancy.ts';
import { parseManifestObjects } from '../../../src/scan/release/manifests/objects.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';
import { mendPart } from './evidence.ts';
import { YAML_WORDS } from './yaml-words.ts';

const USERS = [parseTerm('user/*')];
/** Kinds of which nothing could be read. */
const NOTHING_READ = new Set([
  'NetworkPolicy',
  'Service',
  'NetworkAttachmentDefinition',
  'ServiceAccount',
  'RoleBinding',
  'PodSecurityPolicy',
  'Tenant',
]);

/** Everything of users, tenants and conflicts. */
export const TENANCY_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'tenancy',
    form: 'text',
    words: [
      ...YAML_WORDS,
      'SubnamespaceAnchor',
      'HierarchyConfiguration',
      'NetworkAttachmentDefinition',
      'runtimeClassName: box',
      'hostPath: {path: /}',
      'childnamespaces: [a]',
    ],
    run: (input) => {
      const manifests = parseManifestObjects(input.toString(), 'm.yaml');
      const result = judgeTenancy({ manifests, users: USERS, kubernetes: '1.24', asOf: '2022-04-20' });
      expect(
        tenancyJson(result) ===
          tenancyJson(judgeTenancy({ manifests, users: USERS, kubernetes: '1.24', asOf: '2022-04-20' })),
        'two runs differ',
      );
      expect(
        tenancyTable(result, { color: false, columns: 80, unicode: false }).endsWith('\n'),
        'the table has no end',
      );
      const blind = judgeTenancy({
        manifests: { ...manifests, objects: [] },
        users: USERS,
        asOf: '2022-04-20',
        unread: NOTHING_READ,
      });
      expect(blind.counts.pass === 0 && blind.counts.fail === 0, 'something passes or fails without any evidence');
      const answer = versionsAnswer(readVersionTable(), { asOf: '2022-04-20', from: '1.20', to: '1.25', manifests });
      return [
        result.verdict.verdict,
        result.tenants.map(({ system }) => system),
        kubernetesVersionsJson(answer).length,
      ];
    },
  },
  {
    id: 'conflict-evidence',
    form: 'text',
    mend: mendPart,
    words: [
      '"kind":"content"',
      '"kind":"command"',
      '/proc/sys/user/max_user_namespaces',
      'apptainer',
      'starter-suid',
      'allow setuid = no',
    ],
    run: (input) => {
      const parts = readParts(input.toString(), 'n.part').map((evidence) => ({ file: 'n.part', evidence }));
      const subjects = evidenceSubjects(joinEvidence(parts, undefined, { name: 'fuzz', version: '0' }));
      const bundles = bundleFiles(shippedFolder() ?? '').map((file) => openBundle(file, file).bundle);
      const nodes = conflictsOf(subjects, { table: readConflictTable(), bundles, active: [], planned: ['userns-off'] });
      for (const { results } of nodes)
        for (const { reason } of results) expect(reason !== '', 'a verdict without a reason');
      return nodes.map(({ results, choices }) => [results.map(({ verdict }) => verdict), choices.length]);
    },
  },
];
