// SUSE's products by the names under which it publishes, as namespaces of this program: what an image's os-release says of it.

/** A release of SUSE Linux Enterprise or openSUSE. */
export interface SuseRelease {
  /** `sles:15.3`, `opensuse-leap:15.5`. */
  readonly namespace: string;
  /** Whether it is a stream that costs extra once general support is over: LTSS, ESPOS and the like. */
  readonly extended: boolean;
}

const SERVER =
  /^SUSE Linux Enterprise (?:Server( LTSS[A-Za-z ]{0,60})?|Module for .{1,80}?|Software Development Kit) (\d+)(?: SP(\d+))?(-[A-Z][A-Za-z -]{0,60})?$/;
const DESKTOP = /^SUSE Linux Enterprise Desktop (\d+)(?: SP(\d+))?$/;
const MICRO = /^SUSE Linux (?:Enterprise )?Micro (\d+)\.(\d+)$/;
const OPEN = /^openSUSE (Leap )?(\d+)\.(\d+)$/;

/**
 * The release behind a product's name, or undefined for other products. Modules and the development kit go into the images of the server. A
 * module of SLE 12 serves all of its service packs, which the name does not tell apart: none of them.
 */
export function suseRelease(product: string): SuseRelease | undefined {
  const server = SERVER.exec(product);
  if (server !== null) {
    const [, support, major = '', pack, stream] = server;
    if (major === '12' && pack === undefined && product.includes(' Module ')) return undefined;
    return {
      namespace: `sles:${major}${pack === undefined ? '' : `.${pack}`}`,
      extended: (support ?? stream) !== undefined,
    };
  }
  const desktop = DESKTOP.exec(product);
  if (desktop !== null) return plain(`sled:${desktop[1]}${desktop[2] === undefined ? '' : `.${desktop[2]}`}`);
  const micro = MICRO.exec(product);
  if (micro !== null) return plain(`${Number(micro[1]) < 6 ? 'sle-micro' : 'sl-micro'}:${micro[1]}.${micro[2]}`);
  const open = OPEN.exec(product);
  // Leap has an id of its own since 15.0.
  if (open !== null)
    return plain(
      `${Number(open[2]) === 15 || Number(open[2]) === 16 ? 'opensuse-leap' : 'opensuse'}:${open[2]}.${open[3]}`,
    );
  return product === 'openSUSE Tumbleweed' ? plain('opensuse-tumbleweed') : undefined;
}

function plain(namespace: string): SuseRelease {
  return { namespace, extended: false };
}
