import { isJsonArray, isJsonObject, textOrEmpty } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import { signatureLimits } from "./material.ts";

/** An in-toto statement: what it says of which digests. */
export interface Statement {
  readonly predicateType: string;
  /** SHA-256 of the subjects, lower-case hex. */
  readonly subjects: readonly string[];
}

const statementTypes = new Set(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]);

/** Reads an in-toto statement (v1, v0.1) from a signed payload; undefined where it is none. */
export function readStatement(payload: Uint8Array): Statement | undefined {
  const parsed = readStrictJson(payload, signatureLimits.json);
  const json = parsed.kind === "json" && isJsonObject(parsed.value) ? parsed.value : undefined;
  if (json === undefined || !statementTypes.has(textOrEmpty(json["_type"]))) return undefined;
  const predicateType = json["predicateType"];
  const list = json["subject"];
  if (typeof predicateType !== "string" || predicateType === "" || !isJsonArray(list)) return undefined;
  if (list.length === 0 || list.length > 1024) return undefined;
  const subjects = list.flatMap((subject) => {
    const digest = isJsonObject(subject) && isJsonObject(subject["digest"]) ? subject["digest"] : {};
    const sha256 = Object.hasOwn(digest, "sha256") ? digest["sha256"] : undefined;
    return typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) ? [sha256] : [];
  });
  return { predicateType, subjects };
}
