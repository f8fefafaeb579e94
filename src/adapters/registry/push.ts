import type { Repository } from "../../application/ports.ts";
import { referrersTag } from "../../core/image/attachmentTag.ts";
import { digestOf } from "../../core/image/digest.ts";
import { manifestMediaTypes, parseManifest } from "../../core/image/manifest.ts";
import { isJsonArray, isJsonObject, readJson } from "../../core/json.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";
import { unexpected, type RegistryCall } from "./caller.ts";
import { fetchManifest, repositoryCall, type Connection } from "./content.ts";
import { failure } from "./failure.ts";
import type { FollowedAnswer } from "./redirects.ts";

/** A manifest to push; `tag` gives it a name besides its digest. */
export interface ManifestToPush {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly tag?: string;
}

/** Uploads a blob in one piece (distribution specification, POST then PUT), unless the registry has it already. */
export async function pushBlob(
  connection: Connection,
  repository: Repository,
  bytes: Uint8Array,
  mediaType: string,
  signal: AbortSignal,
): Promise<Descriptor> {
  const digest = digestOf(bytes);
  const attempt = `push a blob to ${repository.repository} on ${repository.registry}`;
  const maxBytes = connection.limits.otherBytes;
  const descriptor = { mediaType, digest, size: bytes.length };
  const probe = repositoryCall(connection, repository, `blobs/${digest}`, { method: "HEAD", attempt, maxBytes });
  const existing = await connection.call({ ...probe, scope: { ...probe.scope, actions: "pull,push" } }, signal);
  if (existing.status === 200) return descriptor;

  const start = repositoryCall(connection, repository, "blobs/uploads/", { method: "POST", attempt, maxBytes });
  const started = await connection.call({ ...start, headers: { "content-length": "0" } }, signal);
  if (started.status !== 202) throw unexpected(started, start);
  const url = uploadAddress(started, start);
  url.searchParams.set("digest", digest);
  const put: RegistryCall = {
    ...start,
    method: "PUT",
    url,
    body: bytes,
    headers: { "content-type": "application/octet-stream" },
  };
  const stored = await connection.call(put, signal);
  if (stored.status !== 201) throw unexpected(stored, put);
  return descriptor;
}

/**
 * Pushes a manifest by its digest, or its tag. Where it refers to another and the registry does not say that it took note
 * (`OCI-Subject`), it is added to the fallback tag of the other.
 */
export async function pushManifest(
  connection: Connection,
  repository: Repository,
  manifest: ManifestToPush,
  signal: AbortSignal,
): Promise<Descriptor> {
  const { bytes, mediaType, subject, artifactType } = manifest;
  const digest = digestOf(bytes);
  const stored = await putManifest(connection, repository, manifest.tag ?? digest, { bytes, mediaType }, {}, signal);
  const named = stored.answer.headers.get("docker-content-digest");
  if (stored.answer.status !== 201) throw unexpected(stored.answer, stored.call);
  if (named !== null && named !== digest)
    throw failure(
      "digest-mismatch",
      stored.call.attempt,
      "the registry stored it under another digest than it has",
      "Do not use what was pushed; tell the registry's operator.",
    );
  const descriptor: Descriptor = {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
  };
  if (subject !== undefined && stored.answer.headers.get("oci-subject") === null)
    await addToFallbackTag(connection, repository, subject.digest, withAnnotations(descriptor, bytes), signal);
  return descriptor;
}

const conflictAttempts = 5;

/**
 * Adds an entry to the index under the fallback tag. The write is conditional on what was read, where the registry can do that,
 * and read again afterwards, because many cannot: an entry that another writer dropped meanwhile is put back.
 */
async function addToFallbackTag(
  connection: Connection,
  repository: Repository,
  subject: string,
  entry: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  const tag = referrersTag(subject);
  const wanted = new Map([[entry.digest, JSON.stringify(entry)]]);
  for (let attempt = 1; attempt <= conflictAttempts; attempt++) {
    const current = await fetchManifest(connection, repository, tag, signal);
    const entries = rawEntries(current?.bytes);
    if ([...wanted.keys()].every((digest) => entries.has(digest))) return;
    for (const [digest, raw] of entries) wanted.set(digest, raw);
    const index = `{"schemaVersion":2,"mediaType":"${manifestMediaTypes.ociIndex}","manifests":[${[...wanted.values()].join(",")}]}`;
    const bytes = new TextEncoder().encode(index);
    const condition: Record<string, string> = current === undefined ? { "if-none-match": "*" } : ifMatch(current.etag);
    const put = await putManifest(
      connection,
      repository,
      tag,
      { bytes, mediaType: manifestMediaTypes.ociIndex },
      condition,
      signal,
    );
    if (put.answer.status !== 201 && put.answer.status !== 412 && put.answer.status !== 409)
      throw unexpected(put.answer, put.call);
  }
  const current = await fetchManifest(connection, repository, tag, signal);
  if (rawEntries(current?.bytes).has(entry.digest)) return;
  throw failure(
    "registry-error",
    `add the signature to the list ${tag} of ${repository.repository} on ${repository.registry}`,
    "others change that list at the same time",
    "Try again.",
  );
}

/** The entries of an index as they are written, by digest: what other clients put there is kept to the letter. */
function rawEntries(bytes: Uint8Array | undefined): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const json = bytes === undefined ? undefined : readJson(bytes);
  const listed = isJsonObject(json) && isJsonArray(json["manifests"]) ? json["manifests"] : [];
  for (const item of listed) {
    if (isJsonObject(item) && typeof item["digest"] === "string") entries.set(item["digest"], JSON.stringify(item));
  }
  return entries;
}

/** An entry of a list carries the annotations and the type of the manifest that it stands for (distribution specification, Pushing Manifests with Subject). */
function withAnnotations(descriptor: Descriptor, bytes: Uint8Array): Descriptor {
  const manifest = parseManifest(bytes).value;
  if (manifest === undefined) return descriptor;
  const artifactType =
    manifest.artifactType ??
    descriptor.artifactType ??
    (manifest.kind === "manifest" ? manifest.config?.mediaType : undefined);
  const annotations = Object.keys(manifest.annotations).length === 0 ? {} : { annotations: manifest.annotations };
  return { ...descriptor, ...(artifactType === undefined ? {} : { artifactType }), ...annotations };
}

async function putManifest(
  connection: Connection,
  repository: Repository,
  reference: string,
  { bytes, mediaType }: Pick<ManifestToPush, "bytes" | "mediaType">,
  condition: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly answer: FollowedAnswer; readonly call: RegistryCall }> {
  const attempt = `push a manifest to ${repository.repository} on ${repository.registry}`;
  const maxBytes = connection.limits.otherBytes;
  const shared = repositoryCall(connection, repository, `manifests/${reference}`, { method: "PUT", attempt, maxBytes });
  const call: RegistryCall = { ...shared, body: bytes, headers: { "content-type": mediaType, ...condition } };
  return { answer: await connection.call(call, signal), call };
}

/** Strong validators only: a weak one never matches (RFC 9110, 13.1.1). */
function ifMatch(etag: string | undefined): Record<string, string> {
  return etag?.startsWith('"') === true ? { "if-match": etag } : {};
}

/** Where an upload goes on. Another origin would get the login and the content, so it must be the registry's own. */
function uploadAddress(answer: FollowedAnswer, call: RegistryCall): URL {
  const location = answer.headers.get("location");
  const url = location !== null && URL.canParse(location, call.url.href) ? new URL(location, call.url) : undefined;
  if (url !== undefined && url.origin === call.url.origin && url.username === "" && url.password === "") return url;
  throw failure(
    "registry-error",
    call.attempt,
    "the registry sends uploads to another address than its own",
    "Nothing was sent there. Tell the registry's operator.",
  );
}
