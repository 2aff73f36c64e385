// How a waiver is written, in plimsoll.yaml and in files of waivers alike. Nothing of it can be left out but the subjects: without an owner, a reason
// and a last day it is no waiver.
import { z } from 'zod';
import type { Waiver } from './settings.ts';

/** Schema of one waiver. */
export function waiverSchema(): z.ZodType<Waiver> {
  const text = z.string().trim().min(1);
  return z.strictObject({
    check: text,
    subjects: z.array(text).min(1).exactOptional(),
    owner: text,
    reason: text,
    expires: z.iso.date(),
  });
}
