import { digestOf } from "../../core/image/contentDigest.ts";
import { parseManifest } from "../../core/image/manifest.ts";
import type { Descriptor } from "../../core/verdict/evidence.ts";

/** A manifest as it was pushed. */
interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** The content of a registry, in memory: it lives as long as the process. Methods that store give undefined where the room is used up. */
export interface Store {
  hasRepository(repository: string): boolean;
  repositories(): readonly string[];
  putBlob(repository: string, bytes: Uint8Array): string | undefined;
  blob(repository: string, digest: string): Uint8Array | undefined;
  /** Makes a blob of another repository this one's too. */
  mountBlob(repository: string, digest: string, from: string): boolean;
  putManifest(
    repository: string,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
    tag?: string,
  ): StoredManifest | undefined;
  manifest(repository: string, tagOrDigest: string): StoredManifest | undefined;
  /** Removes a tag, or a manifest with its tags. */
  deleteManifest(repository: string, tagOrDigest: string): boolean;
  tags(repository: string): readonly string[];
  referrers(repository: string, subject: string): readonly Descriptor[];
}

interface Content {
  readonly blobs: Map<string, Uint8Array>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  /** Digests of manifests by the digest of their subject, which need not exist. */
  readonly referrers: Map<string, Map<string, Descriptor>>;
}

/** A store that takes `most` bytes and 100,000 manifests and tags at most. */
export function createStore(most: number): Store {
  const repositories = new Map<string, Content>();
  const mostEntries = 100_000;
  let used = 0;
  let entries = 0;

  function contentOf(repository: string): Content {
    const content = repositories.get(repository) ?? {
      blobs: new Map(),
      manifests: new Map(),
      tags: new Map(),
      referrers: new Map(),
    };
    repositories.set(repository, content);
    return content;
  }

  function takeRoom(bytes: number): boolean {
    if (used + bytes > most || entries >= mostEntries) return false;
    used += bytes;
    entries++;
    return true;
  }

  function find(repository: string, tagOrDigest: string): StoredManifest | undefined {
    const content = repositories.get(repository);
    return content?.manifests.get(content.tags.get(tagOrDigest) ?? tagOrDigest);
  }

  return {
    hasRepository: (repository) => repositories.has(repository),
    repositories: () => [...repositories.keys()].sort(),
    putBlob(repository, bytes) {
      const digest = digestOf(bytes);
      const { blobs } = contentOf(repository);
      if (!blobs.has(digest) && !takeRoom(bytes.length)) return undefined;
      blobs.set(digest, bytes);
      return digest;
    },
    blob: (repository, digest) => repositories.get(repository)?.blobs.get(digest),
    mountBlob(repository, digest, from) {
      const bytes = repositories.get(from)?.blobs.get(digest);
      if (bytes === undefined || !takeRoom(0)) return false;
      contentOf(repository).blobs.set(digest, bytes);
      return true;
    },
    putManifest(repository, { bytes, mediaType }, tag) {
      const digest = digestOf(bytes);
      const content = contentOf(repository);
      if (!content.manifests.has(digest) && !takeRoom(bytes.length)) return undefined;
      const stored = { digest, mediaType, bytes };
      content.manifests.set(digest, stored);
      if (tag !== undefined) content.tags.set(tag, digest);
      const parsed = parseManifest(bytes).value;
      if (parsed?.subject !== undefined) {
        const type = parsed.artifactType ?? (parsed.kind === "manifest" ? parsed.config?.mediaType : undefined);
        const list = content.referrers.get(parsed.subject.digest) ?? new Map<string, Descriptor>();
        content.referrers.set(parsed.subject.digest, list);
        list.set(digest, {
          mediaType,
          digest,
          size: bytes.length,
          ...(type === undefined ? {} : { artifactType: type }),
          ...(Object.keys(parsed.annotations).length === 0 ? {} : { annotations: parsed.annotations }),
        });
      }
      return stored;
    },
    manifest: find,
    deleteManifest(repository, tagOrDigest) {
      const content = repositories.get(repository);
      if (content === undefined) return false;
      if (content.tags.delete(tagOrDigest)) return true;
      const stored = content.manifests.get(tagOrDigest);
      if (stored === undefined) return false;
      used -= stored.bytes.length;
      entries--;
      content.manifests.delete(tagOrDigest);
      for (const [tag, digest] of content.tags) if (digest === tagOrDigest) content.tags.delete(tag);
      for (const list of content.referrers.values()) list.delete(tagOrDigest);
      return true;
    },
    tags: (repository) => [...(repositories.get(repository)?.tags.keys() ?? [])].sort(),
    referrers: (repository, subject) => [...(repositories.get(repository)?.referrers.get(subject)?.values() ?? [])],
  };
}
