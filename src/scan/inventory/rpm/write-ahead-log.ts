// Looks into an SQLite write-ahead log (rpmdb.sqlite-wal) that was left beside rpm's database: does it hold committed pages?
// Format: "Database File Format" of the SQLite documentation, section 4. SQLite empties or removes the log when the last program closes the database,
// so in an image it has content only when rpm was killed, or the image was taken while it ran.

const MAGICS = new Set([0x377f0682, 0x377f0683]);
const HEADER = 32;
const FRAME_HEADER = 24;

/** Whether the bytes begin as a write-ahead log does. */
export function isWriteAheadLog(bytes: Buffer): boolean {
  return bytes.length >= 4 && MAGICS.has(bytes.readUInt32BE(0));
}

/** How many pages the log's finished transactions hold. Frames of an earlier use of the log have other salts and do not count. */
export function committedFrames(bytes: Buffer): number {
  if (bytes.length < HEADER) return 0;
  const salts = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const frame = FRAME_HEADER + bytes.readUInt32BE(8);
  let committed = 0;
  for (let at = HEADER, count = 1; at + frame <= bytes.length; at += frame, count += 1) {
    if (bytes.readUInt32BE(at + 8) !== salts[0] || bytes.readUInt32BE(at + 12) !== salts[1]) break;
    // A size of the database stands in the last frame of a transaction.
    if (bytes.readUInt32BE(at + 4) !== 0) committed = count;
  }
  return committed;
}
