import { randomUUID, X509Certificate } from "node:crypto";
import type { TrialEngine } from "../service/engine.ts";
import { failed, found, type VaultAnswer } from "./answers.ts";

/** The look-ups of the PKI secrets engine over the certificates of the trial's keys; undefined for every other path. */
export function createTrialPki(
  { keys }: Pick<TrialEngine, "keys">,
  { mount, revoked = [] }: { readonly mount: string; readonly revoked?: readonly string[] },
): (path: string) => VaultAnswer | undefined {
  return (path) => {
    if (!path.startsWith(`${mount}/cert/`)) return undefined;
    const serial = path.slice(mount.length + 6);
    if (serial === "ca_chain") {
      const [, ...issuers] = keys[0]?.description.certificateChain ?? [];
      return found({ certificate: issuers.join("") }, randomUUID());
    }
    const key = keys.find(({ description }) => serialOf(description.certificateChain[0] ?? "") === serial);
    if (key === undefined) return failed(404);
    const { name, certificateChain } = key.description;
    const data = { certificate: certificateChain[0], revocation_time: revoked.includes(name) ? 1_700_000_000 : 0 };
    return found(data, randomUUID());
  };
}

function serialOf(pem: string): string {
  return (new X509Certificate(pem).serialNumber.toLowerCase().match(/../g) ?? []).join(":");
}
