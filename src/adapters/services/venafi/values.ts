import { isJsonArray, isJsonObject, type JsonObject } from "../../../core/json.ts";

/** More members of a list than this are not read. */
const maximumMembers = 2000;

/** A text that is not empty. */
export function textIn(json: JsonObject, name: string): string | undefined {
  const value = json[name];
  return typeof value === "string" && value !== "" && value.length <= 100_000 ? value : undefined;
}

/** The objects in a list, or the one object in its place; bounded. */
export function objectsIn(json: JsonObject, name: string): readonly JsonObject[] {
  const value = json[name];
  if (isJsonObject(value)) return [value];
  return isJsonArray(value) ? value.slice(0, maximumMembers).filter(isJsonObject) : [];
}

/** The texts in a list, or in the `Items` of one; bounded. */
export function textsIn(json: JsonObject, name: string): readonly string[] {
  const value = json[name];
  const list = isJsonObject(value) ? value["Items"] : value;
  if (!isJsonArray(list)) return [];
  return list.slice(0, maximumMembers).flatMap((member) => {
    if (typeof member === "string") return [member];
    const named = isJsonObject(member) ? (textIn(member, "PrefixedName") ?? textIn(member, "Name")) : undefined;
    return named === undefined ? [] : [named];
  });
}

/** An attribute of an environment: what it is, and whether the template fixed it. */
export interface Attribute {
  readonly value: string;
  readonly locked: boolean;
}

/**
 * An attribute, plain or wrapped as `{Info, Value, TemplateValues}`. It is locked where the template gives values for
 * it, and no more than the one that it has.
 */
export function attributeIn(json: JsonObject, name: string): Attribute | undefined {
  const given = json[name];
  if (!isJsonObject(given)) {
    const value = plain(given);
    return value === undefined ? undefined : { value, locked: false };
  }
  const value = plain(given["Value"]);
  if (value === undefined) return undefined;
  const template = given["TemplateValues"];
  const allowed = isJsonArray(template) ? template.slice(0, maximumMembers).map(plain) : [plain(template)];
  return { value, locked: allowed.length === 1 && allowed[0] === value };
}

/** The last name in a distinguished name of the product: `\VED\Policy\Team` is Team. */
export function lastName(dn: string): string {
  return dn.slice(dn.lastIndexOf("\\") + 1);
}

function plain(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
