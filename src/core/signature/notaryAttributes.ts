import type { Reason } from "../verdict/verdict.ts";

/** What signer and verifier agree on besides the payload (Notary Project signature specification, Signed Attributes). */
export interface NotaryAttributes {
  readonly scheme: NotaryScheme;
  /** Claimed by the signer under `x509`; stated by a signing authority that is trusted for it under the other scheme. */
  readonly signingTime: Date;
  readonly expiry?: Date;
  /** Name of the notation plug-in without which the signature must not be accepted. */
  readonly plugin?: string;
}

/** Notary Project signing schemes; each has trust stores of its own. */
export type NotaryScheme = "notary.x509" | "notary.x509.signingAuthority";

/** An envelope of either encoding, read and not proven. */
export interface NotaryEnvelope {
  /** The algorithm that the envelope claims, by its name in JOSE. */
  readonly algorithm: string;
  /** The octets that the signature covers. */
  readonly signed: Uint8Array;
  /** ECDSA as r and s side by side. */
  readonly signature: Uint8Array;
  readonly payload: Uint8Array;
  readonly attributes: NotaryAttributes;
  /** Certificates in DER, signer first, root last; nothing in them is trusted. */
  readonly chain: readonly Uint8Array[];
  /** TimeStampToken (RFC 3161, 2.4.2) in DER. */
  readonly timestamp?: Uint8Array;
}

/** An envelope, or why it is none. */
export type ReadEnvelope =
  | { readonly kind: "envelope"; readonly envelope: NotaryEnvelope }
  | { readonly kind: "invalid"; readonly reason: Reason };

/** Header names that are the same in both encodings. */
export const notaryHeaders = {
  signingScheme: "io.cncf.notary.signingScheme",
  signingTime: "io.cncf.notary.signingTime",
  authenticSigningTime: "io.cncf.notary.authenticSigningTime",
  expiry: "io.cncf.notary.expiry",
  plugin: "io.cncf.notary.verificationPlugin",
  pluginVersion: "io.cncf.notary.verificationPluginMinVersion",
  timestamp: "io.cncf.notary.timestampSignature",
} as const;

/** Unprotected header that names the program that signed; it is never critical. */
export const notaryAgentHeader = "io.cncf.notary.signingAgent";

/** Bounds of one envelope. */
export const notaryLimits = {
  /** In bytes. */
  envelope: 4 * 1024 * 1024,
  certificates: 8,
  header: { maxLength: 64 * 1024, maxDepth: 8 },
  timestamp: 256 * 1024,
} as const;

const understood: ReadonlySet<string> = new Set(Object.values(notaryHeaders));

/**
 * Reads the signed attributes from a protected header. What is critical must be there and be understood, and what the
 * specification calls critical must be marked so; else another reader could take the same header for something else.
 * `timeOf` reads a time in the envelope's own encoding.
 */
export function readNotaryAttributes(
  header: ReadonlyMap<unknown, unknown>,
  critical: unknown,
  timeOf: (value: unknown) => Date | undefined,
): NotaryAttributes | Reason {
  const plugin = header.get(notaryHeaders.plugin);
  const needsPlugin = plugin !== undefined || header.has(notaryHeaders.pluginVersion);
  const objection = objectionToCritical(header, critical, needsPlugin);
  if (objection !== undefined) return objection;

  const scheme = schemeOf(header.get(notaryHeaders.signingScheme));
  if (scheme === undefined) return malformed("names no signing scheme that the specification knows");
  const [timeName, otherTime] =
    scheme === "notary.x509"
      ? [notaryHeaders.signingTime, notaryHeaders.authenticSigningTime]
      : [notaryHeaders.authenticSigningTime, notaryHeaders.signingTime];
  const signingTime = timeOf(header.get(timeName));
  if (signingTime === undefined) return malformed("does not say when it was made, as its scheme demands");
  if (header.has(otherTime)) return malformed("has the signing time of another scheme");
  const expiry = header.has(notaryHeaders.expiry) ? timeOf(header.get(notaryHeaders.expiry)) : undefined;
  if (header.has(notaryHeaders.expiry) && expiry === undefined) return malformed("has an expiry that cannot be read");
  if (expiry !== undefined && expiry <= signingTime) return malformed("expires before it was made");
  return {
    scheme,
    signingTime,
    ...(expiry === undefined ? {} : { expiry }),
    ...(needsPlugin ? { plugin: typeof plugin === "string" ? plugin : "without a name" } : {}),
  };
}

/** What cannot be read in an envelope, as a reason. */
export function malformed(what: string): Reason {
  return { code: "signature-malformed", message: `The signature's envelope ${what}.` };
}

function objectionToCritical(
  header: ReadonlyMap<unknown, unknown>,
  critical: unknown,
  needsPlugin: boolean,
): Reason | undefined {
  const names: readonly unknown[] = Array.isArray(critical) ? critical : [];
  if (names.length === 0) return malformed("marks no attribute as critical");
  if (new Set(names).size < names.length) return malformed("marks an attribute as critical twice");
  const required = [
    notaryHeaders.signingScheme,
    ...[notaryHeaders.authenticSigningTime, notaryHeaders.expiry].filter((name) => header.has(name)),
  ];
  for (const name of required)
    if (!names.includes(name)) return malformed(`does not mark '${name}' as critical, as it must`);
  for (const name of names) {
    const shown = String(typeof name === "string" || typeof name === "number" ? name : "?").slice(0, 80);
    if (!header.has(name)) return malformed(`marks '${shown}' as critical and does not have it`);
    // A plug-in would process the attributes that belong to it; without the plug-in the signature is not accepted anyway.
    if (!needsPlugin && !(typeof name === "string" && understood.has(name)))
      return {
        code: "critical-attribute",
        message: `The signature has the critical attribute '${shown}', which is not understood.`,
      };
  }
  return undefined;
}

function schemeOf(value: unknown): NotaryScheme | undefined {
  return value === "notary.x509" || value === "notary.x509.signingAuthority" ? value : undefined;
}
