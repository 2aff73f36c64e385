// OpenVEX 0.2.0 (github.com/openvex/spec, OPENVEX-SPEC.md): writes what is said of vulnerabilities. The one writer of this form.
import { jsonText } from '../../platform/json-text.ts';
import { instantOf } from '../day.ts';
import { documentDigits, type VexIssue } from './document.ts';
import type { VexEntry } from './entries.ts';
import { exceptionSentence, withNote } from './note.ts';
import { imagePurl } from './product.ts';
import { recordUrl } from './vulnerability-id.ts';
import { impactOf, type VexWord } from './word.ts';

/** What the context of every version starts with. */
export const OPENVEX_CONTEXT = 'https://openvex.dev/ns';
const VERSION = `${OPENVEX_CONTEXT}/v0.2.0`;

/** The document of statements as text, of at least one entry: OpenVEX has no empty documents. */
export function writeOpenvex(entries: readonly VexEntry[], issue: VexIssue): string {
  const id = `urn:plimsoll:openvex:${documentDigits(entries, issue)}`;
  return `${jsonText(openvexDocument(entries, { ...issue, id }))}\n`;
}

/**
 * The document: a statement an entry, products are images, subcomponents the packages. Sections "Document", "Statement", "Product Data Structure".
 * @param issue with the id of the document, an IRI.
 */
export function openvexDocument(
  entries: readonly VexEntry[],
  { id, issuer, date, tool }: Pick<VexIssue, 'issuer' | 'date' | 'tool'> & { readonly id: string },
): object {
  return {
    '@context': VERSION,
    '@id': id,
    author: issuer,
    role: 'Document Creator',
    timestamp: instantOf(date),
    version: 1,
    tooling: `${tool.name} ${tool.version}`,
    statements: entries.map(({ word, vulnerability, aliases, images }) => ({
      vulnerability: vulnerabilityOf(vulnerability, aliases),
      ...(word.date === undefined ? {} : { timestamp: instantOf(word.date) }),
      products: images.map((image) => ({
        '@id': imagePurl(image),
        identifiers: { purl: imagePurl(image) },
        subcomponents: image.packages.map((purl) => ({ '@id': purl, identifiers: { purl } })),
      })),
      ...wordsOf(word),
    })),
  };
}

function vulnerabilityOf(name: string, aliases: readonly string[]): object {
  const url = recordUrl(name);
  return { ...(url === undefined ? {} : { '@id': url }), name, ...(aliases.length === 0 ? {} : { aliases }) };
}

/** What a statement says besides its subject; what the specification demands of each status is there. */
function wordsOf(word: VexWord): object {
  const { status, justification } = word;
  const impact = impactOf(word);
  const notes = withNote(undefined, word);
  return {
    status,
    ...(justification === undefined ? {} : { justification }),
    ...(impact === undefined ? {} : { impact_statement: impact }),
    ...(status === 'affected' ? { action_statement: actionOf(word) } : {}),
    ...(notes === undefined ? {} : { status_notes: notes }),
  };
}

/** OpenVEX demands an action of whoever is affected; for an exception that is to live with it for the reason given. */
function actionOf({ action, exception }: VexWord): string {
  return action ?? (exception === undefined ? 'None.' : exceptionSentence(exception));
}
