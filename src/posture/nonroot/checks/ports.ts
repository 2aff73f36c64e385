// The ports that a container listens on, as far as Pod and image say so, and from which port on every user may. Source: ip_unprivileged_port_start in
// kernel.org Documentation/networking/ip-sysctl.rst.
import { type Json, listOf, memberOf, textOf, valueAt } from '../../../platform/json.ts';
import { runsImage } from '../container.ts';
import type { JudgedContainer } from '../judged.ts';

/** The first port that every user may listen on, unless the node or the Pod says otherwise. */
const FIRST_FREE_PORT = 1024;
/** The sysctl that says so. */
export const PORT_SYSCTL = 'net.ipv4.ip_unprivileged_port_start';

/** Ports that the Pod names, else those that the image does. */
export function declaredPorts({
  container,
  image,
}: Pick<JudgedContainer, 'container' | 'image'>): readonly (readonly [port: number, fact: string])[] {
  const own = listOf(container.value, 'ports').flatMap((port) => {
    const number = portOf(port);
    const name = textOf(port, 'name');
    return number === undefined
      ? []
      : [[number, `containerPort ${number}${name === undefined ? '' : ` (${name})`}`] as const];
  });
  if (own.length > 0 || !runsImage(container)) return own;
  return image.config.exposedPorts.map(
    (port) => [Number.parseInt(port, 10), `ExposedPorts of the image: ${port}`] as const,
  );
}

function portOf(port: Json): number | undefined {
  const number = memberOf(port, 'containerPort');
  return typeof number === 'number' ? number : undefined;
}

/** The first port that is free for every user in the network of the Pod. */
export function firstFreePort({ container }: JudgedContainer): number {
  const set = listOf(container.pod.spec, 'securityContext', 'sysctls').find(
    (one) => textOf(one, 'name') === PORT_SYSCTL,
  );
  const number = Number(valueAt(set, 'value') ?? Number.NaN);
  return Number.isInteger(number) ? number : FIRST_FREE_PORT;
}
