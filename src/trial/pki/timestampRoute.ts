import { randomBytes } from "node:crypto";
import { childrenOf, readElement } from "../../core/x509/der.ts";
import type { LoopbackAnswer } from "../loopback.ts";
import type { TrialTimeStampAuthority } from "../sigstore/timeStampAuthority.ts";
import { integer, octetString, sequence } from "../x509/der.ts";

/** Ways in which the time-stamp authority misbehaves on demand. */
export type TimestampFault =
  /** Never answers; fails; answers something that is no time stamp; rejects. */
  | "stamps-stall"
  | "stamps-down"
  | "stamps-malformed"
  | "stamps-rejected"
  /** Stamps another request, another signature, or at another time. */
  | "stamps-other-nonce"
  | "stamps-other-data"
  | "stamps-other-time";

/** Answers a TimeStampReq over HTTP (RFC 3161, 3.4), or what the fault makes of it. */
export function answerTimestamp(
  request: Uint8Array,
  authority: TrialTimeStampAuthority,
  now: Date,
  fault: TimestampFault | undefined,
): LoopbackAnswer | undefined {
  const stamped = (asked: Uint8Array, at: Date): LoopbackAnswer => ({
    status: 200,
    bytes: { type: "application/timestamp-reply", content: authority.answer(asked, at) },
  });
  switch (fault) {
    case undefined:
      return stamped(request, now);
    case "stamps-stall":
      return undefined;
    case "stamps-down":
      return { status: 503 };
    case "stamps-malformed":
      return { status: 200, bytes: { type: "application/timestamp-reply", content: Buffer.from("<html>") } };
    case "stamps-rejected":
      return stamped(Buffer.from("3000", "hex"), now);
    case "stamps-other-nonce":
      return stamped(changed(request, 0x02, integer(randomBytes(8))), now);
    case "stamps-other-data":
      return stamped(withImprint(request), now);
    case "stamps-other-time":
      return stamped(request, new Date(now.getTime() - 24 * 60 * 60 * 1000));
  }
}

/** The request with the last element of this tag replaced. */
function changed(request: Uint8Array, tag: number, replacement: Uint8Array): Buffer {
  const parts = childrenOf(readElement(request)) ?? [];
  const last = parts.findLastIndex((part) => part.tag === tag);
  return sequence(...parts.map((part, index) => (index === last ? replacement : part.whole)));
}

function withImprint(request: Uint8Array): Buffer {
  const parts = childrenOf(readElement(request)) ?? [];
  const [algorithm] = childrenOf(parts[1]) ?? [];
  const imprint = sequence(Buffer.from(algorithm?.whole ?? []), octetString(randomBytes(32)));
  return sequence(...parts.map((part, index) => (index === 1 ? imprint : part.whole)));
}
