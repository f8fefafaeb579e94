import type { Log, Revocations, WaitOptions } from "../application/ports.ts";
import type { RevocationQuestion } from "../core/x509/revocation.ts";

/** What bounds asking; times in milliseconds. */
export interface RevocationOptions {
  readonly log: Log;
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: Partial<typeof defaultLimits>;
}

const defaultLimits = {
  /** As long as notation itself waits. */
  responderMs: 2_000,
  listMs: 5_000,
  responderBytes: 64 * 1024,
  listBytes: 32 * 1024 * 1024,
  /** How long an answer is given again; whether it is still current, the judgement says. */
  keptMs: 10 * 60 * 1000,
  kept: 200,
  keptBytes: 64 * 1024 * 1024,
};

/**
 * Asks OCSP responders (RFC 6960, appendix A) and fetches revocation lists, over plain HTTP as certificates name them: the
 * answers are signed. Nothing of the person goes along, redirects are not followed, and what is no usable answer is none.
 */
export function createRevocations(options: RevocationOptions): Revocations {
  const limits = { ...defaultLimits, ...options.limits };
  const fetch = options.fetch ?? globalThis.fetch;
  const kept = new Map<string, { readonly until: number; readonly bytes: Uint8Array }>();

  const ask = async (question: RevocationQuestion, signal: AbortSignal): Promise<Uint8Array | undefined> => {
    const isList = question.kind === "list";
    const limit = AbortSignal.timeout(isList ? limits.listMs : limits.responderMs);
    try {
      const { url, ...request } = isList ? { url: question.url } : requestOf(question);
      const response = await fetch(url, { ...request, redirect: "error", signal: AbortSignal.any([signal, limit]) });
      if (response.status === 200 && response.body !== null)
        return await readBytes(response.body, isList ? limits.listBytes : limits.responderBytes);
      await response.body?.cancel();
      options.log.warn(`Could not ask ${question.url} about revocation: it answered with ${response.status}.`);
    } catch {
      const why = signal.aborted ? "it was cancelled" : limit.aborted ? "it took too long" : "it cannot be reached";
      options.log.warn(`Could not ask ${question.url} about revocation: ${why}.`);
    }
    return undefined;
  };

  return {
    async ask(question, { signal }: WaitOptions) {
      const key = question.kind === "ocsp" ? `${question.subject} ${question.url}` : question.url;
      const known = kept.get(key);
      if (known !== undefined && known.until > Date.now()) return known.bytes;
      const bytes = await ask(question, signal);
      kept.delete(key);
      if (bytes !== undefined) kept.set(key, { until: Date.now() + limits.keptMs, bytes });
      let held = [...kept.values()].reduce((sum, each) => sum + each.bytes.length, 0);
      for (const [oldest, each] of kept) {
        if (kept.size <= limits.kept && held <= limits.keptBytes) break;
        held -= each.bytes.length;
        kept.delete(oldest);
      }
      return bytes;
    },
  };
}

/** Short questions go into the address, so that responders can prepare and keep their answers (RFC 5019, 5). */
function requestOf({
  url,
  request,
}: Extract<RevocationQuestion, { kind: "ocsp" }>): RequestInit & { readonly url: string } {
  const address = `${url.replace(/\/$/, "")}/${encodeURIComponent(Buffer.from(request).toString("base64"))}`;
  if (address.length < 255) return { url: address, method: "GET" };
  const headers = { "content-type": "application/ocsp-request" };
  return { url, method: "POST", headers, body: Buffer.from(request) };
}

/** Throws where there is more than `most`. */
async function readBytes(body: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > most) throw new Error("The answer is too large.");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
