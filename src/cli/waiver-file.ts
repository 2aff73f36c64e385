// A file of waivers that a command names.
import { resolve } from 'node:path';
import { PlimsollError } from '../platform/errors.ts';
import { LIMITS } from '../platform/limits.ts';
import type { Waiver } from '../platform/settings.ts';
import { parseWaivers } from '../posture/waivers/read.ts';
import type { CommandContext } from './command.ts';
import { readSmallText } from './lines-input.ts';

/** The waivers. @throws PlimsollError `input-missing`, `input-unreadable`; ParseError with file, line and column; LimitError */
export function readWaiverFile(name: string, { workingDirectory }: CommandContext): readonly Waiver[] {
  const text = readSmallText(resolve(workingDirectory, name), name, LIMITS.attestationFileBytes);
  if (text === undefined) throw new PlimsollError('input-missing', `${name}: there is no such file of waivers`);
  return parseWaivers(text, name);
}
