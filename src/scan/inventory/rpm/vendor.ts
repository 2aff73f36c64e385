// The vendor in an rpm's package URL, from the distribution's ID.
import type { OsRelease } from '../package.ts';

/** Vendors that are not called as their `ID` is. The purl type definition of rpm gives no list; these are the names that its examples and SBOMs use. */
const VENDORS: ReadonlyMap<string, string> = new Map([
  ['amzn', 'amazon'],
  ['ol', 'oracle'],
  ['opensuse-leap', 'opensuse'],
  ['opensuse-microos', 'opensuse'],
  ['opensuse-tumbleweed', 'opensuse'],
  ['rhel', 'redhat'],
  ['sl-micro', 'suse'],
  ['sle-micro', 'suse'],
  ['sle_hpc', 'suse'],
  ['sled', 'suse'],
  ['sles', 'suse'],
  ['sles_sap', 'suse'],
]);

/** Namespace of the purls of a distribution's packages: `redhat`, `suse`, `fedora`, … */
export function purlVendor(os: OsRelease): string {
  return VENDORS.get(os.id) ?? os.id;
}
