// Reads the main section of an archive's META-INF/MANIFEST.MF, as far as it can say what the archive is.
// Format: "JAR File Specification", section "JAR Manifest": `Name: value` lines of at most 72 bytes, going on after a line break and a space; an empty
// line ends the section.

/** Attributes that are kept, by their names in lower case. */
export type Manifest = Readonly<Partial<Record<ManifestName, string>>>;

const NAMES = [
  'bundle-symbolicname',
  'bundle-version',
  'implementation-title',
  'implementation-version',
  'specification-title',
] as const;
type ManifestName = (typeof NAMES)[number];

/** Longer values are left out: names and versions end far below. */
const VALUE_LENGTH = 256;
/** The main section ends within this; the sections behind it, one for every signed file, can be megabytes. */
const SECTION_BYTES = 64 * 1024;

/** The attributes of the main section. Lines that are none are passed over. */
export function parseManifest(body: Uint8Array): Manifest {
  const text = new TextDecoder().decode(body.subarray(0, SECTION_BYTES));
  const found: Partial<Record<ManifestName, string>> = {};
  let current: ManifestName | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') break;
    if (line.startsWith(' ')) {
      if (current !== undefined) found[current] = `${found[current] ?? ''}${line.slice(1)}`;
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    current = NAMES.find((known) => known === name);
    if (current !== undefined) found[current] = line.slice(colon + 1).replace(/^ /, '');
  }
  for (const name of NAMES) if ((found[name]?.length ?? 0) > VALUE_LENGTH) delete found[name];
  return found;
}
