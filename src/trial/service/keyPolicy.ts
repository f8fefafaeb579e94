import type { DenyCode, KeySpec } from "../../application/signingService.ts";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import type { TrialKeyRequest } from "./keys.ts";

/** The users of the trial. One person may be all of them; the audit log names the user that acted. */
export const trialUsers = ["dev", "lead", "security"] as const;
export type TrialUser = (typeof trialUsers)[number];

/** What the trial asks of a use of a key. */
export interface TrialKeyPolicy {
  /** Who may have something signed; everybody without it. */
  readonly signers?: readonly string[];
  /** How many different users must approve, where the key needs approval; one without it. */
  readonly approvals?: number;
  /** Who may approve; everybody but the requester without it. */
  readonly approvers?: readonly string[];
  /** Hours of the day in UTC between which requests are taken: from, inclusive, to, exclusive. */
  readonly hours?: { readonly from: number; readonly to: number };
}

/** Why the policy refuses a request of a user at a time; undefined where it does not. */
export function refusalOf(
  policy: TrialKeyPolicy,
  key: string,
  user: string,
  now: Date,
): { readonly code: DenyCode; readonly message: string } | undefined {
  const { signers, hours } = policy;
  if (signers !== undefined && !signers.includes(user))
    return {
      code: "forbidden",
      message: `${user} may not sign with key '${key}': its policy names ${signers.join(", ")}.`,
    };
  if (hours !== undefined && !isWithin(hours, now.getUTCHours()))
    return {
      code: "forbidden",
      message: `Key '${key}' signs between ${hours.from}:00 and ${hours.to}:00 UTC. Ask again then.`,
    };
  return undefined;
}

/** Whether a user may decide about somebody else's request for the key. */
export function mayApprove({ approvers }: TrialKeyPolicy, user: string): boolean {
  return approvers === undefined || approvers.includes(user);
}

/** From a later to an earlier hour goes through midnight. */
function isWithin({ from, to }: { readonly from: number; readonly to: number }, hour: number): boolean {
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}

const specs: readonly KeySpec[] = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521", "ed25519"];
const members = ["name", "spec", "needs", "state", "hashes", "signers", "approvals", "approvers", "hours"];
const maximumKeys = 50;

/** The keys that a JSON text describes, for `countersign trial up --keys FILE`; or what is wrong with it, in one sentence. */
export function readTrialKeys(text: string): readonly TrialKeyRequest[] | string {
  const value = readJson(text);
  if (!Array.isArray(value) || value.length === 0 || value.length > maximumKeys)
    return `It is to be a JSON array of 1 to ${maximumKeys} keys.`;
  const keys: TrialKeyRequest[] = [];
  for (const [index, entry] of value.entries()) {
    const key = isJsonObject(entry) ? readKey(entry) : "it is no object.";
    if (typeof key === "string") return `Key ${index + 1} is not understood: ${key}`;
    if (keys.some(({ name }) => name === key.name)) return `Two keys are named '${key.name}'.`;
    keys.push(key);
  }
  return keys;
}

function readKey(entry: JsonObject): TrialKeyRequest | string {
  const unknown = Object.keys(entry).find((name) => !members.includes(name));
  if (unknown !== undefined) return `there is no '${unknown.slice(0, 40)}'; there are ${members.join(", ")}.`;
  const { name, spec = "p256", state = "enabled", approvals } = entry;
  if (typeof name !== "string" || !/^[\w.-]{1,64}$/u.test(name))
    return "its name is to be of letters, digits, '.', '_', '-'.";
  const knownSpec = specs.find((each) => each === spec);
  if (knownSpec === undefined) return `its spec is to be one of ${specs.join(", ")}.`;
  const knownState = (["enabled", "disabled", "expired"] as const).find((each) => each === state);
  if (knownState === undefined) return "its state is to be enabled, disabled or expired.";
  const needs = listOf(entry["needs"], ["justification", "approval"] as const);
  const hashes = listOf(entry["hashes"], ["sha256", "sha384", "sha512"] as const);
  const signers = listOf(entry["signers"], trialUsers);
  const approvers = listOf(entry["approvers"], trialUsers);
  if (needs === "wrong") return "what it needs is to be a list of justification, approval.";
  if (hashes === "wrong") return "its hashes are to be a list of sha256, sha384, sha512.";
  if (signers === "wrong" || approvers === "wrong")
    return `signers and approvers are lists of ${trialUsers.join(", ")}.`;
  const most = trialUsers.length - 1;
  if (approvals !== undefined && (!isWhole(approvals) || approvals < 1 || approvals > most))
    return `its approvals are to be 1 to ${most}.`;
  const hours = readHours(entry["hours"]);
  if (hours === "wrong") return 'its hours are to be like {"from": 8, "to": 18}.';
  return {
    name,
    spec: knownSpec,
    state: knownState,
    ...(needs === undefined ? {} : { needs }),
    ...(hashes === undefined ? {} : { hashes }),
    policy: {
      ...(signers === undefined ? {} : { signers }),
      ...(approvers === undefined ? {} : { approvers }),
      ...(approvals === undefined ? {} : { approvals }),
      ...(hours === undefined ? {} : { hours }),
    },
  };
}

function listOf<T extends string>(value: unknown, allowed: readonly T[]): readonly T[] | undefined | "wrong" {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return "wrong";
  const known = value.flatMap((each) => allowed.find((name) => name === each) ?? []);
  return known.length === value.length ? known : "wrong";
}

function readHours(value: unknown): TrialKeyPolicy["hours"] | "wrong" {
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) return "wrong";
  const { from, to } = value;
  if (!isWhole(from) || !isWhole(to) || from > 23 || to > 24 || from === to) return "wrong";
  return { from, to };
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
