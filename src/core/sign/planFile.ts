import { createHash } from "node:crypto";
import type { Parsed } from "../problem.ts";
import { assembleBundle, type SignatureWitness } from "./assembleBundle.ts";
import { statementPayload, type SignedPayload, type SigningTerms } from "./payload.ts";
import { identityOptions, quote, unlogged, type PeerCommands } from "./peerCommands.ts";
import type { PlannedSignature } from "./plan.ts";
import { chooseScheme } from "./scheme.ts";
import type { SigningKey } from "./signingKey.ts";
import { attestationStatement } from "./statement.ts";

/** A file with its name for people: the path as it was written, with forward slashes. */
export interface FileToSign {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Everything that is settled before a service is asked to sign a file. */
export interface FilePlan extends PlannedSignature {
  readonly name: string;
  readonly size: number;
  /** `sha256:<hex>` of the file. */
  readonly fileDigest: string;
  readonly terms: SigningTerms;
  /** The same by cosign: POSIX shell, placeholders for keys. */
  readonly commands: PeerCommands;
}

/** Ed25519 signs whole messages, and services take no larger ones than these. */
const maximumMessage = 1024 * 1024;

/** Plans the signature of a file, or an attestation about it, as a Sigstore bundle beside it. Without a value, one problem says why not. */
export function planFile(file: FileToSign, key: SigningKey, terms: SigningTerms = {}): Parsed<FilePlan> {
  const { value: scheme, problems } = chooseScheme(key, "sigstore-bundle");
  if (scheme === undefined) return { value: undefined, problems };
  const { name, content } = file;
  const hex = createHash("sha256").update(content).digest("hex");
  const { predicate } = terms;
  const payload: SignedPayload =
    predicate === undefined
      ? { payloadType: "application/octet-stream", payload: content, signedBytes: content }
      : statementPayload(attestationStatement(baseName(name), `sha256:${hex}`, predicate));
  if (scheme.scheme === "ed25519" && payload.signedBytes.length > maximumMessage)
    return {
      value: undefined,
      problems: [
        {
          code: "key-unusable",
          message: `Key '${key.name}' is an Ed25519 key, which signs whole messages; ${name} is too large to be sent. Use a key of ECDSA or RSA.`,
        },
      ],
    };
  return {
    value: {
      ...payload,
      artifact: name,
      name,
      size: content.length,
      fileDigest: `sha256:${hex}`,
      key,
      scheme,
      terms,
      digest: createHash(scheme.hash).update(payload.signedBytes).digest(),
      commands: commandsFor(name, key, terms),
    },
    problems: [],
  };
}

/** The bundle that goes beside the file. */
export function assembleFileBundle(plan: FilePlan, signature: Uint8Array, witness: SignatureWitness): Uint8Array {
  const content =
    plan.terms.predicate === undefined
      ? ({ kind: "message", sha256: Buffer.from(plan.fileDigest.slice("sha256:".length), "hex") } as const)
      : ({ kind: "envelope", payloadType: plan.payloadType, payload: plan.payload } as const);
  return assembleBundle(content, plan.key.publicKey, signature, witness);
}

/** Where the bundle of a file goes unless another place is named. */
export function bundlePathOf(path: string): string {
  return `${path}.sigstore.json`;
}

function commandsFor(
  name: string,
  { name: keyName, isEphemeral }: SigningKey,
  { predicate }: SigningTerms,
): PeerCommands {
  const file = quote(name);
  const bundle = quote(bundlePathOf(name));
  const byKey = {
    sign: `--key ${quote(`${keyName}.key`)}`,
    verify: `--key ${quote(`${keyName}.pub`)}`,
    unlogged: `${unlogged} `,
    unproven: "--insecure-ignore-tlog ",
  };
  const by = isEphemeral === true ? { ...identityOptions, unlogged: "", unproven: "" } : byKey;
  if (predicate === undefined)
    return {
      sign: `cosign sign-blob ${by.sign} --bundle ${bundle} ${by.unlogged}${file}`,
      verify: `cosign verify-blob ${by.verify} --bundle ${bundle} ${by.unproven}${file}`,
    };
  const type = quote(predicate.type);
  return {
    sign: `cosign attest-blob ${by.sign} --predicate predicate.json --type ${type} --bundle ${bundle} ${by.unlogged}${file}`,
    verify: `cosign verify-blob-attestation ${by.verify} --type ${type} --bundle ${bundle} ${by.unproven}${file}`,
  };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
