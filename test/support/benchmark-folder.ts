// A small kube-bench folder on disk, and what `kube-bench --json` prints, for tests of commands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkText, PLACES_TEXT, sectionText } from '../../src/posture/benchmark/test-benchmark.ts';

/** Text of a file of checks: the first fails where --anonymous-auth is not false. */
export const MASTER_CHECKS = sectionText(
  'master',
  1,
  checkText(
    '1.2.1',
    '/bin/ps -ef | grep $apiserverbin | grep -v grep',
    '{test_items: [{flag: "--anonymous-auth", compare: {op: eq, value: false}}]}',
  ),
);

/** Text of a file of checks that are asked of objects. */
export const POLICY_CHECKS = `controls:\nid: 5\ntype: policies\ngroups:\n- id: 5.2\n  checks:\n  - {id: 5.2.1, text: "Minimize the admission of privileged containers", type: manual, scored: false}\n  - {id: 5.4.2, text: "Consider external storage", type: manual, scored: false}\n`;

/** Makes the folder with one benchmark of that name. */
export function writeCfgFolder(folder: string, name: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), PLACES_TEXT);
  writeFileSync(join(folder, name, 'master.yaml'), MASTER_CHECKS);
  writeFileSync(join(folder, name, 'policies.yaml'), POLICY_CHECKS);
}

const CHECK = {
  test_number: '1.2.1',
  test_desc: 'Check 1.2.1',
  audit: 'ps',
  type: '',
  remediation: 'mend it',
  status: 'FAIL',
  actual_value: 'kube-apiserver',
  scored: true,
  expected_result: "'--anonymous-auth' is present",
};

/** What \`kube-bench --json\` prints. */
export const KUBE_BENCH_JSON = JSON.stringify({
  Controls: [
    { id: '1', version: 'cis-1.20', text: 'm', node_type: 'master', tests: [{ section: '1.2', results: [CHECK] }] },
  ],
  Totals: { total_pass: 0, total_fail: 1, total_warn: 0, total_info: 0 },
});
