import { createHash } from "node:crypto";

/** The parts of a signing request that must not change between submission and signature. */
export interface HashedRequest {
  readonly key: string;
  readonly scheme: string;
  readonly hash: string;
  readonly digest: Uint8Array;
  readonly purpose: { readonly artifact: { readonly kind: string; readonly name: string; readonly digest: string } };
  readonly justification?: string;
}

/** Lower-case hex SHA-256 over what was requested: approvals and tickets are bound to it, so that neither serves another request. */
export function requestHash(request: HashedRequest): string {
  const { kind, name, digest } = request.purpose.artifact;
  const fields = [
    request.key,
    request.scheme,
    request.hash,
    Buffer.from(request.digest).toString("hex"),
    kind,
    name,
    digest,
    request.justification ?? null,
  ];
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex");
}
