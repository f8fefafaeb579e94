import type { RegistryError } from "../../application/errors.ts";
import type { Manifest, Repository } from "../../application/ports.ts";
import { bytesMatchDigest, digestOf } from "../../core/image/contentDigest.ts";
import { isDigest } from "../../core/image/digest.ts";
import { manifestMediaTypes } from "../../core/image/manifest.ts";
import { isJsonObject, readJson } from "../../core/json.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";
import { errorCodes, unexpected, type Caller, type RegistryCall } from "./caller.ts";
import { endpointOf } from "./endpoint.ts";
import { failure, type Attempt } from "./failure.ts";
import type { RegistryLimits } from "./limits.ts";
import type { FollowedAnswer } from "./redirects.ts";

/** A caller with what it needs to know of its surroundings. */
export interface Connection {
  readonly call: Caller;
  readonly plainHttp: readonly string[];
  readonly limits: RegistryLimits;
}

const accept = Object.values(manifestMediaTypes).join(", ");

/** A manifest with the validator that its registry gave, for conditional writes. */
export interface FetchedManifest extends Manifest {
  readonly etag?: string;
}

/** The call for a path below a repository; every part of the path has been checked by its parser. */
export function repositoryCall(
  connection: Connection,
  repository: Repository,
  path: string,
  call: Pick<RegistryCall, "method" | "attempt" | "maxBytes">,
): RegistryCall {
  const endpoint = endpointOf(repository.registry, connection.plainHttp);
  return {
    ...call,
    endpoint,
    scope: {
      repository: repository.repository,
      actions: call.method === "GET" || call.method === "HEAD" ? "pull" : "pull,push",
    },
    url: new URL(`/v2/${repository.repository}/${path}`, endpoint.origin),
  };
}

/** Resolves a tag or digest with a HEAD, or with a GET where the answer names no digest; undefined where it does not exist. */
export async function resolveManifest(
  connection: Connection,
  repository: Repository,
  tagOrDigest: string,
  signal: AbortSignal,
): Promise<Descriptor | undefined> {
  const call = manifestCall(connection, repository, tagOrDigest, "HEAD");
  const answer = await connection.call(call, signal);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw unexpected(answer, call);
  const digest = answer.headers.get("docker-content-digest") ?? "";
  const size = answer.headers.get("content-length") ?? "";
  if (!isDigest(digest) || !/^\d{1,15}$/u.test(size))
    return (await fetchManifest(connection, repository, tagOrDigest, signal))?.descriptor;
  if (isDigest(tagOrDigest) && tagOrDigest !== digest) throw lied(call.attempt, repository.registry, tagOrDigest);
  return { mediaType: mediaTypeOf(answer), digest, size: Number(size) };
}

/** Fetches a manifest and checks it: by the digest asked for, or by the one that the registry names for a tag. */
export async function fetchManifest(
  connection: Connection,
  repository: Repository,
  tagOrDigest: string,
  signal: AbortSignal,
): Promise<FetchedManifest | undefined> {
  const call = manifestCall(connection, repository, tagOrDigest, "GET");
  const answer = await connection.call(call, signal);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw unexpected(answer, call);
  const { bytes } = answer;
  const named = answer.headers.get("docker-content-digest");
  const wanted = isDigest(tagOrDigest) ? tagOrDigest : (named ?? digestOf(bytes));
  if (!bytesMatchDigest(bytes, wanted)) throw lied(call.attempt, repository.registry, wanted);
  const json = readJson(bytes);
  if (!isJsonObject(json)) throw unexpected(answer, call);
  const stated = json["mediaType"];
  const sent = mediaTypeOf(answer);
  // One document read as two kinds is how a verdict would be about something else than what runs (CVE-2021-41190).
  if (typeof stated === "string" && stated !== sent && isManifestType(sent) && isManifestType(stated))
    throw failure(
      "digest-mismatch",
      call.attempt,
      `${repository.registry} calls the manifest ${sent}, and the manifest itself says ${stated}`,
      "The image must not be trusted until its owner has explained this.",
    );
  const etag = answer.headers.get("etag");
  return {
    descriptor: { mediaType: typeof stated === "string" ? stated : sent, digest: wanted, size: bytes.length },
    bytes,
    ...(etag === null ? {} : { etag }),
  };
}

/** Fetches a blob, no larger than its descriptor says, and checks it. */
export async function fetchBlob(
  connection: Connection,
  repository: Repository,
  descriptor: Descriptor,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const attempt = `read the blob ${descriptor.digest} of ${repository.repository} from ${repository.registry}`;
  if (!isDigest(descriptor.digest))
    throw failure("digest-mismatch", attempt, "that is no digest", "The manifest that names it is wrong.");
  const most = connection.limits.blobBytes;
  if (descriptor.size > most)
    throw failure(
      "limit-reached",
      attempt,
      `it is larger than the ${most} bytes that are read at most`,
      "Content of this size is not checked.",
    );
  const call = repositoryCall(connection, repository, `blobs/${descriptor.digest}`, {
    method: "GET",
    maxBytes: most,
    attempt,
  });
  const answer = await connection.call(call, signal);
  if (answer.status === 404)
    throw failure(
      "registry-error",
      attempt,
      "the registry names it but does not have it",
      "Push it again, or tell the registry's operator.",
    );
  if (answer.status !== 200) throw unexpected(answer, call);
  const { bytes } = answer;
  if (bytes.length !== descriptor.size || !bytesMatchDigest(bytes, descriptor.digest))
    throw lied(attempt, repository.registry, descriptor.digest);
  return bytes;
}

/** Whether a 404 says that the whole repository does not exist. */
export function isUnknownRepository(answer: Pick<FollowedAnswer, "status" | "bytes">): boolean {
  return answer.status === 404 && errorCodes(answer.bytes).includes("NAME_UNKNOWN");
}

/** The media type of an answer, without parameters. */
export function mediaTypeOf(answer: Pick<FollowedAnswer, "headers">): string {
  const type = (answer.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  return type === "" ? "application/octet-stream" : type.toLowerCase();
}

function manifestCall(
  connection: Connection,
  repository: Repository,
  tagOrDigest: string,
  method: "GET" | "HEAD",
): RegistryCall {
  const joint = isDigest(tagOrDigest) ? "@" : ":";
  const attempt = `read ${repository.repository}${joint}${tagOrDigest} from ${repository.registry}`;
  const maxBytes = connection.limits.manifestBytes;
  const call = repositoryCall(connection, repository, `manifests/${tagOrDigest}`, { method, attempt, maxBytes });
  return { ...call, headers: { accept } };
}

function isManifestType(mediaType: string): boolean {
  return Object.values<string>(manifestMediaTypes).includes(mediaType);
}

function lied(attempt: Attempt, registry: string, digest: string): RegistryError {
  return failure(
    "digest-mismatch",
    attempt,
    `what ${registry} sent is not what ${digest} stands for`,
    "Do not use the image; tell the registry's operator.",
  );
}
