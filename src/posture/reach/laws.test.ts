// Reachability against an evaluator that judges one flow at a time, and laws that hold for every network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Flow,
  mayPass,
  type PlainEnd,
  type PlainPeer,
  type PlainPolicy,
  type PlainPort,
  type PlainRule,
  type PlainSelector,
} from '../../../test/support/one-flow.ts';
import { parseManifestObjects } from '../../scan/release/manifests/objects.ts';
import { isWithin, parseRange, rangeText, splitSpace, wholeSpace } from './address.ts';
import { type Connections, connectionsText, intersect, NO_CONNECTIONS, PROTOCOLS, unite } from './connections.ts';
import { difference } from './diff.ts';
import { type Reachability, reachability } from './evaluate.ts';
import { contributions, explain } from './explain.ts';
import { listText } from './list-text.ts';
import { readNetwork } from './network.ts';
import { DIRECTIONS } from './network-policy.ts';
import { intersectPorts, LAST_PORT, unitePorts } from './port-set.ts';

const KEYS = ['app', 'tier'] as const;
const VALUES = ['a', 'b', 'c'] as const;
const SPACES = ['one', 'two', 'three'] as const;
const NAMES = ['web', 'dns'] as const;

const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });
const selector: fc.Arbitrary<PlainSelector> = fc.record(
  {
    matchLabels: labels,
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key: fc.constantFrom(...KEYS),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 2 }),
        }),
        fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
const namespaceSelector: fc.Arbitrary<PlainSelector> = fc.oneof(
  selector,
  fc.constantFrom(...SPACES).map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
);
const block = fc.constantFrom<NonNullable<PlainPeer['ipBlock']>>(
  { cidr: '0.0.0.0/0' },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '192.168.1.1/32'] },
  { cidr: '10.1.0.0/17', except: ['10.1.64.0/18'] },
  { cidr: '0:0:0:0:0:0:0:0/0', except: ['fd00:0:0:0:0:0:0:0/8'] },
  { cidr: 'fd00:1:0:0:0:0:0:0/32' },
);
const peer: fc.Arbitrary<PlainPeer> = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  namespaceSelector.map((namespaceSelector) => ({ namespaceSelector })),
  fc.record({ podSelector: selector, namespaceSelector }),
  block.map((ipBlock) => ({ ipBlock })),
);
const protocol = fc.constantFrom(...PROTOCOLS);
const port: fc.Arbitrary<PlainPort> = fc.oneof(
  fc.record({ protocol, port: fc.constantFrom(53, 80, 443) }, { requiredKeys: [] }),
  fc.record({ protocol, port: fc.constantFrom<string>(...NAMES) }, { requiredKeys: ['port'] }),
  fc.constant({ port: 79, endPort: 443 }),
);
const rule = (side: 'from' | 'to'): fc.Arbitrary<PlainRule> =>
  fc.record(
    { [side]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
const policySpec = fc.record(
  {
    podSelector: selector,
    policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: fc.array(rule('from'), { maxLength: 2 }),
    egress: fc.array(rule('to'), { maxLength: 2 }),
  },
  { requiredKeys: ['podSelector'] },
);
const policies: fc.Arbitrary<readonly PlainPolicy[]> = fc
  .array(fc.tuple(fc.constantFrom(...SPACES), policySpec), { maxLength: 4 })
  .map((all) => all.map(([namespace, spec], at) => ({ metadata: { name: `p${at}`, namespace }, spec })));
const pods = fc.array(
  fc.record({
    namespace: fc.constantFrom(...SPACES),
    labels,
    ports: fc.array(
      fc.record({
        name: fc.constantFrom(...NAMES),
        protocol,
        containerPort: fc.constantFrom(53, 80, 8080),
      }),
      { maxLength: 2 },
    ),
  }),
  { minLength: 1, maxLength: 5 },
);
const spaces = fc.record({ one: labels, two: labels });

type PlainPod = Exclude<PlainEnd, { readonly address: string }>;
interface Release {
  readonly pods: readonly PlainPod[];
  readonly policies: readonly PlainPolicy[];
  readonly spaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const release: fc.Arbitrary<Release> = fc.record({ pods, policies, spaces });

const ADDRESSES = ['8.8.8.8', '10.1.0.5', '10.1.70.1', '192.168.1.1', 'fd00:1:0:0:0:0:0:9', '2001:db8:0:0:0:0:0:1'];
const PORTS = [1, 53, 79, 80, 81, 443, 444, 8080, LAST_PORT];

/** The text of a release's manifests. */
function manifest({ pods: all, policies: own, spaces: named }: Release): string {
  const items = [
    ...Object.entries(named).map(([name, given]) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: given },
    })),
    ...all.map(({ namespace, labels: given, ports }, at) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${at}`, namespace, labels: given },
      spec: { containers: [{ name: 'c', image: 'i', ports }] },
    })),
    ...own.map((one) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...one })),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 1);
}

function reachOf(one: Release): Reachability {
  const network = readNetwork(parseManifestObjects(manifest(one), 'all.json'));
  assert.deepEqual(
    network.gaps.filter(({ target }) => !/^namespace /.test(target)),
    [],
    'every policy is understood',
  );
  return reachability(network);
}

function has(connections: Connections, one: string, number: number): boolean {
  const ports = PROTOCOLS.filter((name) => name === one).flatMap((name) => connections[name]);
  return ports.some((from, at) => at % 2 === 0 && number >= from && number <= (ports[at + 1] ?? 0));
}

test('every flow is judged as one flow by itself is', () => {
  fc.assert(
    fc.property(release, (one) => {
      const reach = reachOf(one);
      const placeOf = (end: PlainEnd, side: 'from' | 'to'): number => {
        if (!('address' in end)) {
          const at = one.pods.indexOf(end);
          return reach.ends.findIndex(({ kind, id }) => kind === 'workload' && id.includes(`/pod-${at}[`));
        }
        const range = parseRange(end.address);
        assert.ok(range);
        return reach.ends.findIndex(
          (known) => known.kind === 'external' && known.side === side && isWithin(range, known.range),
        );
      };
      const ends: readonly PlainEnd[] = [...one.pods, ...ADDRESSES.map((address) => ({ address }))];
      for (const from of ends) {
        for (const to of ends) {
          if (from === to || ('address' in from && 'address' in to)) continue;
          const [a, b] = [placeOf(from, 'from'), placeOf(to, 'to')];
          // Without a block in IPv6 the list is silent on it.
          if (a === -1 || b === -1) continue;
          const allowed = reach.allowed(a, b);
          for (const name of PROTOCOLS) {
            for (const number of PORTS) {
              const flow: Flow = { from, to, protocol: name, port: number };
              assert.equal(has(allowed, name, number), mayPass(flow, one.policies, one.spaces), JSON.stringify(flow));
            }
          }
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('what is explained is what is allowed', () => {
  fc.assert(
    fc.property(release, (one) => {
      const reach = reachOf(one);
      for (const [from, source] of reach.ends.entries()) {
        for (const [to, target] of reach.ends.entries()) {
          if (reach.number(from, to) === 0) continue;
          const told = explain(reach, from, to);
          const said = contributions(reach.network, source, target);
          for (const direction of DIRECTIONS) {
            const own = said.filter((each) => each.direction === direction);
            const open = own.reduce((sum, { allows }) => unite(sum, allows), NO_CONNECTIONS);
            const judged = told?.judgements.find((each) => each.direction === direction);
            assert.equal(judged?.policies.length ?? 0, own.length);
            if (own.length === 0) continue;
            assert.equal(
              connectionsText(intersect(open, reach.allowed(from, to))),
              connectionsText(reach.allowed(from, to)),
            );
            assert.ok((judged?.rules.length ?? 0) > 0, 'a rule that opens it is named');
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('the order of objects does not matter, and nothing changed from a release to itself', () => {
  fc.assert(
    fc.property(release, (one) => {
      const turned = { ...one, policies: [...one.policies].reverse() };
      const [reach, other] = [reachOf(one), reachOf(turned)];
      assert.equal(listText(reach), listText(other));
      assert.deepEqual(difference(reach, other).changes, []);
    }),
    { numRuns: 40 },
  );
});

test('a difference read backwards is its opposite, and has a cause', () => {
  fc.assert(
    fc.property(pods, policies, policies, spaces, (all, old, now, named) => {
      // Blocks of addresses cut the space: both sides must cut it alike.
      const cut = JSON.stringify([old, now]).includes('ipBlock');
      fc.pre(!cut);
      const before = reachOf({ pods: all, policies: old, spaces: named });
      const after = reachOf({ pods: all, policies: now, spaces: named });
      const [there, back] = [difference(before, after).changes, difference(after, before).changes];
      assert.deepEqual(
        back.map(({ from, to, wider, narrower, before: was, after: is }) => [from, to, narrower, wider, is, was]),
        there.map(({ from, to, wider, narrower, before: was, after: is }) => [from, to, wider, narrower, was, is]),
      );
      for (const change of there) {
        assert.ok(change.causes.length > 0);
        assert.ok(change.wider || change.narrower);
      }
    }),
    { numRuns: 80 },
  );
});

const portSet = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 4 })), { maxLength: 5 })
  .map((all) => all.reduce<readonly number[]>((sum, [from, more]) => unitePorts(sum, [from, from + more]), []));

test('sets of ports are as sets of numbers', () => {
  const members = (set: readonly number[]): ReadonlySet<number> => {
    const all = new Set<number>();
    for (let at = 0; at < set.length; at += 2)
      for (let one = set[at] ?? 0; one <= (set[at + 1] ?? 0); one += 1) all.add(one);
    return all;
  };
  fc.assert(
    fc.property(portSet, portSet, (a, b) => {
      assert.deepEqual([...members(unitePorts(a, b))].sort(), [...members(a).union(members(b))].sort());
      assert.deepEqual([...members(intersectPorts(a, b))].sort(), [...members(a).intersection(members(b))].sort());
      assert.deepEqual(unitePorts(a, b), unitePorts(b, a));
      const joined = unitePorts(a, b);
      for (let at = 2; at < joined.length; at += 2) assert.ok((joined[at] ?? 0) > (joined[at - 1] ?? 0) + 1, 'apart');
    }),
  );
});

test('an address space is cut into parts that touch, cover it, and lie within each block or outside it', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  const cidr = fc
    .tuple(address, fc.integer({ min: 0, max: 128 }))
    .map(([text, prefix]) => parseRange(`${text}/${text.includes(':') ? prefix : prefix % 33}`));
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 6 }), (found) => {
      const blocks = found.map((range) => {
        assert.ok(range);
        return range;
      });
      for (const family of [4, 6] as const) {
        const parts = splitSpace(family, blocks);
        assert.equal(parts[0]?.first, 0n);
        assert.equal(parts.at(-1)?.last, wholeSpace(family).last);
        for (const [at, part] of parts.entries()) {
          if (at > 0) assert.equal(part.first, (parts[at - 1]?.last ?? 0n) + 1n);
          for (const one of blocks) {
            const apart = one.family !== family || part.last < one.first || part.first > one.last;
            assert.ok(apart || isWithin(part, one));
          }
          const [first = '', last = ''] = rangeText(part).split('-');
          assert.equal(parseRange(first)?.first, part.first, 'the text names the same address');
          assert.equal(parseRange(last)?.last, part.last);
        }
      }
    }),
  );
});
