import { AppError } from "../../../application/errors.ts";
import type { KeyCertification } from "../../../application/keyCertification.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonArray, objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { isTransitKeyName } from "../../../core/policy/vaultOptions.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import type { Call, VaultPlace } from "./connection.ts";
import { certificatesIn } from "./pki.ts";
import { refusalOf } from "./refusal.ts";
import type { Session } from "./session.ts";

/** Names of roles become part of a path. */
const roleName = /^\w(?:[\w.-]{0,253}\w)?$/;
const maximumRequest = 100_000;

/**
 * The PKI engine at `pkiMount` as the authority of transit keys: the transit engine makes the request, the role of the PKI
 * engine says what is issued, and the transit engine keeps the certificates beside the key, where cosign and notation's
 * plug-in look for them. `versionOf` names the version of a key that was described.
 */
export function createCertification(
  session: Session,
  place: VaultPlace,
  pkiMount: string,
  versionOf: (key: string) => number | undefined,
): KeyCertification {
  const { mount } = place.options;
  const dataOf = async (sent: Promise<{ status: number; body: unknown }>, { action }: Call): Promise<JsonObject> => {
    const reply = await sent;
    const refusal = refusalOf(reply);
    // What is wrapped is for a control group, and nobody takes it out: it runs out.
    if (refusal === undefined && textOrEmpty(objectIn(reply.body, "wrap_info")["token"]) !== "")
      throw new AppError(
        "service-denied",
        `Could not ${action} at ${place.origin}: it needs an approval by a control group, which is not waited for here. Have an operator do it, or a policy without one.`,
      );
    if (refusal === undefined) return objectIn(reply.body, "data");
    throw new AppError(
      refusal.code === "unavailable" ? "service-unavailable" : "service-denied",
      session.redact(`Could not ${action} at ${place.origin}: ${refusal.message}`),
    );
  };
  const describedVersion = (key: string): { readonly version?: number } => {
    if (!isTransitKeyName(key)) throw new AppError("usage", `'${key}' is no name of a transit key.`);
    const version = versionOf(key);
    return version === undefined ? {} : { version };
  };
  const read = (call: Call, options: WaitOptions): Promise<JsonObject> => dataOf(session.read(call, options), call);
  const change = (call: Call, options: WaitOptions): Promise<JsonObject> => dataOf(session.once(call, options), call);
  return {
    authority: `${pkiMount}/`,
    request: async (key, options) => {
      const action = `have key '${key}' sign a certification request`;
      const told = await read({ path: `${mount}/keys/${key}/csr`, body: describedVersion(key), action }, options);
      return textOrEmpty(told["csr"]).slice(0, maximumRequest);
    },
    issue: async ({ role, commonName, hours }, csr, options) => {
      if (!roleName.test(role)) throw new AppError("usage", `'${role}' is no name of a role.`);
      const body = {
        csr,
        format: "pem",
        ...(commonName === undefined ? {} : { common_name: commonName }),
        ...(hours === undefined ? {} : { ttl: `${hours}h` }),
      };
      const action = `have a certificate issued by role '${role}' of ${pkiMount}/`;
      const ambiguity = `It was asked for once and not again, so it is not known whether one was issued: the list of ${pkiMount}/certs says so.`;
      const told = await change({ path: `${pkiMount}/sign/${role}`, body, action, ambiguity }, options);
      const above = isJsonArray(told["ca_chain"]) ? told["ca_chain"].map(textOrEmpty) : [];
      const pem = [textOrEmpty(told["certificate"]), ...above, textOrEmpty(told["issuing_ca"])].join("\n");
      const serial = textOrEmpty(told["serial_number"]).slice(0, 200);
      const [leaf] = certificatesIn(textOrEmpty(told["certificate"]));
      if (leaf === undefined || !/^[0-9a-f:]+$/i.test(serial))
        throw new AppError("service-protocol", `Could not ${action} at ${place.origin}: the answer has none.`);
      // A root is not always told with what it issued.
      const root = await read({ path: `${pkiMount}/cert/ca_chain`, action: "ask for the authority" }, options).catch(
        (): JsonObject => ({}),
      );
      const known = `${pem}\n${textOrEmpty(root["certificate"]) || textOrEmpty(root["ca_chain"])}`;
      const chain = readConfiguredChains(known.slice(0, maximumRequest), `the chain of ${pkiMount}/`).complete(leaf);
      return { chain: chain.map((each) => each.toString()), serial };
    },
    keep: async (key, chain, options) => {
      const action = `set the certificates of key '${key}'`;
      const body = { certificate_chain: chain.join(""), ...describedVersion(key) };
      await change({ path: `${mount}/keys/${key}/set-certificate`, body, action }, options);
    },
  };
}
