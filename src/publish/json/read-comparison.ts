// Reads a comparison back from its JSON form.
import { messageOf, ParseError } from '../../platform/errors.ts';
import { COMPARISON_SCHEMA_VERSION, type ComparisonDocument } from './comparison.ts';

/**
 * Reads what comparisonJson wrote; nothing is lost.
 * @throws ParseError when the text is no JSON, of another schema version, or not a comparison: the first wrong field is named.
 */
export async function readComparisonJson(text: string): Promise<ComparisonDocument> {
  const value = parsed(text);
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (version !== COMPARISON_SCHEMA_VERSION) {
    throw new ParseError(
      typeof version === 'number'
        ? `comparison of schema version ${version}; this program reads version ${COMPARISON_SCHEMA_VERSION}`
        : 'not a comparison: give the output of compare --format json',
    );
  }
  const { comparisonSchema } = await import('./comparison-schema.ts');
  const result = comparisonSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const what = `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`;
  throw new ParseError(`not a comparison: ${what}; give the output of compare --format json`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ParseError(`not a comparison: no JSON: ${messageOf(error)}`, { cause: error });
  }
}
