// Reads an assessment back from its JSON form. What the file says about figures is not read: they are counted again from the findings.
import { messageOf, ParseError } from '../../platform/errors.ts';
import { ASSESSMENT_SCHEMA_VERSION, type Assessment } from '../../scan/assess/assessment.ts';
import type { Tool } from '../tool.ts';

/** An assessment that was read, and the program that wrote it. */
export interface ReadAssessment {
  readonly assessment: Assessment;
  readonly tool: Tool;
}

/**
 * Reads what assessmentJson wrote; nothing is lost.
 * @throws ParseError when the text is no JSON, of another schema version, or not an assessment: the first wrong field is named.
 */
export async function readAssessmentJson(text: string): Promise<ReadAssessment> {
  const value = parseJson(text);
  const version = schemaVersionOf(value);
  if (version !== ASSESSMENT_SCHEMA_VERSION) {
    throw new ParseError(
      version === undefined
        ? 'not an assessment: it has no schemaVersion; give the output of scan --format json'
        : `assessment of schema version ${typeof version === 'number' ? version : 'unknown'}; this program reads version ${ASSESSMENT_SCHEMA_VERSION}`,
    );
  }
  if (typeof value === 'object' && value !== null && 'assessments' in value) {
    throw new ParseError('the file holds several assessments (reassess wrote it); give one of them');
  }
  const { assessmentDocument } = await import('./schema.ts');
  const result = assessmentDocument.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ParseError(
      `not an assessment: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const { schemaVersion: _, tool, packages, ...rest } = result.data;
  const located = packages.map(({ layer, location, ...found }) => ({ ...found, location: { layer, path: location } }));
  return { tool, assessment: { ...rest, packages: located } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ParseError(`not an assessment: no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function schemaVersionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
}
