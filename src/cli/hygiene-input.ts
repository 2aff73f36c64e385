// Judges a release for commands that want its hygiene: the settings, the release before, and what the store still knows of the layers.
import type { Store } from '../platform/store.ts';
import type { HygieneInput, HygieneRelease } from '../posture/hygiene/check.ts';
import { readDescriptions } from '../posture/hygiene/descriptions.ts';
import { type HygieneResult, hygieneOf } from '../posture/hygiene/hygiene.ts';
import { hiddenBytesOf } from '../posture/hygiene/kept-layers.ts';
import { hygieneRelease } from '../posture/hygiene/release-view.ts';
import type { Assessment } from '../scan/assess/assessment.ts';
import { ASSESSMENT_MIGRATIONS } from '../scan/assess/assessment-store.ts';
import { INVENTORY_MIGRATIONS } from '../scan/inventory/inventory-store.ts';
import { readAssessmentInput } from './assessment-input.ts';
import type { CommandContext } from './command.ts';
import { openLookupStore } from './lookup-store.ts';
import { readConfig } from './release-input.ts';
import { readSignatures, type SignatureOptions } from './signatures-input.ts';

/** Options that say what is judged, and by what. */
export interface HygieneInputOptions extends SignatureOptions {
  readonly since?: string;
  readonly bases?: readonly string[];
  readonly store?: string;
}

/** What was judged, and what came of it. */
export interface JudgedHygiene {
  readonly input: HygieneInput;
  readonly result: HygieneResult;
}

/**
 * Judges the assessment that `read` takes from the store or elsewhere.
 * @throws PlimsollError what `read`, the configuration and the store throw
 */
export async function judgeHygiene(
  read: (store: Store) => Promise<Assessment>,
  options: HygieneInputOptions,
  context: CommandContext,
): Promise<JudgedHygiene> {
  const config = await readConfig(options, context);
  const store = await openLookupStore(options.store, context, [...ASSESSMENT_MIGRATIONS, ...INVENTORY_MIGRATIONS]);
  try {
    const release = hygieneRelease(await read(store));
    const named = async (text: string): Promise<HygieneRelease> =>
      hygieneRelease(await readAssessmentInput(text, context.workingDirectory, store));
    const since = options.since === undefined ? undefined : await named(options.since);
    const bases: HygieneRelease[] = [];
    for (const text of options.bases ?? []) bases.push(await named(text));
    const inventories = [...release.assessment.inventories, ...(since?.assessment.inventories ?? [])];
    const hiddenBytes = await hiddenBytesOf(store, inventories);
    const signatures = await readSignatures(options, config, context);
    const input = {
      release,
      ...(since === undefined ? {} : { since }),
      bases,
      hiddenBytes,
      ...(signatures === undefined ? {} : { signatures }),
    };
    const rules = { descriptions: readDescriptions(), settings: config.hygiene, owners: config.owners };
    return { input, result: hygieneOf(input, rules) };
  } finally {
    await store.close();
  }
}
