// The file in which what is known of one control plane travels: `plimsoll encryption status / --format facts`. Schema: schema/encryption-facts-1.json.
import { z } from 'zod';
import { jsonText } from '../../../platform/json-text.ts';
import { readKeptFile } from '../kept-file.ts';
import type { ControlPlane } from './control-plane.ts';

const FORMAT = 'plimsoll-control-plane';
const TIME = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const TEXT = z.string().max(4096);
const TRANSFORMERS = z.array(TEXT.min(1)).min(1).max(10_000);

const FACTS = z.strictObject({
  schemaVersion: z.literal(1),
  format: z.literal(FORMAT),
  node: TEXT.min(1),
  at: TIME,
  resource: TEXT.min(1),
  manifest: z
    .strictObject({
      flag: TEXT.exactOptional(),
      path: TEXT.exactOptional(),
      reload: z.boolean(),
      address: TEXT.regex(/^https:\/\//).exactOptional(),
      version: TEXT.exactOptional(),
    })
    .exactOptional(),
  manifestProblem: TEXT.exactOptional(),
  file: z
    .strictObject({
      modifiedAt: TIME,
      transformers: TRANSFORMERS.exactOptional(),
      ignored: z.array(TEXT).min(1).max(10_000).exactOptional(),
      problem: TEXT.exactOptional(),
    })
    .exactOptional(),
  process: z
    .union([
      z.literal('none'),
      z.strictObject({
        startedAt: TIME,
        flag: z.union([
          z.strictObject({ known: z.literal(false) }),
          z.strictObject({ known: z.literal(true), path: TEXT.exactOptional() }),
        ]),
        reloadedAt: TIME.exactOptional(),
        isOfFile: z.boolean().exactOptional(),
        ready: z.boolean().exactOptional(),
        failures: z
          .array(
            z.strictObject({ direction: z.enum(['read', 'write']), prefix: TEXT, count: z.number().int().positive() }),
          )
          .max(1000)
          .exactOptional(),
      }),
    ])
    .exactOptional(),
  loaded: TRANSFORMERS.exactOptional(),
});

/** The file's text. It holds no key. */
export function writeFacts(plane: ControlPlane): string {
  return `${jsonText({ schemaVersion: 1, format: FORMAT, ...plane })}\n`;
}

/**
 * Reads such a file.
 * @param name for messages
 * @throws ParseError for what is none; LimitError
 */
export function readFacts(text: string, name: string): ControlPlane {
  const what = 'what is known of a control plane';
  const content = readKeptFile(text, name, {
    schema: FACTS,
    what,
    command: 'plimsoll encryption status --format facts',
  });
  const { schemaVersion: _version, format: _format, ...plane } = content;
  return plane;
}
