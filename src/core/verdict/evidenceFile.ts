import { decodeBase64 } from "../base64.ts";
import { formatReference, parseReference } from "../image/reference.ts";
import { isJsonArray, isJsonObject, readJson, type JsonObject } from "../json.ts";
import type { RevocationAnswer } from "../x509/revocation.ts";
import type { Candidate, Descriptor, Evidence, Failure, FailureCode, Lookup } from "./evidence.ts";

/** Evidence about images, as it travels in a file. Who wrote the file is not proven: it can claim no more than a registry can. */
export interface EvidenceFile {
  /** By normalised reference. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** RFC 3339 time of the oldest look-up in it. */
  readonly collectedAt: string | undefined;
}

/** A file that could be read, or why not, in words that follow "the evidence". */
export type ReadEvidence =
  | { readonly kind: "evidence"; readonly file: EvidenceFile }
  | { readonly kind: "unreadable"; readonly why: string };

/** Bounds on what a file may make us hold. The bytes of blobs are bounded by the file's own size. */
const limits = { images: 10_000, entries: 1000, blobs: 100_000, text: 4096 } as const;

const fileKind = "countersign-evidence";

/** Writes evidence as JSON; what several images share is written once. */
export function writeEvidence(evidence: readonly Evidence[]): string {
  const blobs = new Map<string, string>();
  for (const [digest, bytes] of evidence.flatMap((each) => Object.entries(each.blobs)))
    if (!blobs.has(digest)) blobs.set(digest, toBase64(bytes));
  const images = evidence.map(({ blobs: held, revocations, ...rest }) => ({
    ...rest,
    blobs: Object.keys(held),
    ...(revocations === undefined
      ? {}
      : { revocations: revocations.map(({ bytes, ...answer }) => ({ ...answer, bytes: toBase64(bytes) })) }),
  }));
  return `${JSON.stringify({ kind: fileKind, version: 1, images, blobs: Object.fromEntries(blobs) }, undefined, 1)}\n`;
}

/**
 * Reads what `writeEvidence` wrote. Nothing in it is believed for being there: `judge` hashes every blob again, a digest in
 * a reference is the image's digest, and a time that has not come yet, or a part that cannot be read, makes the whole file
 * unusable, so that nothing can be left out of it by being written badly.
 */
export function readEvidence(text: string, now: Date): ReadEvidence {
  const json = readJson(text);
  if (!isJsonObject(json) || json["kind"] !== fileKind) return unreadable("is no file of evidence by Countersign");
  if (json["version"] !== 1)
    return unreadable(`has the version ${String(json["version"]).slice(0, 20)}, and 1 is read`);
  const images = json["images"];
  const blobs = json["blobs"];
  if (!isJsonArray(images) || !isJsonObject(blobs)) return unreadable("lacks its images or its blobs");
  if (images.length > limits.images || Object.keys(blobs).length > limits.blobs)
    return unreadable("holds more than is read");
  const bytes = new Map<string, Uint8Array>();
  for (const [digest, value] of Object.entries(blobs)) {
    const decoded = fromBase64(value);
    if (decoded === undefined) return unreadable(`holds something else than base64 as ${digest.slice(0, 80)}`);
    bytes.set(digest, decoded);
  }
  const evidence = new Map<string, Evidence>();
  for (const [index, image] of images.entries()) {
    const read = isJsonObject(image) ? readImage(image, bytes) : undefined;
    if (read === undefined) return unreadable(`has an image (number ${index + 1}) that cannot be read`);
    if (evidence.has(read.reference)) return unreadable(`holds ${read.reference} twice`);
    evidence.set(read.reference, read);
  }
  const times = [...evidence.values()].flatMap(({ lookups, revocations = [] }) => [...lookups, ...revocations]);
  if (times.some(({ at }) => Date.parse(at) > now.getTime() + clockSkew))
    return unreadable("says that it was collected at a time that has not come yet");
  const [collectedAt] = [...evidence.values()]
    .flatMap(({ lookups }) => lookups.map(({ at }) => at))
    .toSorted((one, other) => Date.parse(one) - Date.parse(other));
  return { kind: "evidence", file: { evidence, collectedAt } };
}

/** Milliseconds by which clocks of two machines may differ. */
const clockSkew = 5 * 60 * 1000;

// Records, so that a word that is added to the type is missed here by the compiler.
const lookupKinds: Readonly<Record<Lookup["kind"], true>> = {
  image: true,
  referrers: true,
  "referrers-tag": true,
  "signature-tag": true,
  "attestation-tag": true,
  "sbom-tag": true,
};
const lookupOutcomes: Readonly<Record<Lookup["outcome"], true>> = { found: true, absent: true, failed: true };
const origins: Readonly<Record<Candidate["from"], true>> = {
  referrers: true,
  "referrers-tag": true,
  "signature-tag": true,
  "attestation-tag": true,
  "sbom-tag": true,
};
const answerKinds: Readonly<Record<RevocationAnswer["kind"], true>> = { ocsp: true, list: true };
const failureCodes: Readonly<Record<FailureCode, true>> = {
  "image-not-found": true,
  network: true,
  timeout: true,
  tls: true,
  authentication: true,
  "auth-helper-failed": true,
  "rate-limit": true,
  "registry-error": true,
  "digest-mismatch": true,
  "revocation-unknown": true,
  "no-trusted-root": true,
  "unsupported-format": true,
  "policy-not-understood": true,
  "limit-reached": true,
  offline: true,
  "workspace-not-trusted": true,
  cancelled: true,
};

function readImage(json: JsonObject, blobs: ReadonlyMap<string, Uint8Array>): Evidence | undefined {
  const reference = textOf(json["reference"]);
  const parsed = reference === undefined ? undefined : parseReference(reference).value;
  if (reference === undefined || parsed === undefined || formatReference(parsed) !== reference) return undefined;
  const image = json["image"] === undefined ? "none" : readDescriptor(json["image"]);
  const lookups = listOf(json["lookups"], readLookup);
  const candidates = listOf(json["candidates"], readCandidate);
  const others = json["others"] === undefined ? "none" : listOf(json["others"], readDescriptor);
  const held = listOf(json["blobs"], textOf, limits.blobs);
  const revocations = json["revocations"] === undefined ? "none" : listOf(json["revocations"], readRevocation);
  if (image === undefined || lookups === undefined || candidates === undefined) return undefined;
  if (held === undefined || revocations === undefined || others === undefined) return undefined;
  // What a digest stands for is nothing that a file can say.
  if (parsed.digest !== undefined && image !== "none" && image.digest !== parsed.digest) return undefined;
  // A blob that is named and not there is found to be missing where it is needed.
  const own = held.flatMap((digest) => {
    const bytes = blobs.get(digest);
    return bytes === undefined ? [] : [[digest, bytes] as const];
  });
  return {
    reference,
    ...(image === "none" ? {} : { image }),
    lookups,
    candidates,
    ...(others === "none" ? {} : { others }),
    blobs: Object.fromEntries(own),
    ...(revocations === "none" ? {} : { revocations }),
  };
}

function readDescriptor(json: unknown): Descriptor | undefined {
  if (!isJsonObject(json)) return undefined;
  const mediaType = textOf(json["mediaType"]);
  const digest = textOf(json["digest"]);
  const size = json["size"];
  const artifactType = json["artifactType"] === undefined ? "none" : textOf(json["artifactType"]);
  const annotations = json["annotations"] === undefined ? "none" : textsOf(json["annotations"]);
  if (mediaType === undefined || digest === undefined || typeof size !== "number" || !Number.isSafeInteger(size))
    return undefined;
  if (size < 0 || artifactType === undefined || annotations === undefined) return undefined;
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === "none" ? {} : { artifactType }),
    ...(annotations === "none" ? {} : { annotations }),
  };
}

function readLookup(json: unknown): Lookup | undefined {
  if (!isJsonObject(json)) return undefined;
  const kind = oneOf(json["kind"], lookupKinds);
  const outcome = oneOf(json["outcome"], lookupOutcomes);
  const target = textOf(json["target"]);
  const at = timeOf(json["at"]);
  const failure = json["failure"] === undefined ? "none" : readFailure(json["failure"]);
  if (kind === undefined || outcome === undefined || target === undefined || at === undefined) return undefined;
  return failure === undefined ? undefined : { kind, target, at, outcome, ...(failure === "none" ? {} : { failure }) };
}

function readCandidate(json: unknown): Candidate | undefined {
  if (!isJsonObject(json)) return undefined;
  const descriptor = readDescriptor(json["descriptor"]);
  const from = oneOf(json["from"], origins);
  const failure = json["failure"] === undefined ? "none" : readFailure(json["failure"]);
  if (descriptor === undefined || from === undefined || failure === undefined) return undefined;
  return { descriptor, from, ...(failure === "none" ? {} : { failure }) };
}

function readFailure(json: unknown): Failure | undefined {
  const code = isJsonObject(json) ? oneOf(json["code"], failureCodes) : undefined;
  const message = isJsonObject(json) ? textOf(json["message"]) : undefined;
  return code === undefined || message === undefined ? undefined : { code, message };
}

function readRevocation(json: unknown): RevocationAnswer | undefined {
  if (!isJsonObject(json)) return undefined;
  const kind = oneOf(json["kind"], answerKinds);
  const url = textOf(json["url"]);
  const subject = json["subject"] === undefined ? "none" : textOf(json["subject"]);
  const at = timeOf(json["at"]);
  const bytes = fromBase64(json["bytes"]);
  if (kind === undefined || url === undefined || subject === undefined || at === undefined || bytes === undefined)
    return undefined;
  return { kind, url, ...(subject === "none" ? {} : { subject }), at, bytes };
}

function listOf<T>(
  json: unknown,
  read: (entry: unknown) => T | undefined,
  most: number = limits.entries,
): readonly T[] | undefined {
  if (!isJsonArray(json) || json.length > most) return undefined;
  const entries: T[] = [];
  for (const entry of json) {
    const value = read(entry);
    if (value === undefined) return undefined;
    entries.push(value);
  }
  return entries;
}

function textsOf(json: unknown): Readonly<Record<string, string>> | undefined {
  if (!isJsonObject(json)) return undefined;
  const entries = Object.entries(json).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []));
  return entries.length === Object.keys(json).length ? Object.fromEntries(entries) : undefined;
}

function textOf(json: unknown): string | undefined {
  return typeof json === "string" && json.length <= limits.text ? json : undefined;
}

function timeOf(json: unknown): string | undefined {
  const text = textOf(json);
  return text !== undefined && /^\d{4}-\d\d-\d\dT/u.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

function oneOf<T extends string>(json: unknown, words: Readonly<Record<T, true>>): T | undefined {
  return typeof json === "string" && isWord(json, words) ? json : undefined;
}

function isWord<T extends string>(text: string, words: Readonly<Record<T, true>>): text is T {
  return Object.hasOwn(words, text);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function fromBase64(json: unknown): Uint8Array | undefined {
  return typeof json === "string" ? decodeBase64(json) : undefined;
}

function unreadable(why: string): ReadEvidence {
  return { kind: "unreadable", why };
}
