import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectEvidence } from '../../../kubernetes/evidence/evidence.ts';
import { evidenceObjects, unreadKinds } from './evidence-objects.ts';
import { parseManifestObjects } from './objects.ts';

/** What YAML readers take: text that a document can hold. */
const json = fc.jsonValue({ maxDepth: 4, stringUnit: fc.constantFrom(...'abyn:0.-"{}<\\é ') });

test('law: an object of evidence is what its JSON is as a manifest, value and written text alike', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('spec', 'data', 'on', '010', 'y', '<<'), json), (members) => {
      // As evidence is read: JSON writes no minus before zero.
      const object = JSON.parse(JSON.stringify({ metadata: { name: 'a', namespace: 'b' }, ...members }));
      const evidence: ObjectEvidence = { apiVersion: 'v1', kind: 'Thing', namespace: 'b', name: 'a', object };
      const [kept] = evidenceObjects({ objects: [evidence], gaps: [] }, 'e.json').objects;
      const text = JSON.stringify({ apiVersion: 'v1', kind: 'Thing', ...object });
      const [written] = parseManifestObjects(text, 'm.yaml').objects;
      assert.deepEqual(kept?.value, written?.value);
      assert.deepEqual(kept?.node, written?.node);
      assert.equal(kept?.position, 'e.json#Thing/b/a');
    }),
    { numRuns: 200 },
  );
});

test('kinds that were not read: those with a gap, and all where no API server was asked', () => {
  const cluster = { id: 'u', version: 'v1.24.0', server: 's' };
  const gaps = [
    { kind: 'not-scanned', target: 'networkpolicies.networking.k8s.io', reason: 'forbidden' },
    { kind: 'not-scanned', target: 'pods', reason: 'forbidden' },
  ] as const;
  assert.deepEqual([...unreadKinds({ cluster, gaps })].sort(), ['NetworkPolicy', 'Pod']);
  assert.ok(unreadKinds({ gaps: [] }).has('RuntimeClass'));
});
