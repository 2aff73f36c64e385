// Evidence: parts that came from nodes, and bundles that came from sites.
import { createHash } from 'node:crypto';
import { bundleText, readEvidence } from '../../../src/kubernetes/evidence/bundle.ts';
import { joinEvidence } from '../../../src/kubernetes/evidence/join.ts';
import { readParts } from '../../../src/kubernetes/evidence/part.ts';
import { expect } from '../expect.ts';
import type { FuzzTarget } from '../target.ts';

const TOOL = { name: 'plimsoll', version: '0' };
const WORDS = [
  '"kind":"file"',
  '"kind":"content"',
  '"kind":"end"',
  '"mode":"4755"',
  '[redacted]',
  '\\udcff',
  '"pid":1',
  '__proto__',
  '-1',
  '1e9',
];

/** Everything of evidence. */
export const EVIDENCE_TARGETS: readonly FuzzTarget[] = [
  {
    id: 'evidence-part',
    form: 'text',
    codes: ['usage'],
    words: ['plimsoll-evidence 1\n', ...WORDS],
    mend: mendPart,
    run: (input) => {
      const nodes = readParts(input.toString(), 'a');
      const bundle = joinEvidence(
        nodes.map((evidence) => ({ file: 'a', evidence })),
        undefined,
        TOOL,
      );
      const text = bundleText(bundle);
      expect(bundleText(readEvidence(text, 'b')) === text, 'a bundle that does not read back');
      return nodes.map(({ observations }) => observations.map(({ kind }) => kind));
    },
  },
  {
    id: 'evidence-bundle',
    form: 'json',
    words: WORDS,
    run: (input) => {
      const bundle = readEvidence(input.toString(), 'a');
      const text = bundleText(bundle);
      expect(bundleText(readEvidence(text, 'b')) === text, 'a bundle that does not read back');
      return [bundle.nodes.length, bundle.objects.length, bundle.gaps.length];
    },
  },
];

/** Makes count and digest of the last part true again. */
export function mendPart(input: Buffer): Buffer {
  const text = input.toString();
  const end = text.lastIndexOf('{"kind":"end",');
  const start = text.lastIndexOf('plimsoll-evidence 1\n', end);
  if (start === -1 || end === -1) return input;
  const body = text.slice(start, end);
  const sha256 = createHash('sha256').update(body).digest('hex');
  const record = JSON.stringify({ kind: 'end', records: body.split('\n').length - 2, sha256 });
  return Buffer.from(`${text.slice(0, end)}${record}\n`);
}
