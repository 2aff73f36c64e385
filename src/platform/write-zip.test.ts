import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeZip } from './write-zip.ts';
import { zipContent, zipMembers, zipOf } from './zip.ts';

test('law: members are read back in their order with their bytes, and the same members give the same bytes', () => {
  const path = fc.stringMatching(/^[a-z[\]._/]{1,20}$/);
  const piece = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array());
  fc.assert(
    fc.property(fc.array(fc.record({ path, pieces: fc.array(piece) }), { maxLength: 5 }), (members) => {
      const bytes = writeZip(members);
      assert.deepEqual(writeZip(members), bytes);
      const source = zipOf(bytes);
      const read = [...zipMembers(source, 10)].map((member) => ({
        path: member.path,
        body: zipContent(source, member, 1 << 20),
      }));
      const written = members.map((member) => ({
        path: member.path,
        body: Buffer.concat(member.pieces.map((one) => Buffer.from(one))),
      }));
      assert.deepEqual(read, written);
    }),
  );
});
