// The JSON of `publish` and of `publish verify`. Schemas: schema/publish-1.json, schema/publish-verify-1.json.
import { jsonText } from '../../platform/json-text.ts';
import type { Bundle } from '../bundle/contents.ts';
import type { Verification } from '../bundle/verify.ts';

const SCHEMA_VERSION = 1;

/** What was written. */
export function publishedJson(bundle: Bundle, audience: string, signed: boolean): string {
  return jsonText({
    schemaVersion: SCHEMA_VERSION,
    bundle: bundle.id,
    audience,
    signed,
    files: bundle.files.map(({ path, about }) => ({ path, about })),
  });
}

/** What the checks of a bundle came to. */
export function verificationJson({ bundle, verdict, checks }: Verification): string {
  return jsonText({
    schemaVersion: SCHEMA_VERSION,
    ...(bundle === undefined ? {} : { bundle }),
    verdict,
    results: checks,
  });
}
