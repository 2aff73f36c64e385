// Upper bounds for untrusted input. One place, so that a reader of the report can be told which bound was met.

/** Bounds on what one layer or file may make the program do. Sizes in bytes. */
export const LIMITS = {
  /** Entries of one layer's tar. Largest public images have about 500,000. */
  layerEntries: 10_000_000,
  /** Unpacked size of one layer. */
  layerBytes: 64 * 1024 ** 3,
  /** Unpacked : compressed. Deflate itself cannot exceed 1,032 : 1, zstd can; real layers stay under 60. */
  compressionRatio: 300,
  /** Unpacked bytes that are let through before the ratio is judged: a file of zeros is no bomb. */
  ratioFreeBytes: 1024 ** 3,
  /** Symbolic links of one layer that are followed. */
  layerLinks: 500_000,
  /** Facts that one reader may find in one layer. */
  layerFacts: 300_000,
  /** Facts of one layer as JSON, in characters: they are held whole. Those of the largest images have about 10 million. */
  layerFactText: 64 * 1024 ** 2,
  /** Things of one layer that could not be read and are told one by one. */
  layerUnknowns: 10_000,
  /** Names and facts that are held while one layer is walked, or while the layers of one image are laid over each other. */
  heldBytes: 384 * 1024 ** 2,
  /** A layer's packed listing of its entries. A layer with 500,000 entries has about 10 MB. */
  listingBytes: 256 * 1024 ** 2,
  /** Length of one path, as PATH_MAX on Linux. */
  pathBytes: 4096,
  /** Nesting of directories in one path. */
  pathDepth: 256,
  /** A PAX header, GNU long name or sparse map. */
  tarExtensionBytes: 1024 ** 2,
  /** Steps when following symbolic links, as the kernel's MAXSYMLINKS. */
  symlinkSteps: 40,
  /** A package database or metadata file that is read whole. */
  fileBytes: 256 * 1024 ** 2,
  /** A file that describes one package or the system (package.json, os-release). Real ones have kilobytes. */
  metadataBytes: 8 * 1024 ** 2,
  /** Writable data of an old Go program that is kept to follow its pointers. Large programs have one or two MiB. */
  programDataBytes: 16 * 1024 ** 2,
  /** The module text of one Go program. Those of Kubernetes have about 20 kB. */
  buildInfoBytes: 1024 ** 2,
  /** First and last bytes of what lies behind the loaded part of a program that are searched. Stripped programs have a few kB there. */
  programTailBytes: 8 * 1024 ** 2,
  /** A zip archive (jar, war, egg) that is read whole. */
  archiveBytes: 128 * 1024 ** 2,
  /** Archives within archives. A jar in a war in an ear is two deep. */
  archiveNesting: 6,
  /** Members of one archive and of those within it. The largest jars have about 100,000. */
  archiveMembers: 500_000,
  /** Archives within one archive, and parts that describe themselves. */
  archiveParts: 10_000,
  /** Unpacked bytes that are read of one archive and of those within it. */
  archiveUnpackedBytes: 512 * 1024 ** 2,
  /** A manifest or index (the OCI distribution specification lets registries refuse above 4 MiB). */
  manifestBytes: 4 * 1024 ** 2,
  /** An image configuration. */
  configBytes: 16 * 1024 ** 2,
  /**
   * Reports of one image's layers, as JSON with their listings: they are held together, in memory about five times as large, while they are laid over
   * each other. Those of the largest images have about 20 MB.
   */
  imageReportBytes: 128 * 1024 ** 2,
  /** Entries of all layers of one image, a layer that comes twice counted twice. */
  imageEntries: 20_000_000,
  /** Layers of one image. */
  imageLayers: 1024,
  /** Entries of an image archive (`docker save`, oci-archive): a few a layer and image. */
  archiveEntries: 100_000,
  /** JSON documents of a packed image archive, which are kept while it is opened: a manifest, a configuration an image. */
  archiveDocumentBytes: 64 * 1024 ** 2,
  /** What a registry's token service or a credential helper answers. */
  tokenBytes: 1024 ** 2,
  /** Notable files that an inventory keeps per image. */
  notableFiles: 20_000,
  /** Packages of one image. */
  packages: 500_000,
  /** Paths of metadata files that the packages of one database own, as text. Node.js with npm takes about 20 kB. */
  ownedPathBytes: 32 * 1024 ** 2,
  /** Characters of one version string. The longest in public feeds stay under 200. */
  versionLength: 1024,
  /** plimsoll.yaml, or the certificates that it names. */
  settingsBytes: 1024 ** 2,
  /** A file that describes a release: YAML, a list of references, a table. Reading takes about a second per MiB. */
  releaseFileBytes: 16 * 1024 ** 2,
  /** Files and folders walked in a release's tree. */
  releaseFiles: 1_000_000,
  /** A file of statements or a watch list, YAML that people write. */
  statementFileBytes: 8 * 1024 ** 2,
  /** A VEX document. Those of large vendors have some MiB. */
  vexBytes: 64 * 1024 ** 2,
  /** Products and packages that one VEX document's decisions name, its groups and shared lists unfolded: a small document can name many. */
  vexProducts: 2_000_000,
  /** One answer of a ticket tracker. A page of 100 issues with the largest bodies that GitHub takes has 7 MB. */
  trackerBytes: 32 * 1024 ** 2,
  /** Pages of one listing of a ticket tracker. */
  trackerPages: 1000,
  /** Statements in all files of one command. */
  statements: 100_000,
  /** A YAML file of an advisory feed. Alpine's have about a MiB. */
  feedYamlBytes: 8 * 1024 ** 2,
  /** Tokens of one YAML document. A file of Kubernetes objects has some 300,000 a MiB; what is made to be slow has 2 million. */
  yamlTokens: 5_000_000,
  /** Nesting in one YAML document. Kubernetes objects stay under 30. */
  yamlDepth: 100,
  /** Nodes of one YAML document once its aliases are followed. */
  yamlNodes: 2_000_000,
  /** Anchors and tags in a row. A node has one of each at most; the YAML library's time grows with the square. */
  yamlPropertiesInRow: 1000,
  /** A bill of materials or the report of another scanner, JSON that is read whole. Those of the largest public images stay under 100 MB. */
  scannerFileBytes: 256 * 1024 ** 2,
  /** One record of a list in JSON that is read record by record. */
  jsonElementBytes: 64 * 1024 ** 2,
  /** A CSAF document. Red Hat's largest VEX documents have about 30 MB. */
  csafBytes: 64 * 1024 ** 2,
  /** Nesting of elements in one XML document. Feeds in XML stay under 20. */
  xmlDepth: 100,
  /** Characters of one tag, comment or CDATA section in XML. */
  xmlMarkup: 4 * 1024 ** 2,
  /** Characters of one element's text. Descriptions of kernel updates have some 100,000. */
  xmlText: 16 * 1024 ** 2,
  /** Elements of one record in XML. Kernel updates of SUSE have some 50,000. */
  xmlRecordElements: 2_000_000,
  /** Files of one feed input: folder, zip or tar. osv.dev's largest archive has about 300,000. */
  feedFiles: 3_000_000,
  /** Unpacked bytes of one feed input. */
  feedBytes: 64 * 1024 ** 3,
  /** A file that `advisories update` downloads. */
  downloadBytes: 8 * 1024 ** 3,
  /** An index of a package mirror, packed or not. Debian's largest has 50 MB. */
  mirrorIndexBytes: 512 * 1024 ** 2,
  /** A package that is fetched from a mirror for its changelog. */
  mirrorPackageBytes: 1024 ** 3,
  /** The changelog of one package. That of Debian's kernel has 2 MB. */
  changelogBytes: 16 * 1024 ** 2,
  /** Intervals or listed versions of one advisory. */
  advisoryVersions: 50_000,
  /** Ids beside an advisory's own: aliases, or CVEs of one announcement. A browser update names about 300. */
  advisoryIds: 10_000,
  /** Characters of an id, a namespace or a package name in an advisory. */
  advisoryName: 1024,
  /** Unpacked size of one package's records in an advisory set. */
  advisoryRowBytes: 512 * 1024 ** 2,
  /** An assessment as JSON: 300 images with 100,000 packages take about 60 MB; V8's strings end at 512 MiB. */
  assessmentBytes: 500 * 1024 ** 2,
} as const;
