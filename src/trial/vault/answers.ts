import type { LoopbackAnswer } from "../loopback.ts";

/** An answer in the manner of Vault. */
export type VaultAnswer = LoopbackAnswer;

/** A refusal with what there is to say of it. */
export function failed(status: number, ...errors: readonly string[]): VaultAnswer {
  return { status, body: { errors } };
}

/** Data under the id by which the audit log knows the request. */
export function found(data: object, requestId: string): VaultAnswer {
  return { status: 200, body: { request_id: requestId, lease_id: "", renewable: false, data, wrap_info: null } };
}
