// The product tree of a Red Hat CSAF document (CSAF 2.0, 3.1.2 and 3.2.2): which rpm package of which release a product id stands for.
// Branches name platforms by CPE and components by package URL; relationships put a component, or a module of components, into a platform.
import { ParseError } from '../../../platform/errors.ts';
import { type PackageUrl, parsePackageUrl } from '../../inventory/purl.ts';
import { type Fields, fieldsOf, listOf, textOf } from '../fields.ts';

/** A package of Red Hat Enterprise Linux. */
export interface RedhatPackage {
  /** `rhel:8`. */
  readonly namespace: string;
  /** Whether it is of a stream that only an extended subscription gets (EUS, AUS, TUS, E4S, ELS). */
  readonly extended: boolean;
  readonly name: string;
  /** An installed package; else a source package, of which no version is told. */
  readonly binary: boolean;
  /** `NAME:STREAM`, or `none`. */
  readonly module: string;
  /** `[EPOCH:]VERSION-RELEASE`; absent where nothing is fixed. */
  readonly version?: string;
}

interface Platform {
  readonly namespace: string;
  readonly extended: boolean;
  readonly module: string | undefined;
}

/** Main releases, with the channels that share their builds. */
const MAIN = /^cpe:\/[ao]:redhat:(?:enterprise_linux|rhel_extras):(\d+)(?:\.\d+)?(?::|$)/;
/** Streams of a minor release, or of a release past its life, that cost extra. */
const EXTENDED =
  /^cpe:\/[ao]:redhat:(?:rhel|enterprise_linux)_(?:eus|aus|tus|e4s|els|eus_long_life):(\d+)(?:\.\d+)?(?::|$)/;
/** Debug information and sources are no programs. */
const NO_PROGRAM = /-(?:debuginfo|debugsource)$/;
const NAME = /^[A-Za-z0-9][\w.+-]*$/;
/** Module in platform: two steps are all there are. */
const MAX_STEPS = 4;
/** Branches are vendor, family, architecture, product. */
const MAX_DEPTH = 20;

/** Looks up what a product id stands for; undefined for other products and what is no program. */
export type ProductLookup = (id: string) => RedhatPackage | undefined;

/** Reads a document's product tree. */
export function readProducts(tree: Fields): ProductLookup {
  const helpers = new Map<string, Fields>();
  collectHelpers(tree['branches'], helpers, 0);
  const relations = new Map<string, { readonly component: string; readonly platform: string }>();
  for (const member of listOf(tree['relationships'])) {
    const relation = fieldsOf(member);
    const id = textOf(fieldsOf(relation['full_product_name'])['product_id']);
    const component = textOf(relation['product_reference']);
    const platform = textOf(relation['relates_to_product_reference']);
    if (id !== undefined && component !== undefined && platform !== undefined) {
      relations.set(id, { component, platform });
    }
  }
  const platforms = new Map<string, Platform | undefined>();

  return (id) => {
    const relation = relations.get(id);
    if (relation === undefined) return undefined;
    const platform = platformOf(relation.platform, MAX_STEPS);
    return platform === undefined
      ? undefined
      : packageOf(relation.component, helpers.get(relation.component), platform);
  };

  function platformOf(id: string, steps: number): Platform | undefined {
    const known = platforms.get(id);
    if (known !== undefined || platforms.has(id)) return known;
    const platform = resolvePlatform(id, steps);
    platforms.set(id, platform);
    return platform;
  }

  function resolvePlatform(id: string, steps: number): Platform | undefined {
    const cpe = textOf(helpers.get(id)?.['cpe']);
    if (cpe !== undefined) return platformOfCpe(cpe);
    const relation = relations.get(id);
    if (relation === undefined || steps === 0) return undefined;
    const outer = platformOf(relation.platform, steps - 1);
    const purl = purlOf(helpers.get(relation.component));
    if (outer === undefined || purl?.type !== 'rpmmod') return undefined;
    // pkg:rpmmod/redhat/postgresql@13:8060020240903094008:ad008a3a
    return { ...outer, module: `${purl.name}:${purl.version?.split(':', 1)[0] ?? ''}` };
  }
}

function collectHelpers(branches: unknown, helpers: Map<string, Fields>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const member of listOf(branches)) {
    const branch = fieldsOf(member);
    const product = fieldsOf(branch['product']);
    const id = textOf(product['product_id']);
    if (id !== undefined) helpers.set(id, fieldsOf(product['product_identification_helper']));
    collectHelpers(branch['branches'], helpers, depth + 1);
  }
}

function platformOfCpe(cpe: string): Platform | undefined {
  const main = MAIN.exec(cpe)?.[1];
  const extended = main === undefined ? EXTENDED.exec(cpe)?.[1] : undefined;
  const major = main ?? extended;
  if (major === undefined) return undefined;
  return { namespace: `rhel:${major}`, extended: extended !== undefined, module: undefined };
}

function packageOf(component: string, helper: Fields | undefined, platform: Platform): RedhatPackage | undefined {
  const { namespace, extended } = platform;
  const purl = purlOf(helper);
  if (purl === undefined) {
    // Components without a package URL are sources, in a module "nodejs:18/nodejs".
    if (textOf(helper?.['purl']) !== undefined) return undefined;
    const [, module = 'none', name = ''] = /^(?:([^/:]+:[^/:]+)\/)?([^/]+)$/.exec(component) ?? [];
    return NAME.test(name) ? { namespace, extended, name, binary: false, module } : undefined;
  }
  const { type, name, version, qualifiers = {} } = purl;
  if (type === 'rpmmod') {
    // pkg:rpmmod/redhat/postgresql:15/postgresql is the source postgresql of that module.
    const module = purl.namespace?.split('/')[1];
    return module === undefined ? undefined : { namespace, extended, name, binary: false, module };
  }
  if (type !== 'rpm' || NO_PROGRAM.test(name)) return undefined;
  const module = platform.module ?? moduleOf(qualifiers['rpmmod']);
  const isSource = qualifiers['arch'] === 'src';
  // Of a fixed source its binaries tell more: versions of their own, and the epoch.
  if (module === undefined || (isSource && version !== undefined)) return undefined;
  const epoch = qualifiers['epoch'] ?? '0';
  const evr = version === undefined || epoch === '0' ? version : `${epoch}:${version}`;
  return { namespace, extended, name, binary: !isSource, module, ...(evr === undefined ? {} : { version: evr }) };
}

/** `ruby:2.5:8090020230627084142:b46abd14`; undefined for text that is no module. */
function moduleOf(rpmmod: string | undefined): string | undefined {
  if (rpmmod === undefined) return 'none';
  const [name = '', stream = ''] = rpmmod.split(':');
  return name === '' || stream === '' ? undefined : `${name}:${stream}`;
}

function purlOf(helper: Fields | undefined): PackageUrl | undefined {
  const text = textOf(helper?.['purl']);
  if (text === undefined) return undefined;
  try {
    return parsePackageUrl(text);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
