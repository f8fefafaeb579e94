import { createHash, generateKeyPairSync } from "node:crypto";
import type { Authority } from "../../src/core/policy/policy.ts";
import type { TrustMaterial } from "../../src/core/signature/trustMaterial.ts";
import type { Evidence } from "../../src/core/verdict/evidence.ts";
import { judge } from "../../src/core/verdict/judge.ts";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import * as scene from "../helpers/signedImage.ts";
import type { Kind, Part } from "./mutations.ts";

/** The bytes of a signature's parts by name. */
export type Parts = Readonly<Record<string, Buffer>>;

type Attached = ReturnType<typeof scene.attach>;

/** A signature of some format in its parts, with others to take pieces from, and how it is judged. */
export interface Sample {
  readonly name: string;
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly parts: Parts;
  /** Valid signatures of the same format that are not accepted for the image: of another image, or by somebody else. */
  readonly twins: readonly Parts[];
  /** What is attached to the image. */
  attach(parts: Parts): Attached;
  judge(attached: Attached, parts: Parts): Verdict;
  /**
   * What must not differ in anything that is verified: what was signed, the signature and who made it. Read here by other
   * means than the verifier's own; undefined where it cannot be read.
   */
  essence(parts: Parts): string | undefined;
  /** Whether the sample itself is verified; where not, none of its mutants must be. */
  readonly verified: boolean;
}

/** A pair of keys by a name, the same at every call. */
const pairs = new Map<string, ReturnType<typeof generateKeyPairSync>>();

export function pairOf(name: string) {
  const pair = pairs.get(name) ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  pairs.set(name, pair);
  return pair;
}

/** Judges what is attached by one authority. */
export function judgeBy(authority: Authority, material: TrustMaterial, more: Partial<Evidence> = {}) {
  const policy = scene.policyOf(scene.rule([authority]));
  return (attached: Attached): Verdict =>
    judge({ ...scene.evidenceOf([attached]), ...more }, policy, material, scene.now);
}

/** The parts of a sample as they are mutated. */
export function partOf(sample: Sample, parts: Parts, name: string): Part | undefined {
  const bytes = parts[name];
  const kind = sample.kinds[name];
  return bytes === undefined || kind === undefined ? undefined : { kind, bytes };
}

/** A digest over values, each with its length, so that nothing can move from one to the next. */
export function essenceOf(...values: readonly (Uint8Array | string | undefined)[]): string | undefined {
  const hash = createHash("sha256");
  for (const value of values) {
    if (value === undefined) return undefined;
    const bytes = Buffer.from(value);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}

/** A value inside JSON, read as leniently as JavaScript does. */
export function at(source: Uint8Array | string | undefined, ...path: readonly (string | number)[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(source ?? "").toString("utf8"));
  } catch {
    return undefined;
  }
  for (const name of path) value = Object(value)[name];
  return value;
}

/** What Base64 of either alphabet stands for, read as leniently as Node does. */
export function bytesAt(
  source: Uint8Array | string | undefined,
  ...path: readonly (string | number)[]
): Buffer | undefined {
  const text = at(source, ...path);
  return typeof text === "string" ? Buffer.from(text, "base64") : undefined;
}

/** The octets of the first PEM block. */
export function pemAt(source: Uint8Array | string | undefined, ...path: readonly (string | number)[]): Buffer {
  const text = at(source, ...path);
  const [, body = ""] = /-----BEGIN [^-]*-----([^-]*)-----END/.exec(typeof text === "string" ? text : "") ?? [];
  return Buffer.from(body, "base64");
}
