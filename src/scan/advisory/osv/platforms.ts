// For which platforms a Go package is affected at all. Source: https://go.dev/doc/security/vuln/database, "ecosystem_specific": `imports` lists
// the affected packages of a module, each with the GOOS and GOARCH that alone are affected, where not all are.
import { fieldsOf, listOf, textsOf } from '../fields.ts';

/** A name of GOOS or GOARCH. */
const NAME = /^[a-z0-9]{1,20}$/;

/** `GOOS/GOARCH` of the affected platforms, `*` for any; undefined where a package of the module is affected everywhere. */
export function platformsOf(imports: unknown): readonly string[] | undefined {
  const platforms: string[] = [];
  for (const member of listOf(imports)) {
    const { goos, goarch } = fieldsOf(member);
    const systems = namesOf(goos);
    const architectures = namesOf(goarch);
    if (systems.includes('*') && architectures.includes('*')) return undefined;
    for (const system of systems) for (const architecture of architectures) platforms.push(`${system}/${architecture}`);
  }
  return platforms.length === 0 ? undefined : [...new Set(platforms)];
}

/** A list that names nothing, or something that is no name, restricts nothing. */
function namesOf(value: unknown): readonly string[] {
  const names = textsOf(value);
  return names.length > 0 && names.length === listOf(value).length && names.every((name) => NAME.test(name))
    ? names
    : ['*'];
}
