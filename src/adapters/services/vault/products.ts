/** What one of the products that speak this protocol calls things. All that tells the two apart stands here. */
export interface Product {
  readonly name: string;
  /** What its variables in the environment begin with. */
  readonly prefix: "VAULT" | "BAO";
}

/**
 * The products, the one whose variables win first: `bao` reads its own before those of Vault. Control groups are part of
 * Vault Enterprise, and of OpenBao as a preview; both answer under the same paths.
 */
export const products: readonly Product[] = [
  { name: "OpenBao", prefix: "BAO" },
  { name: "HashiCorp Vault", prefix: "VAULT" },
];
