import { X509Certificate } from "node:crypto";
import type { KeyDescription, KeyNeed } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, isJsonObject, objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { RemoteKey } from "../keyService.ts";
import { issuerOf, specOf } from "../keyKinds.ts";
import { oneLine } from "../serviceWords.ts";
import { schemesOffered } from "./algorithms.ts";

/** One thing that the person gives before a key signs. */
export interface CscChallenge {
  /** What the service calls it. */
  readonly id: string;
  readonly kind: "pin" | "one-time-code";
  readonly label: string;
  /**
   * `sent`: the service sends the answer to the person when it is asked to. `challenged`: the answer is to something that
   * the service gives first. `elsewhere`: the person answers on another way, and nothing is given here.
   */
  readonly by: "asked" | "sent" | "challenged" | "elsewhere";
}

/** A key with what authorizes it. */
export interface CscKey extends RemoteKey {
  /** Algorithms that it names. */
  readonly offered: readonly string[];
  readonly mode: "implicit" | "explicit" | "browser";
  readonly challenges: readonly CscChallenge[];
}

const maximumChain = 8;

/** Reads the answer to `credentials/info`, of either generation. Undefined for what is not understood or has no certificate. */
export function readCredential(id: string, info: JsonObject, product: string): CscKey | undefined {
  const [key, cert] = [objectIn(info, "key"), objectIn(info, "cert")];
  const chain = chainIn(cert);
  const leaf = chain[0];
  const spec = leaf === undefined ? undefined : specOf(leaf.publicKey);
  if (leaf === undefined || spec === undefined) return undefined;
  const offered = isJsonArray(key["algo"]) ? key["algo"].filter((each) => typeof each === "string") : [];
  const auth = authorizationIn(info);
  const level = textOrEmpty(info["SCAL"]) || "1";
  const multisign = info["multisign"];
  return {
    id,
    offered,
    ...auth,
    description: {
      name: id,
      spec,
      schemes: schemesOffered(spec, offered),
      publicKey: leaf.publicKey.export({ type: "spki", format: "pem" }).toString(),
      certificateChain: chain.map((certificate) => certificate.toString()),
      // With SCAL 2 the key is under its owner's sole control, in a module that the service's auditor has seen.
      custody: level === "2" ? "hsm" : "unknown",
      state: stateOf(key, cert),
      needs: [
        ...auth.challenges.filter(({ by }) => by !== "elsewhere").map(({ kind }): KeyNeed => kind),
        ...(auth.mode === "browser" ? (["browser"] as const) : []),
      ],
      governance: {
        issuer: issuerOf(chain),
        managedBy: `${product}; sole control assurance level ${level}${typeof multisign === "number" ? `; up to ${multisign} signatures per authorization` : ""}`,
        attributesSetBy: `the policy of the certificate's authority${policiesIn(cert)}`,
      },
    },
  };
}

function chainIn(cert: JsonObject): readonly X509Certificate[] {
  const list = isJsonArray(cert["certificates"]) ? cert["certificates"].slice(0, maximumChain) : [];
  try {
    return list.flatMap((text) => {
      const der = decodeBase64(textOrEmpty(text));
      return der === undefined || der.length === 0 ? [] : [new X509Certificate(der)];
    });
  } catch {
    return [];
  }
}

function stateOf(key: JsonObject, cert: JsonObject): KeyDescription["state"] {
  if (key["status"] === "disabled" || /^(?:revoked|suspended)$/.test(textOrEmpty(cert["status"]))) return "disabled";
  return cert["status"] === "expired" ? "expired" : "enabled";
}

function policiesIn(cert: JsonObject): string {
  const policies = isJsonArray(cert["policy"]) ? cert["policy"].slice(0, 10) : [];
  const ids = policies.filter((each) => typeof each === "string" && /^[\d.]{3,100}$/.test(each));
  return ids.length === 0 ? "" : ` (${ids.join(", ")})`;
}

/** Generation 2 has `auth` with its objects, generation 1 `authMode` with `PIN` and `OTP`. */
function authorizationIn(info: JsonObject): Pick<CscKey, "mode" | "challenges"> {
  const auth = objectIn(info, "auth");
  const mode = textOrEmpty(auth["mode"]) || textOrEmpty(info["authMode"]);
  if (mode === "oauth2code") return { mode: "browser", challenges: [] };
  if (mode !== "explicit") return { mode: "implicit", challenges: [] };
  const objects = isJsonArray(auth["objects"]) ? auth["objects"].slice(0, 4).filter(isJsonObject) : [];
  const second = objects.flatMap((object): CscChallenge[] => {
    const [id, type] = [textOrEmpty(object["id"]), textOrEmpty(object["type"])];
    const kind = type === "Password" && !/otp/i.test(id) ? "pin" : "one-time-code";
    const label = oneLine(object["label"]) ?? (kind === "pin" ? "PIN" : "One-time code");
    const by = type.endsWith("OOB") ? "elsewhere" : type === "ChallengeResponse" ? "challenged" : "asked";
    return id === "" ? [] : [{ id, kind, label, by }];
  });
  const first = (["PIN", "OTP"] as const).flatMap((id): CscChallenge[] => {
    const object = objectIn(info, id);
    const isThere = object["presence"] === true || object["presence"] === "true";
    const label = oneLine(object["label"]) ?? (id === "PIN" ? "PIN" : "One-time code");
    const by = textOrEmpty(object["type"]) === "online" ? "sent" : "asked";
    return isThere ? [{ id, kind: id === "PIN" ? "pin" : "one-time-code", label, by }] : [];
  });
  return { mode: "explicit", challenges: objects.length > 0 ? second : first };
}
