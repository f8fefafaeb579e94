import type { Authority, NotaryAuthority, PolicyRule } from "../policy/policy.ts";
import { childrenOf, readElement } from "../x509/der.ts";
import { acceptedBy, type Scene, type SigningAuthority } from "./accepts.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { Keyring } from "./keyring.ts";
import { rootPartsOf } from "./rootOf.ts";

/** What one rule that covers the image says. */
export type RuleDecision =
  /** Authorities accept these signatures, the first by the one that is named. `note` is worth saying though it changes nothing. */
  | {
      readonly kind: "accepted";
      readonly rule: PolicyRule;
      readonly authority: string;
      readonly signatures: readonly [AssessedSignature, ...AssessedSignature[]];
      readonly note?: string;
    }
  /** A static authority lets every image pass; nobody's signature was asked for. */
  | { readonly kind: "allowed"; readonly rule: PolicyRule; readonly authority: string }
  /** `why` is what the rule does instead: "accepts only 'release'". */
  | { readonly kind: "refused"; readonly rule: PolicyRule; readonly why: string }
  | { readonly kind: "not-understood"; readonly rule: PolicyRule; readonly why: string };

/**
 * Decides one rule: any of its authorities suffices, or as many as its quorum asks for. What it says beyond our
 * understanding is never a pass.
 */
export function decideRule(rule: PolicyRule, signatures: readonly AssessedSignature[], scene: Scene): RuleDecision {
  const [obscure] = rule.notUnderstood;
  if (obscure !== undefined)
    return {
      kind: "not-understood",
      rule,
      why: `${obscure.what.replace(/\.$/, "")} (${obscure.source.file}:${obscure.source.line})`,
    };
  const signers = rule.authorities.filter((authority) => authority.kind === "key" || authority.kind === "keyless");
  const notaries = rule.authorities.filter((authority) => authority.kind === "notary");
  const accepting = [...signers, ...notaries].flatMap((authority) => {
    const [first, ...more] =
      authority.kind === "notary"
        ? signatures.filter(({ notary }) => notary?.get(authority)?.kind === "accepted")
        : acceptedBy(authority, signatures, scene);
    return first === undefined ? [] : [{ authority, signatures: [first, ...more] as const }];
  });
  const [best] = accepting;
  if (best !== undefined && isEnough(rule.quorum, accepting)) {
    const [first] = best.signatures;
    const others = new Set(accepting.flatMap((each) => each.signatures));
    others.delete(first);
    const authority = accepting.map(({ authority: { name } }) => name).slice(0, rule.quorum?.count ?? 1);
    const accepted = {
      kind: "accepted",
      rule,
      authority: authority.join("' and '"),
      signatures: [first, ...others],
    } as const;
    if (best.authority.kind === "notary") {
      const decision = first.notary?.get(best.authority);
      const notes = decision?.kind === "accepted" ? decision.notes : [];
      return notes.length === 0 ? accepted : { ...accepted, note: notes.join(" ") };
    }
    const note = best.authority.format === "unset" && first.found.format === "sigstore-bundle";
    return note ? { ...accepted, note: formatNote(best.authority.name) } : accepted;
  }
  const obstacles: string[] = [];
  for (const authority of rule.authorities) {
    if (letsPass(authority, signatures)) return { kind: "allowed", rule, authority: authority.name };
    const obstacle = obstacleIn(authority, scene.keyring);
    if (obstacle !== undefined) obstacles.push(obstacle);
  }
  const [why] = obstacles;
  if (why !== undefined) return { kind: "not-understood", rule, why };
  const strangeness = notaries.flatMap((authority) => strangenessOf(authority, signatures))[0] ?? "";
  return { kind: "refused", rule, why: refusal(rule) + nearMiss(signers, signatures, scene) + strangeness };
}

/** At the level "audit" a Notary statement asks for a signature over the image, and only logs that it knows nobody who made it. */
function letsPass(authority: Authority, signatures: readonly AssessedSignature[]): boolean {
  if (authority.kind === "static") return authority.action === "pass";
  if (authority.kind !== "notary" || authority.checks.authenticity !== "log") return false;
  return signatures.some(({ notary }) => {
    const decision = notary?.get(authority);
    return decision?.kind === "refused" && decision.stranger;
  });
}

/** Why a statement knows nobody who made a Notary signature. */
function strangenessOf(authority: NotaryAuthority, signatures: readonly AssessedSignature[]): readonly string[] {
  return signatures.flatMap(({ notary }) => {
    const decision = notary?.get(authority);
    if (decision?.kind !== "refused" || !decision.stranger) return [];
    const { message } = decision.reason;
    return [`; ${message.slice(0, 1).toLowerCase()}${message.slice(1).replace(/\.$/, "")}`];
  });
}

interface Accepting {
  readonly authority: SigningAuthority | NotaryAuthority;
  readonly signatures: readonly AssessedSignature[];
}

function isEnough(quorum: PolicyRule["quorum"], accepting: readonly Accepting[]): boolean {
  if (quorum === undefined) return true;
  const names = new Set(accepting.map(({ authority }) => authority.name));
  const count =
    quorum.of === "authorities"
      ? accepting.length
      : accepting.reduce((sum, { signatures }) => sum + new Set(signatures.map(identityOf)).size, 0);
  return count >= quorum.count && quorum.named.every((name) => names.has(name));
}

/**
 * What makes two signatures one: whoever writes to the registry could attach the same again (CVE-2026-49834). Of ECDSA
 * only the first number counts, because anybody can turn the second into another one that is as valid.
 */
function identityOf({ found: { content, manifest } }: AssessedSignature): string {
  if (content.kind !== "readable") return manifest;
  const { signature } = content.material;
  const [first, second] = childrenOf(readElement(signature)) ?? [];
  return Buffer.from(first?.tag === 0x02 && second?.tag === 0x02 ? first.whole : signature).toString("hex");
}

/** Why it cannot be told whether the authority accepts; undefined where it can. */
function obstacleIn(authority: Authority, { known, roots, unusable, defaultRoot }: Keyring): string | undefined {
  if (authority.kind === "not-evaluated") return `'${authority.name}' is not evaluated: ${authority.why}`;
  if (authority.kind === "static" || authority.kind === "notary") return undefined;
  const { name: who, requiresLog, requiresTimestamp } = authority;
  const trusted = authority.kind === "keyless" ? { root: authority.trustedRoot } : undefined;
  for (const reference of [trusted, requiresLog, requiresTimestamp]) {
    if (reference === undefined) continue;
    const name = reference.root ?? defaultRoot;
    if (name === undefined) return `'${who}' needs a trusted root, and there is none`;
    if (!known.has(name))
      return unusable.get(name) ?? `'${who}' needs the trusted root '${name}', which is not configured`;
  }
  const parts = authority.kind === "keyless" ? rootPartsOf(authority, defaultRoot) : undefined;
  if (parts !== undefined && !roots.has(parts.name)) return `'${who}' is one of too many with a root of its own`;
  const logs = known.get(requiresLog?.root ?? defaultRoot ?? "")?.logs;
  return requiresLog !== undefined && logs?.length === 0
    ? `'${who}' asks for an entry in a log, and its trusted root knows none`
    : undefined;
}

function refusal({ authorities, quorum }: PolicyRule): string {
  const names = authorities.filter(({ kind }) => kind !== "static").map(({ name }) => `'${name}'`);
  if (names.length === 0) return "refuses every image";
  if (quorum === undefined) return `accepts only ${listOf(names)}`;
  const among =
    quorum.named.length === 0 ? "" : `, and among them ${quorum.named.map((name) => `'${name}'`).join(" and ")}`;
  return `asks for ${quorum.count} of ${names.join(", ")}${among}`;
}

/** "'a'", "'a' or 'b'", "'a', 'b' or 'c'". */
function listOf(names: readonly string[]): string {
  return names.length <= 2 ? names.join(" or ") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
}

/** What a signature by the right signer still lacks; most questions about a refusal are about that. */
function nearMiss(
  signers: readonly SigningAuthority[],
  signatures: readonly AssessedSignature[],
  scene: Scene,
): string {
  for (const signer of signers) {
    const { requiresLog, requiresTimestamp, claims, attestations, ...bare } = signer;
    const lacks: readonly (readonly [boolean, SigningAuthority, string])[] = [
      [
        bare.format === "legacy",
        without({ ...signer, format: "bundle" }, "claims"),
        "a Sigstore bundle by it exists, which the readers of this policy do not look at",
      ],
      [
        claims !== undefined,
        without(signer, "claims"),
        "a signature by it exists, and claims another name than the policy asks for",
      ],
      [
        requiresLog !== undefined,
        without(signer, "requiresLog"),
        "a signature by it exists, without the log entry that the policy asks for",
      ],
      [
        requiresTimestamp !== undefined,
        without(signer, "requiresTimestamp"),
        "a signature by it exists, without the time stamp that the policy asks for",
      ],
      [
        attestations !== undefined,
        without(signer, "attestations"),
        "a signature by it exists, where the policy asks for attestations",
      ],
    ];
    const found = lacks.find(([asked, changed]) => asked && acceptedBy(changed, signatures, scene).length > 0);
    if (found !== undefined) return `; ${found[2]}`;
  }
  return "";
}

function without(
  authority: SigningAuthority,
  demand: "claims" | "requiresLog" | "requiresTimestamp" | "attestations",
): SigningAuthority {
  const { [demand]: _left, ...others } = authority;
  return others;
}

function formatNote(name: string): string {
  return `'${name}' names no signature format: policy-controller itself looks for cosign's first format only, and would not see this bundle.`;
}
