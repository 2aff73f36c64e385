// The files of a zip that is a feed's input, one after the other without unpacking it to disk (npm's archive at osv.dev has 300,000).
import { closeSync, openSync, readSync } from 'node:fs';
import { digestOf } from '../../../platform/canonical.ts';
import { LimitError, ParseError } from '../../../platform/errors.ts';
import { LIMITS } from '../../../platform/limits.ts';
import { overlappingMember, type ZipMember, type ZipSource, zipContent, zipMembers } from '../../../platform/zip.ts';
import { type InputVisitor, isHidden } from './visitor.ts';

/** @throws ParseError when the archive is damaged, LimitError when its directory is out of bounds. Single bad members are skipped. */
export function readZip(file: string, size: number, visitor: InputVisitor): void {
  const descriptor = openSync(file, 'r');
  try {
    const source = { size, read: (offset: number, length: number) => readAt(descriptor, file, offset, length) };
    for (const member of wantedMembers(file, source, visitor)) readMember(source, member, visitor);
  } finally {
    closeSync(descriptor);
  }
}

function wantedMembers(file: string, source: ZipSource, visitor: InputVisitor): readonly ZipMember[] {
  const members: ZipMember[] = [];
  try {
    for (const member of zipMembers(source, LIMITS.feedFiles)) {
      if (!member.path.endsWith('/') && !isHidden(member.path) && visitor.accepts(member.path)) members.push(member);
    }
  } catch (error) {
    if (error instanceof LimitError) throw new LimitError(`${file}: ${error.message}`);
    if (error instanceof ParseError) throw new ParseError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
  const overlapping = overlappingMember(members);
  if (overlapping === undefined) return members;
  throw new ParseError(`${file}: damaged zip: ${overlapping.path} begins inside another member`);
}

function readMember(source: ZipSource, member: ZipMember, visitor: InputVisitor): void {
  let body: Buffer;
  try {
    body = zipContent(source, member, LIMITS.fileBytes);
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof LimitError)) throw error;
    visitor.skipped(member.path, error.message);
    return;
  }
  visitor.file(member.path, body, digestOf(body));
}

function readAt(descriptor: number, file: string, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const got = readSync(descriptor, bytes, done, length - done, offset + done);
    if (got === 0) throw new ParseError(`${file}: damaged zip: it ends early`);
    done += got;
  }
  return bytes;
}
