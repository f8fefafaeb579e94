/** Bytes by digest, shared between images: what is addressed by its content never goes stale. */
export interface ContentCache {
  get(digest: string): Uint8Array | undefined;
  /** Only bytes that were checked against the digest may be put here. */
  set(digest: string, bytes: Uint8Array): void;
}

/** A cache in memory that holds `most` bytes and lets go of what was not used for longest. Content larger than an eighth of it is not kept. */
export function createContentCache(most: number = 64 * 1024 * 1024): ContentCache {
  const entries = new Map<string, Uint8Array>();
  /** What an entry costs besides its bytes, so that the number of entries is bounded too. */
  const overhead = 256;
  let used = 0;

  return {
    get(digest) {
      const bytes = entries.get(digest);
      if (bytes === undefined) return undefined;
      entries.delete(digest);
      entries.set(digest, bytes);
      return bytes;
    },
    set(digest, bytes) {
      if (bytes.length > most / 8 || entries.has(digest)) return;
      entries.set(digest, bytes);
      used += bytes.length + overhead;
      for (const [oldest, { length }] of entries) {
        if (used <= most) return;
        entries.delete(oldest);
        used -= length + overhead;
      }
    },
  };
}
