/** A JSON object whose members have not been looked at. Read members with `Object.hasOwn` or by a fixed name only. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether `value` is a JSON object, not an array and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `value` is an array, without saying anything of its members. */
export function isJsonArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** `value` where it is a text, else the empty one. `String(value)` would throw for an object with a member `toString`. */
export function textOrEmpty(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The object in a member of `value`; an empty one where there is none. */
export function objectIn(value: unknown, name: string): JsonObject {
  const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(found) ? found : {};
}

/** Reads JSON (RFC 8259) from UTF-8 bytes or text; undefined where it is none, which no JSON text means. */
export function readJson(source: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source));
  } catch {
    return undefined;
  }
}
