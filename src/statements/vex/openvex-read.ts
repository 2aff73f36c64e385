// OpenVEX 0.2.0 and the earlier 0.0.1, where a product and a vulnerability were plain text (github.com/openvex/spec, OPENVEX-SPEC.md): reads decisions.
import { z } from 'zod';
import { ParseError } from '../../platform/errors.ts';
import { JUSTIFICATIONS, type Statement, VEX_STATUSES } from '../statement.ts';
import { instant, nameOf, productBound, type ReadDecision, statementsOf, type VexReadOptions } from './document.ts';
import { exceptionSentence, type Note, readNote } from './note.ts';

const identified = z.object({
  '@id': z.string().exactOptional(),
  identifiers: z.object({ purl: z.string().exactOptional() }).exactOptional(),
});
const openvex = z.object({
  author: z.string().exactOptional(),
  timestamp: z.string().exactOptional(),
  statements: z.array(
    z.object({
      vulnerability: z.union([
        z.string().transform((name) => ({ name, aliases: [] })),
        z.object({ name: z.string(), aliases: z.array(z.string()).default([]) }),
      ]),
      timestamp: z.string().exactOptional(),
      products: z
        .array(
          z.union([
            z.string().transform((id) => ({ id, packages: [] })),
            identified
              .extend({ subcomponents: z.array(z.union([z.string(), identified.transform(idOf)])).default([]) })
              .transform((product) => ({ id: idOf(product), packages: product.subcomponents })),
          ]),
        )
        .default([]),
      subcomponents: z.array(z.string()).default([]),
      status: z.enum(VEX_STATUSES),
      justification: z.enum(JUSTIFICATIONS).exactOptional(),
      impact_statement: z.string().exactOptional(),
      action_statement: z.string().exactOptional(),
      status_notes: z.string().exactOptional(),
    }),
  ),
});

/** Statements of a document. @throws ParseError that names the first wrong field */
export function readOpenvex(document: unknown, options: VexReadOptions): readonly Statement[] {
  const result = openvex.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ParseError(
      `${options.file}: OpenVEX: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const { author, timestamp = '1970-01-01', statements } = result.data;
  const bound = productBound(options.file);
  const decisions = statements.map((row): ReadDecision => {
    const { justification, impact_statement: impact, action_statement: action } = row;
    const note = readNote(row.status_notes);
    bound(row.products.length * (1 + row.subcomponents.length));
    return {
      vulnerability: nameOf([row.vulnerability.name, ...row.vulnerability.aliases]) ?? row.vulnerability.name,
      status: row.status,
      ...(justification === undefined ? {} : { justification }),
      ...(impact === undefined ? {} : { impact }),
      ...(action === undefined || stands(action, note) ? {} : { action }),
      note,
      at: instant(row.timestamp ?? timestamp),
      products: row.products.map(({ id, packages }) => ({ id, packages: [...packages, ...row.subcomponents] })),
    };
  });
  return statementsOf(decisions, author, options);
}

/** Whether the action is nothing but the exception that stands in its place. */
function stands(action: string, { exception }: Note): boolean {
  return exception !== undefined && action === exceptionSentence(exception);
}

function idOf({ '@id': id, identifiers }: z.output<typeof identified>): string {
  return identifiers?.purl ?? id ?? 'unnamed';
}
