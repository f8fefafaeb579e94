import type { Authority } from "../../src/core/policy/policy.ts";
import { createGitHubScene } from "../helpers/gitHubScene.ts";
import * as scene from "../helpers/signedImage.ts";
import * as sigstore from "../helpers/sigstoreScene.ts";
import { at, bytesAt, essenceOf, judgeBy, pairOf, pemAt, type Parts, type Sample } from "./samples.ts";

const own = sigstore.createSigstoreScene();
const stranger = sigstore.createSigstoreScene();
const gitHub = createGitHubScene();
const slsa = "https://slsa.dev/provenance/v1";
const other = `sha256:${"5a".repeat(32)}`;
const simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
const dsse = "application/vnd.dsse.envelope.v1+json";
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const keyOf = (pair: ReturnType<typeof pairOf>): string => Buffer.from(pemText(pair)).toString();

function pemText({ publicKey }: ReturnType<typeof pairOf>): string {
  return typeof publicKey === "string" || Buffer.isBuffer(publicKey)
    ? publicKey.toString()
    : publicKey.export({ type: "spki", format: "pem" }).toString();
}

interface Making {
  readonly instance?: sigstore.SigstoreScene;
  readonly digest?: string;
  readonly key?: string;
}

/** The signature itself, one for another image, and one by somebody whom nobody trusts. */
function three(
  make: (how: Making) => Parts,
  key: boolean,
): { readonly parts: Parts; readonly twins: readonly Parts[] } {
  const foreign = key ? { key: "stranger" } : { instance: stranger };
  return { parts: make({}), twins: [make({ digest: other }), make(foreign)] };
}

function signed(payload: Uint8Array, envelope: boolean, { instance = own, key = "acme" }: Making, keyless: boolean) {
  const keys = pairOf(key);
  if (!isKeyPair(keys)) throw new Error("the pair is no pair of key objects");
  return sigstore.signParts(instance, { payload, envelope, keyless, ...(keyless ? {} : { keys }) });
}

function isKeyPair(pair: object): pair is NonNullable<Parameters<typeof sigstore.signParts>[1]["keys"]> {
  return "privateKey" in pair && typeof pair.privateKey === "object";
}

function firstFormat(
  name: string,
  kind: sigstore.EntryKind,
  keyless: boolean,
  stamped: boolean,
  authority: Authority,
): Sample {
  const make = (how: Making): Parts => {
    const payload = sigstore.simpleSigningPayload(how.digest);
    const made = signed(payload, false, how, keyless);
    const instance = how.instance ?? own;
    const stamp = stamped ? { stamp: sigstore.stampResponse(instance, made.signature) } : {};
    const entry = sigstore.logEntryOf(instance, kind, made);
    return { payload, annotations: json(sigstore.cosignAnnotationsOf(made, { entry, ...stamp })) };
  };
  return {
    name,
    kinds: { payload: "json", annotations: "json", manifest: "json" },
    ...three(make, !keyless),
    attach: ({ payload = Buffer.alloc(0), annotations }) =>
      scene.attach(
        [{ mediaType: simpleSigning, bytes: payload, annotations: objectIn(annotations) }],
        {},
        "signature-tag",
      ),
    judge: judgeBy(authority, own.material),
    essence: ({ payload, annotations }) =>
      essenceOf(
        payload,
        bytesAt(annotations, "dev.cosignproject.cosign/signature"),
        pemAt(annotations, "dev.sigstore.cosign/certificate"),
      ),
    verified: true,
  };
}

function firstAttestation(name: string, kind: sigstore.EntryKind, authority: Authority): Sample {
  const make = (how: Making): Parts => {
    const made = signed(sigstore.statementOf(slsa, how.digest), true, how, true);
    const envelope = sigstore.envelopeOf(made);
    const instance = how.instance ?? own;
    const entry = sigstore.logEntryOf(instance, kind, made);
    const stamp = sigstore.stampResponse(instance, envelope);
    return { envelope, annotations: json(sigstore.cosignAnnotationsOf(made, { entry, stamp, inEnvelope: true })) };
  };
  return {
    name,
    kinds: { envelope: "json", annotations: "json", manifest: "json" },
    ...three(make, false),
    attach: ({ envelope = Buffer.alloc(0), annotations }) =>
      scene.attach([{ mediaType: dsse, bytes: envelope, annotations: objectIn(annotations) }], {}, "attestation-tag"),
    judge: judgeBy(authority, own.material),
    essence: ({ envelope, annotations }) =>
      essenceOf(
        bytesAt(envelope, "payload"),
        textAt(envelope, "payloadType"),
        bytesAt(envelope, "signatures", 0, "sig"),
        pemAt(annotations, "dev.sigstore.cosign/certificate"),
      ),
    verified: true,
  };
}

interface Bundling {
  readonly content: "envelope" | "message";
  readonly kind: sigstore.EntryKind;
  readonly stamped: boolean;
  readonly keyless: boolean;
  readonly version?: "0.1" | "0.2" | "0.3";
}

function bundle(name: string, how: Bundling, authority: Authority): Sample {
  const make = (making: Making): Parts => {
    const instance = making.instance ?? own;
    const payload =
      how.content === "envelope"
        ? sigstore.statementOf(undefined, making.digest)
        : making.digest === undefined
          ? scene.imageBytes
          : Buffer.from("another image");
    const made = signed(payload, how.content === "envelope", making, how.keyless);
    const entry = sigstore.logEntryOf(instance, how.kind, made);
    const stamps = how.stamped ? [sigstore.stampResponse(instance, made.signature)] : [];
    const entries = entry === undefined ? [] : [entry];
    return { bundle: json(sigstore.bundleOf(made, { ...how, entries, stamps })) };
  };
  return bundled(name, three(make, !how.keyless), judgeBy(authority, own.material));
}

function bundled(name: string, three: Pick<Sample, "parts" | "twins">, judgeIt: Sample["judge"]): Sample {
  const material = "verificationMaterial";
  return {
    name,
    kinds: { bundle: "json", manifest: "json" },
    ...three,
    attach: ({ bundle: bytes = Buffer.alloc(0) }) => scene.attachBundle(bytes),
    judge: judgeIt,
    essence: ({ bundle: bytes }) =>
      essenceOf(
        bytesAt(bytes, "dsseEnvelope", "payload") ?? bytesAt(bytes, "messageSignature", "messageDigest", "digest"),
        textAt(bytes, "dsseEnvelope", "payloadType") ?? "message",
        bytesAt(bytes, "dsseEnvelope", "signatures", 0, "sig") ?? bytesAt(bytes, "messageSignature", "signature"),
        bytesAt(bytes, material, "certificate", "rawBytes") ??
          bytesAt(bytes, material, "x509CertificateChain", "certificates", 0, "rawBytes") ??
          "key",
      ),
    verified: true,
  };
}

function gitHubSample(): Sample {
  const foreign = createGitHubScene();
  const parts = { bundle: json(gitHub.attest(slsa)) };
  const twins = [{ bundle: json(foreign.attest(slsa)) }, { bundle: json(gitHub.attest("https://example.com/other")) }];
  const authority = scene.keylessAuthority({ attestations: [slsa], trustedRoot: "github" });
  const material = { trustedRoots: [...own.material.trustedRoots, gitHub.root], defaultRoot: "trial" };
  return bundled("GitHub's own instance", { parts, twins }, judgeBy(authority, material));
}

function objectIn(bytes: Buffer | undefined): object {
  const value = at(bytes);
  return typeof value === "object" && value !== null ? value : {};
}

function textAt(source: Uint8Array | undefined, ...path: readonly (string | number)[]): string | undefined {
  const text = at(source, ...path);
  return typeof text === "string" ? text : undefined;
}

/** Signatures of every Sigstore format. */
export function sigstoreSamples(): readonly Sample[] {
  const byKey = scene.keyAuthority(keyOf(pairOf("acme")));
  const keyless = scene.keylessAuthority();
  const stamped = scene.keylessAuthority({ requiresTimestamp: {} });
  const attesting = scene.keylessAuthority({ attestations: [slsa] });
  return [
    firstFormat("cosign's first format by a key", "none", false, false, byKey),
    firstFormat("cosign's first format by a certificate", "hashedrekord 0.0.1", true, false, keyless),
    firstFormat("cosign's first format with rekord 0.0.1", "rekord 0.0.1", true, false, keyless),
    firstFormat("cosign's first format with a time stamp", "none", true, true, stamped),
    firstAttestation("an attestation of the first format, intoto 0.0.1", "intoto 0.0.1", attesting),
    firstAttestation("an attestation of the first format, dsse 0.0.1", "dsse 0.0.1", attesting),
    bundle("a bundle by a key", { content: "envelope", kind: "none", stamped: false, keyless: false }, byKey),
    bundle("a bundle of Rekor 1", { content: "envelope", kind: "dsse 0.0.1", stamped: false, keyless: true }, keyless),
    bundle(
      "a bundle of Rekor 1, intoto 0.0.2, v0.1",
      { content: "envelope", kind: "intoto 0.0.2", stamped: false, keyless: true, version: "0.1" },
      keyless,
    ),
    bundle(
      "a bundle of Rekor 2",
      { content: "envelope", kind: "hashedrekord 0.0.2", stamped: true, keyless: true },
      keyless,
    ),
    bundle(
      "a bundle over the manifest, Rekor 1",
      { content: "message", kind: "hashedrekord 0.0.1", stamped: false, keyless: true },
      keyless,
    ),
    bundle(
      "a bundle over the manifest, Rekor 2",
      { content: "message", kind: "hashedrekord 0.0.2", stamped: true, keyless: true },
      keyless,
    ),
    gitHubSample(),
  ];
}
