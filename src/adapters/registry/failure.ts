import { RegistryError } from "../../application/errors.ts";
import type { FailureCode } from "../../core/verdict/evidence.ts";

/** What was being done, as the words after "Could not": "read acme/app:1.4 from registry.acme.io". */
export type Attempt = string;

/** A failure in words: what was tried, what came back, what to do. */
export function failure(
  code: FailureCode,
  attempt: Attempt,
  cameBack: string,
  advice: string,
  cause?: unknown,
): RegistryError {
  return new RegistryError(code, `Could not ${attempt}: ${cameBack}. ${advice}`, cause === undefined ? {} : { cause });
}

/** What a caller's cancelled signal means; a caller that has a reason of its own, such as a time limit, gives it as a RegistryError. */
export function stoppedBy(signal: AbortSignal): RegistryError {
  const reason: unknown = signal.reason;
  return reason instanceof RegistryError
    ? reason
    : new RegistryError("cancelled", "The request was cancelled. Try again when you want the answer.");
}

/** What a connection that failed means, by the code of its innermost cause. */
export function connectionFailure(error: unknown, attempt: Attempt, host: string): RegistryError {
  const codes = codesOf(error);
  const has = (...wanted: readonly string[]): boolean => wanted.some((code) => codes.has(code));
  if ([...codes].some((code) => tlsCode.test(code)))
    return failure(
      "tls",
      attempt,
      `${host} did not prove its identity (${firstOf(codes, tlsCode)})`,
      "Check that the registry's certificate is valid, and that its issuer is trusted on this machine (NODE_EXTRA_CA_CERTS).",
      error,
    );
  if (has("ENOTFOUND", "EAI_AGAIN", "EAI_NONAME"))
    return failure(
      "network",
      attempt,
      `the name ${host} could not be resolved`,
      "Check its spelling and the connection.",
      error,
    );
  if (has("ECONNREFUSED"))
    return failure("network", attempt, `${host} refused the connection`, "Check that the registry is running.", error);
  if (has("ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"))
    return failure(
      "timeout",
      attempt,
      `${host} did not answer in time`,
      "Check the connection, then try again.",
      error,
    );
  if (connectionLost(error)) return failure("network", attempt, `${host} closed the connection`, "Try again.", error);
  const code = firstOf(codes, /./u);
  return failure(
    "network",
    attempt,
    `${host} could not be reached${code === "" ? "" : ` (${code})`}`,
    "Check the connection and the proxy settings.",
    error,
  );
}

/** Whether a connection broke off: what a kept-alive connection does when its server has closed it meanwhile. */
export function connectionLost(error: unknown): boolean {
  const codes = codesOf(error);
  return codes.has("ECONNRESET") || codes.has("UND_ERR_SOCKET") || codes.has("EPIPE");
}

/** Whether a server's certificate is from an authority that is not known here. */
export function isUntrustedIssuer(error: unknown): boolean {
  return [...codesOf(error)].some((code) => issuerCode.test(code));
}

const issuerCode =
  /^(?:UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED)/u;

const tlsCode = /^(?:CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/u;

/** Codes of an error and of all that caused it, with a bound: causes may form a ring. */
function codesOf(error: unknown): ReadonlySet<string> {
  const codes = new Set<string>();
  const queue: unknown[] = [error];
  for (let steps = 0; queue.length > 0 && steps < 16; steps++) {
    const current = queue.shift();
    if (!(current instanceof Error)) continue;
    if ("code" in current && typeof current.code === "string") codes.add(current.code);
    queue.push(current.cause);
    if (current instanceof AggregateError) queue.push(...current.errors);
  }
  return codes;
}

function firstOf(codes: ReadonlySet<string>, pattern: RegExp): string {
  return [...codes].find((code) => pattern.test(code)) ?? "";
}
