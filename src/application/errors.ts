import type { FailureCode } from "../core/verdict/evidence.ts";

/** Codes of failures that a person can act on; a closed list, so that hosts can switch on it. */
export type ErrorCode =
  | FailureCode
  | "usage"
  | "configuration"
  | "file-unreadable"
  | "service-unavailable"
  | "service-denied"
  | "service-protocol"
  | "signature-not-verified"
  | "attach-failed"
  | "timestamp-refused"
  | "file-unwritable"
  | "internal";

/** A failure of input, output or configuration: what was tried, where, what came back, what to do. Never a secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Whether it is certain that what was to be sent never left this machine. */
  readonly nothingSent: boolean;
  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly nothingSent?: boolean },
  ) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
    this.nothingSent = options?.nothingSent === true;
  }
}

/** A registry call that failed; its code says which kind, and none of them means "unsigned". */
export class RegistryError extends AppError {
  declare readonly code: FailureCode;
  constructor(code: FailureCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options);
    this.name = "RegistryError";
  }
}
