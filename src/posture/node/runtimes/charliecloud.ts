// Charliecloud: containers of users without any privilege. Its promise is that no program of it has set-user-ID or capabilities (ch-run(1);
// hpc/charliecloud#1415), which holds only as long as nobody installs it otherwise.
import { aboutNode, aboutThing, type NodeCheck, type NodeJudgement, type NodeUnderCheck } from '../check.ts';
import { shownBy } from './judge.ts';

/** Charliecloud has no configuration: only its program is to be judged. */
export const CHARLIECLOUD_CHECKS: readonly NodeCheck[] = [
  {
    id: 'charliecloud-unprivileged',
    title: 'ch-run of Charliecloud has neither set-user-ID nor set-group-ID',
    severity: 'high',
    why: 'The program is not written to be run with set-user-ID or set-group-ID: what it mounts and executes is chosen by its user.',
    remediation: 'chmod u-s,g-s ch-run',
    reference: 'Charliecloud, ch-run(1); hpc/charliecloud#1415',
    judge: judgeProgram,
  },
];

function judgeProgram(node: NodeUnderCheck): readonly NodeJudgement[] {
  const shown = shownBy(node, 'charliecloud');
  if ('verdict' in shown) return [shown];
  return shown.traces.map((path) => {
    const found = node.facts.file(path);
    if (found.state !== 'there')
      return aboutNode(node, 'no-evidence', 'where its program is, is not in the evidence', [path]);
    const { mode } = found.value;
    const isPrivileged = (Number.parseInt(mode, 8) & 0o6000) !== 0;
    return isPrivileged
      ? aboutThing(node, path, 'fail', `it has set-user-ID or set-group-ID (${mode})`, [`${path} ${mode}`])
      : aboutThing(node, path, 'pass', 'it has neither set-user-ID nor set-group-ID', [`${path} ${mode}`]);
  });
}
