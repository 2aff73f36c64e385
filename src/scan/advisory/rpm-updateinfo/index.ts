// The update information of rpm repositories (repodata/updateinfo.xml): what a site that mirrors its distribution has at hand. SUSE, openSUSE,
// Fedora, Red Hat, Rocky, Alma, Oracle and Amazon publish it beside their packages.
import type { Feed } from '../feed.ts';
import { openUpdateinfo, readUpdateinfo } from './parse.ts';

/** updateinfo.xml, plain, gzip or zstd; folders are searched, so that a mirror's tree can be given as it is. Lists what was fixed. */
export const rpmUpdateinfo: Feed = {
  id: 'rpm-updateinfo',
  title: 'Update information of rpm repositories',
  licence: "of each distribution; the repository's own metadata",
  takesNamespace: true,
  // Those packed with xz or bzip2 are wanted, too, and refused with what to do.
  accepts: (path) => /(^|[/-])updateinfo\.xml(\.(xz|bz2))?$/.test(path),
  read: readUpdateinfo,
  open: openUpdateinfo,
  gather: {
    forTargets: false,
    needsAddress: true,
    run: async (request) => (await import('./gather.ts')).gatherUpdateinfo(request),
  },
};
