import type { CertificatesFor } from "./nodeWire.ts";
import { unlessAborted } from "./singleFlight.ts";
import { ConnectionError, type Wire } from "./wire.ts";

/** A wire over `fetch`, which editors extend with their proxy and certificate settings. */
export function createFetchWire(fetch: typeof globalThis.fetch): Wire {
  return async ({ method, url, headers, body }, signal) => {
    const failed = (error: unknown): unknown => (error instanceof TypeError ? new ConnectionError(error) : error);
    const response = await fetch(url, {
      method,
      redirect: "manual",
      credentials: "omit",
      signal,
      headers: { ...headers },
      ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
    }).catch((error: unknown) => Promise.reject(failed(error)));
    const content = response.body;
    return {
      status: response.status,
      headers: response.headers,
      body: content === null || method === "HEAD" ? undefined : piecesOf(content, failed),
    };
  };
}

/** A wire that is `special` for hosts with certificates of their own, which `fetch` cannot be told, and `usual` for all others. */
export function createHostWire(usual: Wire, special: Wire, certificatesFor: CertificatesFor): Wire {
  const known = new Map<string, Promise<boolean>>();
  return async (request, signal) => {
    const { protocol, host } = request.url;
    if (protocol !== "https:") return usual(request, signal);
    const found = known.get(host) ?? certificatesFor(host).then((certificates) => certificates !== undefined);
    known.set(host, found);
    // A folder of certificates may lie on a disk that does not answer.
    return (await unlessAborted(signal, found)) ? special(request, signal) : usual(request, signal);
  };
}

async function* piecesOf(
  content: ReadableStream<Uint8Array>,
  failed: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const reader = content.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw failed(error);
  } finally {
    // Not awaited: a server that floods us may never let the stream end.
    void reader.cancel().catch(() => undefined);
  }
}
