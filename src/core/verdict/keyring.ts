import type { Authority, PolicyRule, TrustPolicy } from "../policy/policy.ts";
import type { NamedTrustedRoot, TrustMaterial } from "../signature/trustMaterial.ts";
import { readTrustedRoot, type TrustedRoot } from "../signature/trustedRoot.ts";
import { readPublicKey, type DigestName, type PublicKey } from "../x509/publicKey.ts";
import { composeRoot, rootNamed, rootPartsOf, type RootParts } from "./rootOf.ts";

/** A key that policies name. */
export interface KnownKey {
  readonly key: PublicKey;
  readonly name: string;
  readonly digests: readonly DigestName[];
}

/** Something that signatures by a key must bring: an entry in a log of the root, or a stamp by an authority of it. */
export interface KeyDemand {
  readonly kind: "log" | "timestamp";
  readonly root: TrustedRoot;
}

/** Everything that a signer can be known by: the policies' keys by fingerprint, and trusted roots by name. */
export interface Keyring {
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** Roots that certificates are held against: those of the trust material, and those that the rules make of parts. */
  readonly roots: ReadonlyMap<string, TrustedRoot>;
  readonly defaultRoot: string | undefined;
  /** Names of all roots that can be used, and for others why they cannot. */
  readonly known: ReadonlyMap<string, TrustedRoot>;
  readonly unusable: ReadonlyMap<string, string>;
  readonly demands: readonly KeyDemand[];
}

/** More keys and roots are not tried. */
const limits = { keys: 256, roots: 16, composed: 32 };

/**
 * Gathers the keys of the rules, those first that cover the image, and the trusted roots. A key that cannot be read is
 * left out: an authority that names no other key then accepts nobody.
 */
export function createKeyring(covering: readonly PolicyRule[], policy: TrustPolicy, material: TrustMaterial): Keyring {
  const keys = new Map<string, KnownKey>();
  for (const authority of [...covering, ...policy.rules].flatMap((rule) => rule.authorities)) {
    if (authority.kind !== "key") continue;
    for (const key of keys.size < limits.keys ? readKeys(authority) : []) {
      const known = keys.get(key.fingerprint);
      const digests = [...(known?.digests ?? []), authority.hashAlgorithm];
      keys.set(key.fingerprint, { key, name: known?.name ?? authority.name, digests });
    }
  }
  const { defaultRoot } = material;
  const given = readRoots(material.trustedRoots);
  const stated = readRoots(policy.trustedRoots ?? []);
  // Whoever configured a root under a name that a policy uses keeps it up to date.
  const known = new Map([...stated.roots, ...given.roots]);
  const roots = new Map(given.roots);
  const demands = new Map<string, KeyDemand>();
  for (const authority of covering.flatMap((rule) => rule.authorities)) {
    if (roots.size > limits.composed || demands.size > limits.composed) break;
    if (authority.kind === "keyless") {
      const parts = rootPartsOf(authority, defaultRoot);
      const root = parts === undefined || roots.has(parts.name) ? undefined : composedOf(parts, known);
      if (root !== undefined && parts !== undefined) roots.set(parts.name, root);
    } else if (authority.kind === "key") {
      const { requiresLog, requiresTimestamp } = authority;
      for (const [kind, reference] of [["log", requiresLog] as const, ["timestamp", requiresTimestamp] as const]) {
        const name = reference === undefined ? undefined : rootNamed(reference, defaultRoot);
        const root = name === undefined ? undefined : known.get(name);
        if (root !== undefined && name !== undefined) demands.set(proofOf(kind, name), { kind, root });
      }
    }
  }
  return {
    keys,
    roots,
    defaultRoot,
    known,
    unusable: new Map([...stated.unusable, ...given.unusable]),
    demands: [...demands.values()],
  };
}

/** What stands for a demand that a signature fulfils. */
export function proofOf(kind: KeyDemand["kind"], root: string): string {
  return `${kind} ${root}`;
}

type KeyAuthority = Extract<Authority, { kind: "key" }>;

/** A policy's keys judge every image that it covers, and reading one costs about as much as a verification. */
const keysRead = new WeakMap<KeyAuthority, readonly PublicKey[]>();

function readKeys(authority: KeyAuthority): readonly PublicKey[] {
  const before = keysRead.get(authority);
  if (before !== undefined) return before;
  const keys = authority.publicKeys.slice(0, limits.keys).flatMap((pem) => readPublicKey(pem) ?? []);
  keysRead.set(authority, keys);
  return keys;
}

interface Roots {
  readonly roots: ReadonlyMap<string, TrustedRoot>;
  readonly unusable: ReadonlyMap<string, string>;
}

/** Reading a root costs more than judging a signature, and the same ones judge every image of a workspace. */
const rootsRead = new WeakMap<readonly NamedTrustedRoot[], Roots>();

function readRoots(named: readonly NamedTrustedRoot[]): Roots {
  const before = rootsRead.get(named);
  if (before !== undefined) return before;
  const roots = new Map<string, TrustedRoot>();
  const unusable = new Map<string, string>();
  for (const { name, text, source } of named.slice(0, limits.roots)) {
    const read = readTrustedRoot(text, name);
    if (read.kind === "root") roots.set(name, read.root);
    else unusable.set(name, `the trusted root '${name}' (${source}) cannot be used: ${read.why}`);
  }
  const read = { roots, unusable };
  rootsRead.set(named, read);
  return read;
}

interface Composed {
  readonly root: TrustedRoot;
  readonly logs: TrustedRoot | undefined;
  readonly timestamps: TrustedRoot | undefined;
}

/** The engine keeps its own form of each root; one that is composed again for every image would be read again. */
const composed = new WeakMap<TrustedRoot, Map<string, Composed>>();

function composedOf(parts: RootParts, known: ReadonlyMap<string, TrustedRoot>): TrustedRoot | undefined {
  const base = known.get(parts.base);
  if (base === undefined) return undefined;
  const logs = known.get(parts.logs);
  const timestamps = known.get(parts.timestamps ?? "");
  const before = composed.get(base) ?? new Map<string, Composed>();
  composed.set(base, before);
  // The same names may mean other roots in another policy.
  const same = before.get(parts.name);
  if (same !== undefined && same.logs === logs && same.timestamps === timestamps) return same.root;
  const root = composeRoot(parts, known);
  if (root !== undefined) before.set(parts.name, { root, logs, timestamps });
  return root;
}
