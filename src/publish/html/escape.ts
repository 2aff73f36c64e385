// Text from outside made safe for an HTML document: as element content or attribute value, and as a JSON data block.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as content of an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * JSON as content of a script element. `<` is written as an escape, so that neither `</script` nor `<!--` can occur (HTML, "Restrictions
 * for contents of script elements"); the value that a JSON parser reads is the same.
 */
export function escapeJsonForHtml(json: string): string {
  return json.replaceAll('<', '\\u003c');
}
