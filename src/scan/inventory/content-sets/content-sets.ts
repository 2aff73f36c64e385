// Reads the list of content sets that an image of Red Hat's build system was installed from: the names of repositories. Schema: "ICM"
// (content_manifest.json of atomic-reactor); the newer build system writes content-sets.json with the same member.
import { ParseError } from '../../../platform/errors.ts';
import { isToken } from '../token.ts';

/** Members that are told one by one. */
const MOST = 1000;

/** The names, sorted, each once. @throws ParseError when the document is no such list. */
export function readContentSets(body: Uint8Array): readonly string[] {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new ParseError('not JSON', { cause: error });
  }
  const sets =
    typeof document === 'object' && document !== null && 'content_sets' in document ? document.content_sets : undefined;
  // Images that were built without a repository of Red Hat's have null.
  if (sets === null) return [];
  if (!Array.isArray(sets)) throw new ParseError('no list "content_sets"');
  const names = sets.filter((name): name is string => typeof name === 'string' && isToken(name));
  return [...new Set(names)].sort().slice(0, MOST);
}

/** What the packages of a content set are, as far as advisories are concerned. */
export type ContentSetKind = 'main' | 'extended' | 'other';

/** Repositories of Red Hat Enterprise Linux itself and of the universal base images, whose packages are among its advisories. */
const MAIN =
  /^(?:(?:rhel|ubi)-(?:atomic-)?\d+(?:\.\d+)?-|codeready-builder-for-(?:rhel|ubi)-\d+-|rhel-\d+-(?:server|for))/;
/** Streams of a minor release that cost extra. */
const EXTENDED = /-(?:eus|aus|tus|e4s|els|eus-long-life)(?:-|$)/;
/** Products that are laid over it in repositories whose names begin alike. */
const LAYERED =
  /-(?:ose|rhceph|sap|sap-solutions|openstack|ansible|satellite|rhv|rhev|dotnet|devtools|rhscl|gluster|storage|jboss|fast-datapath)-/;

/** Tells main, extended and other repositories apart by the name. */
export function kindOf(contentSet: string): ContentSetKind {
  if (!MAIN.test(contentSet) || LAYERED.test(contentSet)) return 'other';
  return EXTENDED.test(contentSet) ? 'extended' : 'main';
}
