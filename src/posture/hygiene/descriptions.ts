// The descriptions of the checks, out of checks.yaml: read from beside the program's code, or from beside this file where the sources run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { builtFile } from '../../platform/built-file.ts';
import { checkedYaml } from '../../platform/checked-yaml.ts';
import { CHECK_SEVERITIES } from '../check-outcome.ts';
import type { CheckDescription } from './check.ts';

const FILE = 'hygiene-checks.yaml';

/** All checks, in the order of the file. */
export function readDescriptions(): readonly CheckDescription[] {
  const path = builtFile(FILE) ?? fileURLToPath(new URL('./checks.yaml', import.meta.url));
  return parseDescriptions(readFileSync(path, 'utf8'));
}

/** @throws ParseError with line and column for text that describes no checks. */
export function parseDescriptions(text: string): readonly CheckDescription[] {
  const words = z.string().trim().min(1);
  const description: z.ZodType<CheckDescription> = z.strictObject({
    id: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/),
    title: words,
    template: words,
    severity: z.enum(CHECK_SEVERITIES),
    why: words,
    remediation: words,
    reference: words.exactOptional(),
    parameters: z.record(z.string(), z.unknown()),
  });
  return checkedYaml(text, FILE, z.array(description)).value;
}
