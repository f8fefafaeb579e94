import { isJsonObject, type JsonObject } from "../../core/json.ts";

/** An answer of the facade: status and JSON. */
export interface VenafiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A call as routes see it. */
export interface VenafiCall {
  readonly body: JsonObject;
  readonly form: URLSearchParams;
}

export function ok(body: object): VenafiAnswer {
  return { status: 200, body };
}

/** A refusal as the product's web interface gives it: status 200, and a result that is not 1. */
export function refused(result: number, error: string): VenafiAnswer {
  return ok({ Result: result, Success: false, Error: error });
}

/** A refusal of authorization (RFC 6749, 5.2). */
export function unauthorized(error: string, description: string, status = 401): VenafiAnswer {
  return { status, body: { error, error_description: description } };
}

export function textOf(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}

export function objectOf(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  return isJsonObject(value) ? value : {};
}
