import type { Repository } from "../../application/ports.ts";
import { referrersTag } from "../../core/image/attachmentTag.ts";
import { digestOf } from "../../core/image/contentDigest.ts";
import { manifestMediaTypes, parseManifest } from "../../core/image/manifest.ts";
import { isJsonArray, isJsonObject, readJson } from "../../core/json.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";
import { unexpected, type RegistryCall } from "./caller.ts";
import { repositoryCall, type Connection } from "./content.ts";
import { failure } from "./failure.ts";
import type { FollowedAnswer } from "./redirects.ts";
import { addToTaggedList, putManifest, type TaggedList } from "./taggedList.ts";

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
    await addToTaggedList(
      connection,
      repository,
      fallbackList(subject.digest),
      [digest, JSON.stringify(withAnnotations(descriptor, bytes))],
      signal,
    );
  return descriptor;
}

/** The index under the fallback tag of what is referred to (distribution specification, Referrers Tag Schema). */
function fallbackList(subject: string): TaggedList {
  return {
    tag: referrersTag(subject),
    mediaType: manifestMediaTypes.ociIndex,
    entriesOf(current) {
      const json = current === undefined ? undefined : readJson(current);
      const listed = isJsonObject(json) && isJsonArray(json["manifests"]) ? json["manifests"] : [];
      return new Map(
        listed.flatMap((item) =>
          isJsonObject(item) && typeof item["digest"] === "string" ? [[item["digest"], JSON.stringify(item)]] : [],
        ),
      );
    },
    withEntries: (entries) =>
      new TextEncoder().encode(
        `{"schemaVersion":2,"mediaType":"${manifestMediaTypes.ociIndex}","manifests":[${entries.join(",")}]}`,
      ),
  };
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
