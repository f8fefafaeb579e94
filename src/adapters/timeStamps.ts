import { AppError } from "../application/errors.ts";
import type { TimeStamps, WaitOptions } from "../application/ports.ts";
import { timestampMediaTypes } from "../core/x509/timestampRequest.ts";

/** What asking needs; times in milliseconds. */
export interface TimeStampOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

/** An answer is a token with a few certificates. */
const maximumAnswer = 256 * 1024;

/**
 * Asks time-stamp authorities over HTTP (RFC 3161, 3.4). They see a hash and nothing else; what they answer is signed, and
 * checked by who asked. Nothing of the person goes along, and redirects are not followed.
 */
export function createTimeStamps(options: TimeStampOptions = {}): TimeStamps {
  const fetch = options.fetch ?? globalThis.fetch;
  const timeoutMs = options.timeoutMs ?? 15_000;
  return {
    async ask(url, request, { signal }: WaitOptions) {
      const limit = AbortSignal.timeout(timeoutMs);
      const fail = (why: string, cause?: unknown): AppError =>
        new AppError("service-unavailable", `Could not get a time stamp of ${url}: ${why}.`, { cause });
      let response: Response;
      try {
        response = await fetch(url, {
          method: "POST",
          headers: { "content-type": timestampMediaTypes.query, accept: timestampMediaTypes.reply },
          body: new Uint8Array(request),
          redirect: "error",
          signal: AbortSignal.any([signal, limit]),
        });
        // timestamp.sigstore.dev answers with 201.
        if ((response.status === 200 || response.status === 201) && response.body !== null)
          return await readBounded(response.body);
        await response.body?.cancel();
      } catch (cause) {
        if (signal.aborted)
          throw new AppError("cancelled", `Could not get a time stamp of ${url}: it was cancelled.`, { cause });
        if (cause instanceof AnswerTooLong) throw fail("its answer is too long", cause);
        throw fail(limit.aborted ? `there was no answer within ${timeoutMs / 1000} s` : "it cannot be reached", cause);
      }
      throw fail(`it answered with status ${response.status}`);
    },
  };
}

class AnswerTooLong extends Error {}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maximumAnswer) throw new AnswerTooLong("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
