import { isJsonArray, isJsonObject, type JsonObject } from "../../../core/json.ts";

/** More members of a list than this are not read. */
const maximumMembers = 2000;

/** A member by its name, whatever its case: versions of the product differ in it (`TemplateDN`, `TemplateDn`). */
export function memberOf(json: JsonObject, name: string): unknown {
  if (Object.hasOwn(json, name)) return json[name];
  const wanted = name.toLowerCase();
  return Object.entries(json).find(([given]) => given.toLowerCase() === wanted)?.[1];
}

/** A text that is not empty. */
export function textIn(json: JsonObject, name: string): string | undefined {
  const value = memberOf(json, name);
  return typeof value === "string" && value !== "" && value.length <= 100_000 ? value : undefined;
}

/** The objects in a list, or the one object in its place; bounded. */
export function objectsIn(json: JsonObject, name: string): readonly JsonObject[] {
  const value = memberOf(json, name);
  if (isJsonObject(value)) return [value];
  return isJsonArray(value) ? value.slice(0, maximumMembers).filter(isJsonObject) : [];
}

/** The texts in a list, or in the `Items` of one; bounded. */
export function textsIn(json: JsonObject, name: string): readonly string[] {
  return textsOf(memberOf(json, name));
}

/** An attribute of an environment: what it is, and whether the template fixed it. */
export interface Attribute {
  readonly value: string;
  readonly locked: boolean;
}

/**
 * An attribute, plain or as `{Info, Value, TemplateValues}`, where `TemplateValues` are the ones that the template
 * accepts. It is locked where the template accepts no other than the one that it has.
 */
export function attributeIn(json: JsonObject, name: string): Attribute | undefined {
  const given = memberOf(json, name);
  const [value] = textsOf(given);
  if (value === undefined) return undefined;
  const accepted = isJsonObject(given) ? textsOf(memberOf(given, "TemplateValues")) : [];
  return { value, locked: accepted.length === 1 && accepted[0] === value };
}

/** The last name in a distinguished name of the product: `\VED\Policy\Team` is Team. */
export function lastName(dn: string): string {
  return dn.slice(dn.lastIndexOf("\\") + 1);
}

/** RFC 3339, from the forms in which the product writes times: that one, or `/Date(milliseconds)/`. */
export function timeOf(value: unknown): string {
  const text = typeof value === "string" ? value : "";
  const serialized = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(text)?.[1];
  const date = new Date(serialized === undefined ? text : Number(serialized));
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString();
}

/** The texts in a value: itself, a list, or what stands in its `Value` and its `Items`. */
function textsOf(value: unknown, depth = 0): readonly string[] {
  if (depth > 3) return [];
  if (isJsonArray(value)) return value.slice(0, maximumMembers).flatMap((member) => textsOf(member, depth + 1));
  if (isJsonObject(value)) {
    const inner = ["Value", "Items", "PrefixedName", "Name"].map((name) => memberOf(value, name));
    return textsOf(
      inner.find((each) => each !== undefined),
      depth + 1,
    );
  }
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
}
