import { isJsonArray, isJsonObject, type JsonObject } from "../core/json.ts";
import type { SigningTerms, TimeStampAuthority } from "../core/sign/payload.ts";
import type { Predicate } from "../core/sign/statement.ts";

/** Longer predicates and more roots are not stored, and so not read. */
const limits = { predicate: 16 * 1024 * 1024, roots: 64 };

/** Reads what a record says of a signature besides what it is of; undefined where a member is wrong. */
export function readSigningTerms(value: unknown): SigningTerms | undefined {
  if (!isJsonObject(value)) return undefined;
  const { signedAt, expiresAt } = value;
  const predicate = value["predicate"] === undefined ? undefined : readPredicate(value["predicate"]);
  const authority = value["timeStampAuthority"] === undefined ? undefined : readAuthority(value["timeStampAuthority"]);
  if ([signedAt, expiresAt].some((text) => text !== undefined && typeof text !== "string")) return undefined;
  if (value["predicate"] !== undefined && predicate === undefined) return undefined;
  if (value["timeStampAuthority"] !== undefined && authority === undefined) return undefined;
  return {
    ...(typeof signedAt === "string" ? { signedAt } : {}),
    ...(typeof expiresAt === "string" ? { expiresAt } : {}),
    ...(predicate === undefined ? {} : { predicate }),
    ...(authority === undefined ? {} : { timeStampAuthority: authority }),
  };
}

function readPredicate(value: unknown): Predicate | undefined {
  const { type, json }: JsonObject = isJsonObject(value) ? value : {};
  return typeof type === "string" && typeof json === "string" && json.length <= limits.predicate
    ? { type, json }
    : undefined;
}

function readAuthority(value: unknown): TimeStampAuthority | undefined {
  const { url, roots, policy }: JsonObject = isJsonObject(value) ? value : {};
  if (typeof url !== "string" || !isJsonArray(roots) || roots.length > limits.roots) return undefined;
  const texts = roots.filter((root) => typeof root === "string");
  if (texts.length !== roots.length || (policy !== undefined && typeof policy !== "string")) return undefined;
  return { url, roots: texts, ...(policy === undefined ? {} : { policy }) };
}
