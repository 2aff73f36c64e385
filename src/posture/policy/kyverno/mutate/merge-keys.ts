// Lists that a strategic merge patch merges element by element, and by which members. Source: x-kubernetes-patch-merge-key and x-kubernetes-list-map-keys of
// the Kubernetes API (swagger.json of v1.33), for the kinds that hold Pods and those beside them. Other lists are replaced.

/** By the list's name; a list of the same name is merged wherever the parent is one of those named, or anywhere without parents. */
interface MergedList {
  readonly keys: readonly string[];
  /** Names of the members above, the nearest one. */
  readonly below?: readonly string[];
}

const POD_SPEC = ['spec', 'template'];
const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'];

const LISTS: ReadonlyMap<string, readonly MergedList[]> = new Map<string, readonly MergedList[]>([
  ['containers', [{ keys: ['name'], below: POD_SPEC }]],
  ['initContainers', [{ keys: ['name'], below: POD_SPEC }]],
  ['ephemeralContainers', [{ keys: ['name'], below: POD_SPEC }]],
  ['volumes', [{ keys: ['name'], below: POD_SPEC }]],
  ['imagePullSecrets', [{ keys: ['name'] }]],
  ['hostAliases', [{ keys: ['ip'], below: POD_SPEC }]],
  ['topologySpreadConstraints', [{ keys: ['topologyKey', 'whenUnsatisfiable'], below: POD_SPEC }]],
  ['env', [{ keys: ['name'], below: CONTAINERS }]],
  ['volumeMounts', [{ keys: ['mountPath'], below: CONTAINERS }]],
  ['volumeDevices', [{ keys: ['devicePath'], below: CONTAINERS }]],
  [
    'ports',
    [
      { keys: ['containerPort', 'protocol'], below: CONTAINERS },
      { keys: ['port', 'protocol'], below: ['spec'] },
    ],
  ],
  ['secrets', [{ keys: ['name'], below: [''] }]],
  ['ownerReferences', [{ keys: ['uid'], below: ['metadata'] }]],
  ['conditions', [{ keys: ['type'], below: ['status'] }]],
]);

/** Lists of text that are united. */
const UNITED: ReadonlySet<string> = new Set(['metadata/finalizers']);

/**
 * The members by which elements of a list are told apart, the first of which every element has; undefined for a list that is replaced.
 * @param path names of the members that lead to the list, those of lists without their numbers
 */
export function mergeKeysOf(path: readonly string[]): readonly string[] | undefined {
  const parent = path.at(-2) ?? '';
  return LISTS.get(path.at(-1) ?? '')?.find(({ below }) => below === undefined || below.includes(parent))?.keys;
}

/** Whether a list of text is united with what is there. */
export function isUnited(path: readonly string[]): boolean {
  return UNITED.has(path.slice(-2).join('/'));
}
