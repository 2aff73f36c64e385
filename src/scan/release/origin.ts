// Origin of an image: built by the releasing organisation, or taken (perhaps rebuilt) from someone else.

/**
 * `own` when the reference is below one of the prefixes and what follows the prefix names no other registry:
 * `mirror.example/stable/app:1` is own below `mirror.example/stable`, `mirror.example/stable/quay.io/org/app:1` is a third party's.
 * @param logical reference in normal form
 * @param ownPrefixes whole path components: `mirror.example/stable` does not match `mirror.example/stable-2`
 */
export function originOf(logical: string, ownPrefixes: readonly string[]): 'own' | 'third-party' {
  return ownPrefixes.some((prefix) => isOwnBelow(logical, prefix)) ? 'own' : 'third-party';
}

function isOwnBelow(logical: string, prefix: string): boolean {
  const base = prefix.replace(/\/+$/, '');
  if (!logical.startsWith(base)) return false;
  const rest = logical.slice(base.length);
  if (rest !== '' && !/^[/:@]/.test(rest)) return false;
  const [first = '', ...more] = rest.replace(/^\//, '').split('/');
  return more.length === 0 || !(/[.:]/.test(first) || first === 'localhost');
}
