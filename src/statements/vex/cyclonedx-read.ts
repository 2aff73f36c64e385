// CycloneDX 1.6 (ECMA-424) as VEX: reads decisions from documents that hold components and vulnerabilities with an analysis.
import { z } from 'zod';
import { ParseError } from '../../platform/errors.ts';
import { LIMITS } from '../../platform/limits.ts';
import { JUSTIFICATIONS, type Justification, type Statement, type VexStatus } from '../statement.ts';
import { JUSTIFICATION_PROPERTY } from './cyclonedx.ts';
import { instant, nameOf, type ReadDecision, statementsOf, type VexReadOptions } from './document.ts';
import { readNote } from './note.ts';

/** "impactAnalysisState" in our words; a false positive is a component that is not the one meant. */
const STATUS: Readonly<Record<string, VexStatus>> = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  exploitable: 'affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  in_triage: 'under_investigation',
};

/** "impactAnalysisJustification": several of its classes are one of ours. */
const READ: Readonly<Record<string, Justification>> = {
  code_not_present: 'vulnerable_code_not_present',
  code_not_reachable: 'vulnerable_code_not_in_execute_path',
  requires_configuration: 'vulnerable_code_cannot_be_controlled_by_adversary',
  requires_environment: 'vulnerable_code_cannot_be_controlled_by_adversary',
  protected_at_perimeter: 'vulnerable_code_cannot_be_controlled_by_adversary',
  protected_by_compiler: 'inline_mitigations_already_exist',
  protected_at_runtime: 'inline_mitigations_already_exist',
  protected_by_mitigating_control: 'inline_mitigations_already_exist',
};

const party = z.object({ name: z.string().exactOptional() }).exactOptional();
const cyclonedx = z.object({
  metadata: z
    .object({
      timestamp: z.string().exactOptional(),
      supplier: party,
      manufacturer: party,
      component: z.unknown().exactOptional(),
    })
    .exactOptional(),
  components: z.array(z.unknown()).default([]),
  vulnerabilities: z
    .array(
      z.object({
        id: z.string().exactOptional(),
        references: z.array(z.object({ id: z.string().exactOptional() })).default([]),
        analysis: z
          .object({
            state: z.string().exactOptional(),
            justification: z.string().exactOptional(),
            detail: z.string().exactOptional(),
            firstIssued: z.string().exactOptional(),
            lastUpdated: z.string().exactOptional(),
          })
          .exactOptional(),
        affects: z.array(z.object({ ref: z.string() })).default([]),
        properties: z
          .array(z.object({ name: z.string().exactOptional(), value: z.string().exactOptional() }))
          .default([]),
      }),
    )
    .default([]),
});
const component = z.object({
  'bom-ref': z.string().exactOptional(),
  purl: z.string().exactOptional(),
  components: z.array(z.unknown()).default([]),
});

interface Place {
  readonly id: string;
  readonly packages: readonly string[];
}

/** Statements of a document. The issuer is the supplier, else the manufacturer. @throws ParseError, LimitError */
export function readCyclonedx(document: unknown, options: VexReadOptions): readonly Statement[] {
  const result = cyclonedx.safeParse(document);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ParseError(
      `${options.file}: CycloneDX: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const { metadata, components, vulnerabilities } = result.data;
  const places = placesOf(metadata?.component, components, options.file);
  const decisions = vulnerabilities.flatMap(
    ({ id, references, analysis, affects, properties }): readonly ReadDecision[] => {
      const status = STATUS[analysis?.state ?? ''];
      if (id === undefined || analysis === undefined || status === undefined) return [];
      const note = readNote(analysis.detail);
      const kept = properties.find(({ name }) => name === JUSTIFICATION_PROPERTY)?.value;
      const justification =
        JUSTIFICATIONS.find((known) => known === kept) ??
        READ[analysis.justification ?? ''] ??
        (analysis.state === 'false_positive' ? 'component_not_present' : undefined);
      return [
        {
          vulnerability: nameOf([id, ...references.flatMap((reference) => reference.id ?? [])]) ?? id,
          status,
          ...(justification === undefined ? {} : { justification }),
          ...(status === 'not_affected' && note.text !== undefined ? { impact: note.text } : {}),
          ...(status === 'affected' && note.text !== undefined ? { action: note.text } : {}),
          note,
          at: instant(analysis.lastUpdated ?? analysis.firstIssued ?? metadata?.timestamp ?? ''),
          products: affects.map(({ ref }) => places.get(ref) ?? { id: unlinked(ref), packages: [] }),
        },
      ];
    },
  );
  return statementsOf(decisions, metadata?.supplier?.name ?? metadata?.manufacturer?.name, options);
}

/** A component, and the product that it is in: the image, else what is next around it. */
interface Nested {
  readonly node: unknown;
  readonly product?: string;
}

/**
 * What each reference stands for: a component, and the product around it when there is one. Of a document that describes a product (`metadata.component`)
 * all components are in that one, and are spoken of nowhere else.
 */
function placesOf(subject: unknown, components: readonly unknown[], file: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  let level: readonly Nested[] =
    subject === undefined ? components.map((node) => ({ node })) : [{ node: withInside(subject, components) }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.yamlDepth)
      throw new ParseError(`${file}: CycloneDX: components nested more than ${LIMITS.yamlDepth} levels`);
    level = level.flatMap(({ node, product }): readonly Nested[] => {
      const read = component.safeParse(node);
      if (!read.success) return [];
      const { 'bom-ref': ref, purl, components: inside } = read.data;
      const isImage = purl !== undefined && /^pkg:(?:oci|docker)\//.test(purl);
      const id = purl ?? ref ?? 'unnamed';
      if (ref !== undefined) {
        places.set(ref, product === undefined || isImage ? { id, packages: [] } : { id: product, packages: [id] });
      }
      return inside.map((child) => ({ node: child, product: isImage ? id : (product ?? id) }));
    });
  }
  return places;
}

/** The described component with the others in it. */
function withInside(subject: unknown, components: readonly unknown[]): unknown {
  const read = component.safeParse(subject);
  return {
    ...(read.success ? read.data : {}),
    components: [...(read.success ? read.data.components : []), ...components],
  };
}

/** A link into another document (`urn:cdx:SERIAL/VERSION#REF`) names its component by its reference, which often is a package URL. */
function unlinked(ref: string): string {
  const hash = ref.startsWith('urn:cdx:') ? ref.indexOf('#') : -1;
  if (hash === -1) return ref;
  try {
    return decodeURIComponent(ref.slice(hash + 1));
  } catch {
    return ref.slice(hash + 1);
  }
}
