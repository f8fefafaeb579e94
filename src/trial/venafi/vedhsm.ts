import { createHash, randomUUID, X509Certificate } from "node:crypto";
import type { DenyCode, KeySpec } from "../../application/signingService.ts";
import { isJsonArray } from "../../core/json.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialKey } from "../service/keys.ts";
import type { TrialAnswer } from "../service/requests.ts";
import { toSideBySide } from "../service/signDigest.ts";
import { objectOf, ok, refused, textOf, unauthorized, type VenafiAnswer, type VenafiCall } from "./answers.ts";
import type { TrialVenafiFault } from "./faults.ts";
import { readMechanism } from "./mechanisms.ts";
import { findKey, guidOf, labelOf } from "./tree.ts";
import type { TrialSession } from "./vedauth.ts";

/** The part of the product that holds keys and signs. */
export interface VedHsm {
  objects(call: VenafiCall, session: TrialSession): VenafiAnswer;
  sign(call: VenafiCall, session: TrialSession, fault: TrialVenafiFault | undefined): VenafiAnswer;
}

/** Octets of either number of a signature, by kind of key. */
const halves = new Map<KeySpec, number>([
  ["p256", 32],
  ["p384", 48],
  ["p521", 66],
]);

/** How the product words what the engine denies. */
const denials = new Map<DenyCode, readonly [number | undefined, string]>([
  ["key-disabled", [3002, "The key cannot be accessed."]],
  ["justification-required", [undefined, "A justification is required to use this key."]],
  ["approval-rejected", [undefined, "The request was rejected."]],
  ["approval-expired", [undefined, "The approval request has expired."]],
  ["algorithm-not-allowed", [undefined, "The mechanism is not allowed for this key."]],
]);

export function createVedHsm({ keys, requests }: TrialEngine): VedHsm {
  /** Requests that wait, by what was posted: posting it again asks for the outcome of the same one. */
  const open = new Map<string, string>();
  let laters = 0;

  const answerOf = (answer: TrialAnswer, key: TrialKey, fault: TrialVenafiFault | undefined): VenafiAnswer => {
    switch (answer.status) {
      case "pending":
        return ok({ Success: false, TryLater: true, Digest: answer.requestHash });
      case "denied": {
        const [result, words] = denials.get(answer.code) ?? [undefined, answer.message];
        return result === undefined
          ? ok({ Success: false, Error: `${words} ${answer.message}` })
          : refused(result, words);
      }
      case "signed": {
        const half = halves.get(key.description.spec);
        const raw = half === undefined ? answer.signature : toSideBySide(answer.signature, half);
        if (fault?.kind === "error-after-signing") return { status: 500, body: { ErrorDetails: "The server failed." } };
        const data = fault?.kind === "encoding" ? encoded(fault.as, raw, answer.signature) : raw;
        return ok({ ResultData: data.toString("base64"), Success: true });
      }
    }
  };

  return {
    objects: ({ body }, { product, allows }) => {
      if (!allows("codesignclient")) return unauthorized("insufficient_scope", "The scope codesignclient is needed.");
      const labels = body["LabelFilter"];
      const wanted = isJsonArray(labels) ? labels : undefined;
      if (product === "saas" && wanted === undefined) return refused(0, "A LabelFilter is needed.");
      const id = textOf(body, "KeyId");
      const found = keys.filter(
        (key) =>
          (id === "" || findKey([key], { id }) !== undefined) &&
          (wanted === undefined || wanted.includes(labelOf(key))),
      );
      const certificates = found.flatMap((key) => (product === "saas" ? [nestedChain(key)] : flatChain(key)));
      return ok({
        Certificates: certificates,
        PublicKeys: [],
        PrivateKeys: [],
        Pending: false,
        Result: 1,
        Success: true,
      });
    },
    sign: ({ body }, session, fault) => {
      if (!session.allows("codesignclient"))
        return unauthorized("insufficient_scope", "The scope codesignclient is needed.");
      const key = findKey(keys, { id: textOf(body, "KeyId") });
      if (key === undefined) return ok({ Success: false, Error: "The key was not found." });
      const asked = readMechanism(body);
      if (typeof asked === "string") return ok({ Success: false, Error: `The mechanism cannot be used: ${asked}` });
      if (fault?.kind === "try-later" && laters < fault.times) {
        laters += 1;
        // What stands there is not a signature, however much it looks like one.
        const decoy = fault.resultData === true ? { ResultData: Buffer.alloc(64, 1).toString("base64") } : {};
        return ok({ Success: fault.resultData === true, TryLater: true, ...decoy });
      }
      const process = objectOf(body, "ProcessInfo");
      const name = textOf(process, "CommandLine").slice(0, 1000) || textOf(process, "Executable").slice(0, 1000);
      const client = objectOf(body, "ClientInfo");
      const posted = createHash("sha256").update(session.user).update(JSON.stringify(body)).digest("hex");
      const idempotencyKey = open.get(posted) ?? randomUUID();
      open.set(posted, idempotencyKey);
      const justification = textOf(body, "Justification").slice(0, 2000);
      const answer = requests.submit(session.user, {
        key: key.description.name,
        ...asked,
        purpose: {
          artifact: { kind: "file", name, digest: `${asked.hash}:${Buffer.from(asked.digest).toString("hex")}` },
          tool: textOf(client, "ClientLibraryName").slice(0, 200),
        },
        idempotencyKey,
        ...(justification === "" ? {} : { justification }),
      });
      if (answer.status !== "pending") open.delete(posted);
      return answerOf(answer, key, fault);
    },
  };
}

function encoded(form: "der" | "cut" | "swapped", raw: Buffer, der: Buffer): Buffer {
  if (form === "der") return der;
  if (form === "cut") return raw.subarray(0, -1);
  return Buffer.concat([raw.subarray(raw.length / 2), raw.subarray(0, raw.length / 2)]);
}

function flatChain(key: TrialKey): readonly object[] {
  return key.description.certificateChain.map((pem) => certificateOf(pem, key));
}

/** The shape of the SaaS product: the issuers stand in the leaf. */
function nestedChain(key: TrialKey): object {
  const [leaf = "", ...issuers] = key.description.certificateChain;
  const root = issuers.at(-1) ?? leaf;
  return {
    ...certificateOf(leaf, key),
    Label: labelOf(key),
    Intermediates: issuers.slice(0, -1).map((pem) => ({ Value: derOf(pem) })),
    Root: { Value: derOf(root) },
  };
}

function certificateOf(pem: string, key: TrialKey): object {
  const { subject, issuer, validFrom, validTo } = new X509Certificate(pem);
  return {
    Value: derOf(pem),
    Label: labelOf(key),
    KeyId: guidOf(key),
    Subject: subject.replaceAll("\n", ", "),
    Issuer: issuer.replaceAll("\n", ", "),
    StartDate: validFrom,
    EndDate: validTo,
    EnvironmentType: 0,
  };
}

function derOf(pem: string): string {
  return new X509Certificate(pem).raw.toString("base64");
}
