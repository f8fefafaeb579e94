import type { SigningTerms } from "./payload.ts";
import type { SigningFormat } from "./scheme.ts";
import type { SigningKey } from "./signingKey.ts";

/** The same by the format's own tool: POSIX shell, placeholders for files. */
export interface PeerCommands {
  readonly sign: string;
  readonly verify: string;
}

/** Options that keep cosign from telling a public log. */
export const unlogged = "--use-signing-config=false --tlog-upload=false";

/** The commands of cosign and notation that sign an artifact with a key of this name, and verify it. */
export function peerCommands(
  artifact: string,
  keyName: string,
  format: SigningFormat,
  { predicate, expiresAt }: Pick<SigningTerms, "predicate" | "expiresAt">,
): PeerCommands {
  const key = quote(`${keyName}.key`);
  const publicKey = quote(`${keyName}.pub`);
  if (predicate !== undefined) {
    const type = quote(predicate.type);
    return {
      sign: `cosign attest --key ${key} --predicate predicate.json --type ${type} ${unlogged} ${artifact}`,
      verify: `cosign verify-attestation --key ${publicKey} --type ${type} --insecure-ignore-tlog ${artifact}`,
    };
  }
  switch (format) {
    case "sigstore-bundle":
      return {
        sign: `cosign sign --key ${key} ${unlogged} ${artifact}`,
        verify: `cosign verify --key ${publicKey} --insecure-ignore-tlog ${artifact}`,
      };
    case "cosign":
      return {
        sign: `cosign sign --key ${key} --new-bundle-format=false ${unlogged} ${artifact}`,
        verify: `cosign verify --key ${publicKey} --new-bundle-format=false --insecure-ignore-tlog ${artifact}`,
      };
    case "notation-jws":
    case "notation-cose": {
      const expiry = expiresAt === undefined ? "" : " --expiry DURATION";
      const encoding = format.slice("notation-".length);
      return {
        sign: `notation sign --key ${quote(keyName)} --signature-format ${encoding}${expiry} ${artifact}`,
        verify: `notation verify ${artifact}`,
      };
    }
  }
}

const root = "--trusted-root trusted_root.json";

/** What cosign is given in place of a key, to sign by the identity of whoever signs in and to verify that. */
export const identityOptions: PeerCommands = {
  sign: `--signing-config signing_config.json ${root}`,
  verify: `${root} --certificate-identity IDENTITY --certificate-oidc-issuer ISSUER`,
};

/** The commands of cosign that sign an artifact by the identity of whoever signs in, and verify it. */
export function identityCommands(artifact: string, { predicate }: Pick<SigningTerms, "predicate">): PeerCommands {
  const { sign, verify } = identityOptions;
  if (predicate === undefined)
    return {
      sign: `cosign sign ${sign} ${artifact}`,
      verify: `cosign verify ${verify} ${artifact}`,
    };
  const type = quote(predicate.type);
  return {
    sign: `cosign attest ${sign} --predicate predicate.json --type ${type} ${artifact}`,
    verify: `cosign verify-attestation ${verify} --type ${type} ${artifact}`,
  };
}

/**
 * Venafi's own tool, which signs an image in cosign's first format, or a file: with its configuration in config.ini. Only
 * for RSA: it stores ECDSA signatures as r and s side by side, which cosign does not read. And only for keys that sign at
 * once: it gives no justification, and takes the answer that an approval is pending for a signature.
 */
export function vsignCommand(
  what: { readonly image: string } | { readonly file: string },
  { spec, needs }: Pick<SigningKey, "spec" | "needs">,
): string | undefined {
  if (!spec.startsWith("rsa") || needs.length > 0) return undefined;
  return "image" in what
    ? `vsign sign --config config.ini --image ${what.image} --mechanism 64`
    : `vsign sign --config config.ini --payload ${quote(what.file)} --output-signature ${quote(`${what.file}.sig`)} --mechanism 64`;
}

/** A key's name comes from a service: quoted, it cannot become another command when it is pasted. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
