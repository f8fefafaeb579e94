import { randomUUID, sign } from "node:crypto";
import { textOrEmpty, type JsonObject } from "../../core/json.ts";
import { decodePem } from "../../core/base64.ts";
import { keyOfCertificationRequest } from "../../core/x509/certificationRequest.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialKey } from "../service/keys.ts";
import { bitString, explicit, integer, objectIdentifier, sequence } from "../x509/der.ts";
import { failed, found, type VaultAnswer } from "./answers.ts";

/** A request to certify a key (PKCS #10, RFC 2986) without a name, as the transit engine makes it. */
export function certificationRequest({ description, privateKey }: TrialKey): string {
  const key = Buffer.from(description.publicKey.replaceAll(/-----[A-Z ]+-----|\s/g, ""), "base64");
  const information = sequence(integer(Buffer.from([0])), sequence(), key, explicit(0));
  const isRsa = description.spec.startsWith("rsa");
  const hash = description.spec === "ed25519" ? null : "sha256";
  const algorithm = isRsa ? "1.2.840.113549.1.1.11" : hash === null ? "1.3.101.112" : "1.2.840.10045.4.3.2";
  const parameters = isRsa ? [Buffer.from([5, 0])] : [];
  const identifier = sequence(objectIdentifier(algorithm), ...parameters);
  const der = sequence(information, identifier, bitString(sign(hash, information, privateKey)));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** The roles of the PKI engine: one for code signing, and one for servers as roles are where nobody says otherwise. */
const roles = ["code-signing", "server"];

/** Issues by the trial's authority what a request is for, as `sign/ROLE` of the PKI engine does. */
export function issueByRole({ authority }: TrialEngine, role: string, body: JsonObject): VaultAnswer {
  if (!roles.includes(role)) return failed(400, `unknown role: ${role}`);
  const der = decodePem(textOrEmpty(body["csr"]), "CERTIFICATE REQUEST");
  const asked = der === undefined ? undefined : keyOfCertificationRequest(der);
  if (asked === undefined) return failed(400, "certificate request could not be parsed");
  const name = textOrEmpty(body["common_name"]);
  if (name === "")
    return failed(
      400,
      'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true',
    );
  const chain = role === "server" ? authority.issueServer(asked.key) : authority.issue(name, asked.key);
  const [certificate, issuing, root] = chain;
  const serial = randomUUID().replaceAll("-", "").match(/../g)?.join(":");
  return found({ certificate, issuing_ca: issuing, ca_chain: [issuing, root], serial_number: serial }, randomUUID());
}
