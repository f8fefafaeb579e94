import { X509Certificate } from "node:crypto";
import type { TrialKey } from "../service/keys.ts";

/** How a key is authorized: without more ado, by PIN and one-time code, in a browser, by its owner on another device, or by an answer to something that is given first. */
export type TrialCscMode = "implicit" | "explicit" | "browser" | "elsewhere" | "challenged";

/** A credential as `credentials/info` gives it, in either generation. */
export function credentialInfo({ description }: TrialKey, mode: TrialCscMode, isFirst: boolean): object {
  const { spec, state, certificateChain } = description;
  const isRsa = spec.startsWith("rsa");
  const certificates = certificateChain.map((pem) => new X509Certificate(pem).raw.toString("base64"));
  return {
    key: {
      status: state === "enabled" ? "enabled" : "disabled",
      algo: isRsa ? ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"] : ["1.2.840.10045.2.1"],
      len: isRsa ? Number(spec.slice(3)) : Number(spec.slice(1)),
    },
    cert: { status: "valid", certificates, policy: ["1.3.6.1.4.1.57264.99"] },
    SCAL: "2",
    multisign: 1,
    ...(isFirst ? firstGeneration(mode) : secondGeneration(mode)),
  };
}

function firstGeneration(mode: TrialCscMode): object {
  if (mode !== "explicit") return { authMode: mode === "browser" ? "oauth2code" : "implicit" };
  return {
    authMode: "explicit",
    PIN: { presence: "true", format: "N", label: "PIN" },
    OTP: { presence: "true", type: "online", format: "N", label: "Code that was sent to you" },
  };
}

function secondGeneration(mode: TrialCscMode): object {
  const one = (type: string, id: string, label: string): object => ({
    auth: { mode: "explicit", expression: id, objects: [{ type, id, label }] },
  });
  if (mode === "elsewhere") return one("ChallengeResponseOOB", "DEVICE", "Your device");
  if (mode === "challenged")
    return {
      auth: {
        mode: "explicit",
        expression: "CARD AND SMS",
        objects: [
          { type: "ChallengeResponse", id: "CARD", label: "Answer of your card" },
          { type: "ChallengeResponse", id: "SMS", label: "Code that was sent to you" },
        ],
      },
    };
  if (mode !== "explicit") return { auth: { mode: mode === "browser" ? "oauth2code" : "implicit" } };
  return {
    auth: {
      mode: "explicit",
      expression: "PIN AND OTP",
      objects: [
        { type: "Password", id: "PIN", label: "PIN", format: "N" },
        { type: "Password", id: "OTP", label: "Code of your app", format: "N", generator: "totp" },
      ],
    },
  };
}
