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
  /** Entries of the layers of images whose sizes are held at a time. */
  heldSizes: 2_000_000,
  /** Layers of one image. */
  imageLayers: 1024,
  /** Signatures, attestations and bills of materials that are read beside one image. */
  attachments: 256,
  /** One of them. Attested bills of materials of large images have about 30 MB. */
  attachmentBytes: 64 * 1024 ** 2,
  /** Entries of an image archive (`docker save`, oci-archive): a few a layer and image. */
  archiveEntries: 100_000,
  /** JSON documents of a packed image archive, which are kept while it is opened: a manifest, a configuration an image. */
  archiveDocumentBytes: 64 * 1024 ** 2,
  /** What a registry's token service or a credential helper answers. */
  tokenBytes: 1024 ** 2,
  /** A file that by its name may hold a secret. Keys and logins have kilobytes. */
  secretFileBytes: 1024 ** 2,
  /** Secrets of one image that are told one by one. */
  foundSecrets: 200,
  /** Files of one trait that an inventory names: the others are counted. */
  traitFiles: 50,
  /** Lines of an image's passwd or group file. Those of real images have some dozens. */
  accounts: 10_000,
  /** A file that a container starts, or its passwd: larger ones are no scripts. */
  startFileBytes: 1024 ** 2,
  /** Kinds of programs that one script starts. */
  scriptCalls: 500,
  /** Entries of one image's files that are held while a container's start is judged. */
  heldFiles: 2_000_000,
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
  /** An EncryptionConfiguration, or a file that holds one sealed key. One with 100 keys has some 10 kB. */
  encryptionConfigBytes: 1024 ** 2,
  /** Fields and list elements of an EncryptionConfiguration once its aliases are followed. */
  encryptionConfigNodes: 100_000,
  /** Keys of an EncryptionConfiguration. Each fingerprint takes some 60 ms. */
  encryptionKeys: 200,
  /** A mitigation bundle's file, facts of nodes, or results of a script for nodes. */
  mitigationFileBytes: 16 * 1024 ** 2,
  /** Results that policy reports have of the policies of one mitigation. */
  policyResults: 200_000,
  /** A part of a node, or a bundle of evidence, as text. A part has some 100 kB, the objects of a large cluster 50 MB. */
  evidenceBytes: 256 * 1024 ** 2,
  /** Nodes of one bundle of evidence. */
  evidenceNodes: 20_000,
  /** Objects that are read of one cluster. */
  evidenceObjects: 500_000,
  /** A chart release as Helm stores it, unpacked. A Secret holds 1 MiB packed. */
  helmReleaseBytes: 64 * 1024 ** 2,
  /** What one test of a chart printed; the end of it is kept. */
  helmTestLogBytes: 1024 ** 2,
  /** A ledger of mitigations, read whole: some 400 bytes an entry. */
  ledgerBytes: 64 * 1024 ** 2,
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
  /** One answer of an API server or etcd, or one line of a stream. A page of 500 Secrets of the largest size has 700 MB; real ones have some MB. */
  serverAnswerBytes: 256 * 1024 ** 2,
  /** A kubeconfig, or a certificate, key or token that it names. */
  kubeconfigBytes: 4 * 1024 ** 2,
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
  /** A page of an etcd database with the pages that continue it, or a record of its WAL. Requests are 1.5 MiB unless configured otherwise. */
  etcdSpanBytes: 128 * 1024 ** 2,
  /** Pages of one etcd database: 256 GiB in pages of 4 KiB, 32 times what etcd recommends at most. */
  etcdPages: 64 * 1024 ** 2,
  /** Files of a folder with etcd's data or backups that are looked at. */
  etcdFiles: 10_000,
  /** Places of one file, with values in plain text or values that do not open, that are told one by one. */
  etcdPlaces: 1000,
  /** Different providers and keys that wrote values of one etcd file. */
  etcdWriters: 1000,
  /** Gaps of one etcd file that are told one by one. */
  etcdGaps: 100,
  /** Characters of one JMESPath expression in a policy, or of one text with variables once they are replaced. */
  expressionLength: 1024 ** 2,
  /** Nesting in one expression. */
  expressionDepth: 200,
  /** Nodes that the evaluation of one expression visits. */
  expressionSteps: 2_000_000,
  /** Rounds in which variables of one text are replaced: each can bring others. */
  variableRounds: 50,
  /** Passes through loops within loops of one expression in CEL, at the worst. */
  celSteps: 50_000_000,
  /** Members and characters of a variable in CEL. */
  celValue: 1_000_000,
  /** Steps of one regular expression of a policy on one text, and states that it may have. */
  regexSteps: 20_000_000,
  regexStates: 20_000,
  /** Objects of one release, or rules of one set of policies, in a preview. */
  policyObjects: 100_000,
  /** Workloads whose reachability is judged. Large platforms have a tenth of it. */
  reachWorkloads: 10_000,
  /** Rules of NetworkPolicies with their peers and ports, services and doors. Large platforms have a tenth of it. */
  reachRules: 20_000,
  /** Steps of that: a rule held against a pair of kinds of ends. A billion takes about three seconds. */
  reachSteps: 4_000_000_000,
  /** Connections of one list: those of 2,000 workloads that are all open to each other, and what a text of V8 can hold. */
  reachRows: 4_500_000,
  /** Characters of a list of connections: V8's strings end at 512 MiB. */
  reachText: 450_000_000,
  /** Connections, or changes of some, that are told with their reasons. */
  reachAnswers: 200_000,
  /** A file of checks or places of a benchmark. Those of kube-bench have some 50 kB. */
  benchmarkFileBytes: 4 * 1024 ** 2,
  /** Checks of one section of a benchmark: the largest have some 70. */
  benchmarkChecks: 10_000,
  /** Results of a benchmark, ours or kube-bench's, as JSON. */
  benchmarkResultBytes: 128 * 1024 ** 2,
  /** Attestations, or waivers, of one file. */
  attestationFileBytes: 4 * 1024 ** 2,
} as const;
