import type { PolicyRule } from "../policy/policy.ts";
import type { TrustMaterial } from "../signature/trustMaterial.ts";
import { readTrustedRoot, type TrustedRoot } from "../signature/trustedRoot.ts";
import { readPublicKey, type DigestName, type PublicKey } from "../x509/publicKey.ts";

/** A key that policies name. */
export interface KnownKey {
  readonly key: PublicKey;
  readonly name: string;
  readonly digests: readonly DigestName[];
}

/** Everything that a signer can be known by: the policies' keys by fingerprint, and trusted roots by name. */
export interface Keyring {
  readonly keys: ReadonlyMap<string, KnownKey>;
  readonly roots: ReadonlyMap<string, TrustedRoot>;
  readonly defaultRoot: string | undefined;
  /** Why a root of that name cannot be used. */
  readonly unusable: ReadonlyMap<string, string>;
}

/** More keys and roots are not tried. */
const limits = { keys: 256, roots: 16 };

/**
 * Gathers the keys of the rules, those first that cover the image, and the trusted roots. A key that cannot be read is
 * left out: an authority that names no other key then accepts nobody.
 */
export function createKeyring(rules: readonly PolicyRule[], material: TrustMaterial): Keyring {
  const keys = new Map<string, KnownKey>();
  for (const authority of rules.flatMap((rule) => rule.authorities)) {
    if (authority.kind !== "key") continue;
    for (const pem of authority.publicKeys) {
      const key = keys.size < limits.keys ? readPublicKey(pem) : undefined;
      if (key === undefined) continue;
      const known = keys.get(key.fingerprint);
      const digests = [...(known?.digests ?? []), authority.hashAlgorithm];
      keys.set(key.fingerprint, { key, name: known?.name ?? authority.name, digests });
    }
  }
  return { keys, ...rootsOf(material), defaultRoot: material.defaultRoot };
}

type Roots = Pick<Keyring, "roots" | "unusable">;

/** Reading a root costs more than judging a signature, and the same material judges every image of a workspace. */
const rootsRead = new WeakMap<TrustMaterial, Roots>();

function rootsOf(material: TrustMaterial): Roots {
  const known = rootsRead.get(material);
  if (known !== undefined) return known;
  const roots = new Map<string, TrustedRoot>();
  const unusable = new Map<string, string>();
  for (const { name, text, source } of material.trustedRoots.slice(0, limits.roots)) {
    const read = readTrustedRoot(text, name);
    if (read.kind === "root") roots.set(name, read.root);
    else unusable.set(name, `the trusted root '${name}' (${source}) cannot be used: ${read.why}`);
  }
  const read = { roots, unusable };
  rootsRead.set(material, read);
  return read;
}
