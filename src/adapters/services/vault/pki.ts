import { X509Certificate } from "node:crypto";
import type { WaitOptions } from "../../../application/ports.ts";
import type { KeyDescription } from "../../../application/signingService.ts";
import { objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import type { Session } from "./session.ts";

/**
 * What the PKI secrets engine adds to a key's description: the certificates above the one that was set, and whether it was
 * revoked. What the engine does not tell leaves the description as it is, and is said.
 */
export async function completeByPki(
  description: KeyDescription,
  mount: string,
  session: Session,
  options: WaitOptions,
): Promise<KeyDescription> {
  const [leaf] = description.certificateChain;
  if (leaf === undefined) return description;
  const certificate = new X509Certificate(leaf);
  const serial = (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(":");
  const [record, issuers] = await Promise.all([
    lookUp(`${mount}/cert/${serial}`, session, options),
    lookUp(`${mount}/cert/ca_chain`, session, options),
  ]);
  const { governance } = description;
  const pem = textOrEmpty(issuers["certificate"]) || textOrEmpty(issuers["ca_chain"]);
  const chain =
    description.certificateChain.length > 1
      ? description.certificateChain
      : readConfiguredChains(pem.slice(0, maximumPem), `the chain of ${mount}/`)
          .complete(certificate)
          .map((each) => each.toString());
  const revoked = record["revocation_time"];
  const isKnown = textOrEmpty(record["certificate"]).replaceAll(/\s/g, "") === leaf.replaceAll(/\s/g, "");
  const isRevoked = isKnown && typeof revoked === "number" && revoked > 0;
  return {
    ...description,
    certificateChain: chain,
    ...(isRevoked ? { state: "disabled" as const } : {}),
    governance: {
      ...governance,
      issuer: `${governance.issuer}, ${isKnown ? `by ${mount}/` : `which ${mount}/ does not know`}${isRevoked ? "; the certificate is revoked" : ""}`,
      ...(isKnown ? { attributesSetBy: `the role of ${mount}/ by which the certificate was issued` } : {}),
    },
  };
}

const maximumPem = 100_000;

/** The certificates in a text; none where one of them cannot be read. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.slice(0, maximumPem).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

async function lookUp(path: string, session: Session, options: WaitOptions): Promise<JsonObject> {
  const { status, body } = await session.read({ path, action: "ask about the certificate" }, options);
  return status === 200 ? objectIn(body, "data") : {};
}
