// A file of waivers, YAML that people write: `waivers:` with one entry each, as under `hygiene` in plimsoll.yaml (docs/guide/configuration.md).
import { z } from 'zod';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import type { Waiver } from '../../platform/settings.ts';
import { waiverSchema } from '../../platform/waiver-schema.ts';

/**
 * Reads a file of waivers.
 * @param file name for messages
 * @throws ParseError `FILE:LINE:COLUMN: what is wrong`; LimitError
 */
export function parseWaivers(text: string, file: string): readonly Waiver[] {
  return checkedYaml(text, file, z.strictObject({ waivers: z.array(waiverSchema()) })).value.waivers;
}
