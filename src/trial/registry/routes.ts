import { randomUUID } from "node:crypto";
import { bytesMatchDigest } from "../../core/image/contentDigest.ts";
import { isDigest } from "../../core/image/digest.ts";
import { manifestMediaTypes, parseManifest } from "../../core/image/manifest.ts";
import { readRequest, sendBytes, sendDone, sendError, sendJson, type Exchange } from "./exchange.ts";
import type { Store } from "./store.ts";

/** How the trial registry behaves. */
export interface RouteOptions {
  /** Without it the registry is one of before the distribution specification 1.1: clients use the fallback tag. */
  readonly referrersApi: boolean;
  /** Referrers on one page. */
  readonly pageSize: number;
  readonly manifestBytes: number;
  readonly blobBytes: number;
}

const repositoryPath =
  /^\/v2\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)\/(manifests|referrers|tags|blobs\/uploads|blobs)\/([^/]*)$/u;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u;

/** Answers the distribution API (version 1.1) from a store. */
export function createRoutes(store: Store, options: RouteOptions): (exchange: Exchange) => Promise<void> {
  /** Uploads under way, by their session. */
  const uploads = new Map<string, Buffer>();
  const mostUploads = 1000;

  return async (exchange) => {
    const { url } = exchange;
    if (url.pathname === "/v2/" || url.pathname === "/v2")
      return sendJson(exchange, 200, {}, { "docker-distribution-api-version": "registry/2.0" });
    if (url.pathname === "/v2/_catalog") return sendJson(exchange, 200, { repositories: store.repositories() });
    const [, repository, kind, name] = repositoryPath.exec(url.pathname) ?? [];
    if (repository === undefined || name === undefined)
      return sendError(exchange, 404, "NAME_INVALID", "no such address");
    switch (kind) {
      case "manifests":
        return manifests(exchange, repository, name);
      case "blobs":
        return blobs(exchange, repository, name);
      case "blobs/uploads":
        return upload(exchange, repository, name);
      case "tags":
        return tags(exchange, repository, name);
      default:
        return referrers(exchange, repository, name);
    }
  };

  async function manifests(exchange: Exchange, repository: string, reference: string): Promise<void> {
    const { method, request } = exchange;
    if (!isDigest(reference) && !tagForm.test(reference))
      return sendError(exchange, 400, "TAG_INVALID", "no tag and no digest");
    if (method === "PUT") return putManifest(exchange, repository, reference);
    if (method === "DELETE")
      return store.deleteManifest(repository, reference)
        ? sendDone(exchange, 202, {})
        : sendError(exchange, 404, "MANIFEST_UNKNOWN", "no such manifest");
    if (method !== "GET" && method !== "HEAD") return sendError(exchange, 405, "UNSUPPORTED", "not possible");
    if (!store.hasRepository(repository)) return sendError(exchange, 404, "NAME_UNKNOWN", "no such repository");
    const stored = store.manifest(repository, reference);
    if (stored === undefined) return sendError(exchange, 404, "MANIFEST_UNKNOWN", "no such manifest");
    const etag = `"${stored.digest}"`;
    if (request.headers["if-none-match"] === etag) return sendDone(exchange, 304, { etag });
    return sendBytes(exchange, stored.bytes, {
      "content-type": stored.mediaType,
      "docker-content-digest": stored.digest,
      etag,
    });
  }

  async function putManifest(exchange: Exchange, repository: string, reference: string): Promise<void> {
    const { headers } = exchange.request;
    const bytes = await readRequest(exchange, options.manifestBytes);
    if (bytes === undefined) return sendError(exchange, 413, "SIZE_INVALID", "the manifest is too large");
    const parsed = parseManifest(bytes).value;
    if (parsed === undefined) return sendError(exchange, 400, "MANIFEST_INVALID", "the manifest cannot be read");
    if (isDigest(reference) && !bytesMatchDigest(bytes, reference))
      return sendError(exchange, 400, "DIGEST_INVALID", "the manifest has another digest");
    const current = store.manifest(repository, reference);
    const ifMatch = headers["if-match"];
    if (ifMatch !== undefined && ifMatch !== `"${current?.digest}"`)
      return sendError(exchange, 412, "DENIED", "the manifest has changed");
    if (headers["if-none-match"] === "*" && current !== undefined)
      return sendError(exchange, 412, "DENIED", "the manifest exists");
    const mediaType = headers["content-type"] ?? parsed.mediaType ?? manifestMediaTypes.ociManifest;
    const stored = store.putManifest(repository, { bytes, mediaType }, isDigest(reference) ? undefined : reference);
    if (stored === undefined) return sendError(exchange, 507, "DENIED", "the trial registry is full");
    return sendDone(exchange, 201, {
      location: `/v2/${repository}/manifests/${stored.digest}`,
      "docker-content-digest": stored.digest,
      ...(parsed.subject !== undefined && options.referrersApi ? { "oci-subject": parsed.subject.digest } : {}),
    });
  }

  async function blobs(exchange: Exchange, repository: string, digest: string): Promise<void> {
    const { method } = exchange;
    if (method !== "GET" && method !== "HEAD") return sendError(exchange, 405, "UNSUPPORTED", "not possible");
    const bytes = store.blob(repository, digest);
    if (bytes === undefined) return sendError(exchange, 404, "BLOB_UNKNOWN", "no such blob");
    return sendBytes(exchange, bytes, { "content-type": "application/octet-stream", "docker-content-digest": digest });
  }

  async function upload(exchange: Exchange, repository: string, session: string): Promise<void> {
    const { method, url } = exchange;
    if (method === "POST" && session === "") return startUpload(exchange, repository);
    const sofar = uploads.get(session);
    if (sofar === undefined) return sendError(exchange, 404, "BLOB_UPLOAD_UNKNOWN", "no such upload");
    const location = `/v2/${repository}/blobs/uploads/${session}`;
    if (method === "GET") return sendDone(exchange, 204, { location, range: `0-${Math.max(0, sofar.length - 1)}` });
    if (method === "DELETE") {
      uploads.delete(session);
      return sendDone(exchange, 204, {});
    }
    if (method !== "PATCH" && method !== "PUT") return sendError(exchange, 405, "UNSUPPORTED", "not possible");
    const more = await readRequest(exchange, options.blobBytes - sofar.length);
    if (more === undefined) return sendError(exchange, 413, "SIZE_INVALID", "the blob is too large");
    const bytes = Buffer.concat([sofar, more]);
    if (method === "PATCH") {
      uploads.set(session, bytes);
      return sendDone(exchange, 202, { location, range: `0-${Math.max(0, bytes.length - 1)}` });
    }
    uploads.delete(session);
    return storeBlob(exchange, repository, bytes, url.searchParams.get("digest") ?? "");
  }

  async function startUpload(exchange: Exchange, repository: string): Promise<void> {
    const { searchParams } = exchange.url;
    const digest = searchParams.get("digest");
    const mount = searchParams.get("mount");
    if (mount !== null && store.mountBlob(repository, mount, searchParams.get("from") ?? ""))
      return sendDone(exchange, 201, { location: `/v2/${repository}/blobs/${mount}`, "docker-content-digest": mount });
    const bytes = await readRequest(exchange, options.blobBytes);
    if (bytes === undefined) return sendError(exchange, 413, "SIZE_INVALID", "the blob is too large");
    if (digest !== null) return storeBlob(exchange, repository, bytes, digest);
    if (uploads.size >= mostUploads) uploads.clear();
    const session = randomUUID();
    uploads.set(session, bytes);
    return sendDone(exchange, 202, { location: `/v2/${repository}/blobs/uploads/${session}`, range: "0-0" });
  }

  function storeBlob(exchange: Exchange, repository: string, bytes: Uint8Array, digest: string): void {
    if (!bytesMatchDigest(bytes, digest))
      return sendError(exchange, 400, "DIGEST_INVALID", "the blob has another digest");
    if (store.putBlob(repository, bytes) === undefined)
      return sendError(exchange, 507, "DENIED", "the trial registry is full");
    return sendDone(exchange, 201, { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest });
  }

  function tags(exchange: Exchange, repository: string, name: string): void {
    if (name !== "list" || !store.hasRepository(repository))
      return sendError(exchange, 404, "NAME_UNKNOWN", "no such repository");
    const last = exchange.url.searchParams.get("last") ?? "";
    const count = Number(exchange.url.searchParams.get("n") ?? Number.POSITIVE_INFINITY);
    const names = store.tags(repository).filter((tag) => tag > last);
    return sendJson(exchange, 200, { name: repository, tags: names.slice(0, Number.isNaN(count) ? undefined : count) });
  }

  function referrers(exchange: Exchange, repository: string, digest: string): void {
    if (!options.referrersApi) {
      exchange.response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
      exchange.response.end("404 page not found\n");
      return;
    }
    if (!isDigest(digest)) return sendError(exchange, 400, "DIGEST_INVALID", "no digest");
    const { searchParams, pathname } = exchange.url;
    const type = searchParams.get("artifactType");
    const all = store.referrers(repository, digest).filter((entry) => type === null || entry.artifactType === type);
    const start = Number(searchParams.get("start") ?? 0) || 0;
    const next = start + options.pageSize;
    const filter = type === null ? "" : `artifactType=${encodeURIComponent(type)}&`;
    return sendJson(
      exchange,
      200,
      { schemaVersion: 2, mediaType: manifestMediaTypes.ociIndex, manifests: all.slice(start, next) },
      {
        "content-type": manifestMediaTypes.ociIndex,
        ...(type === null ? {} : { "oci-filters-applied": "artifactType" }),
        ...(next < all.length ? { link: `<${pathname}?${filter}start=${next}>; rel="next"` } : {}),
      },
    );
  }
}
