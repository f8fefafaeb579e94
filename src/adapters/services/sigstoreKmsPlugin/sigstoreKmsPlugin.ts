import { createPublicKey, type KeyObject } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { SigningService } from "../../../application/signingService.ts";
import { decodeBase64, decodePem } from "../../../core/base64.ts";
import { isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { hashAlgorithms, issuerOf, specOf } from "../keyKinds.ts";
import type { Plugin, PluginCall } from "../program/openPlugin.ts";
import { oneLine } from "../serviceWords.ts";
import { numberOfHash, protocolVersion, schemeOf } from "./terms.ts";

/** Longer messages are not signed by a scheme that takes them whole. */
const maximumMessage = 64 * 1024 * 1024;

/** A key management plug-in of cosign as a signing service. */
export function createSigstoreKmsPluginService(plugin: Plugin): SigningService {
  const program = `sigstore-kms-${plugin.options.plugin}`;
  const chains = readConfiguredChains(plugin.certificates, `the 'chainFile' of signing service '${plugin.name}'`);

  /** The answer to a method, or why there is none, in the plug-in's words. The exit code means nothing here. */
  const ask = async (
    id: string,
    method: string,
    own: object,
    how: Omit<PluginCall, "args" | "input"> & { readonly input?: Uint8Array; readonly hash?: number },
    options: WaitOptions,
  ): Promise<JsonObject | string> => {
    const { input = new Uint8Array(), hash = numberOfHash("sha256"), ...call } = how;
    const initOptions = { protocolVersion, keyResourceID: id, hashFunc: hash, rpcOptions };
    const text = JSON.stringify({ initOptions, methodName: method, [method]: own });
    const { output } = await plugin.call({ args: [protocolVersion, text], input, ...call }, options);
    const body = readJson(output);
    const advice = call.ambiguity === undefined ? "" : ` ${call.ambiguity}`;
    if (!isJsonObject(body))
      throw new AppError(
        "service-protocol",
        `Could not ${call.action} with ${program}: what it printed is no JSON.${advice}`,
      );
    const refusal = oneLine(body["errorMessage"]);
    if (refusal !== undefined) return refusal;
    const answer = Object.hasOwn(body, method) ? body[method] : undefined;
    if (isJsonObject(answer)) return answer;
    throw new AppError(
      "service-protocol",
      `Could not ${call.action} with ${program}: it answered something else than was asked.${advice}`,
    );
  };

  const describe = async (id: string, options: WaitOptions): Promise<RemoteKey> => {
    const action = `ask for the public key '${id}'`;
    const own = { publicKeyOptions: { rpcOptions } };
    const answer = await ask(id, "publicKey", own, { action, signs: false }, options);
    if (typeof answer === "string")
      throw new AppError("service-denied", `Could not ${action} with ${program}: ${answer}`);
    const publicKey = publicKeyIn(answer);
    const spec = publicKey === undefined ? undefined : specOf(publicKey);
    if (publicKey === undefined || spec === undefined)
      throw new AppError(
        "service-protocol",
        `Could not ${action} with ${program}: its answer holds no key of a kind that is known.`,
      );
    const chain = chains.chainFor(publicKey);
    return {
      id,
      description: {
        name: id,
        spec,
        schemes: [{ scheme: schemeOf(spec), hashes: hashAlgorithms }],
        publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
        certificateChain: chain.map((certificate) => certificate.toString()),
        custody: "unknown",
        state: "enabled",
        needs: [],
        // Some plug-ins sign the digest that they are given, others hash the message anew.
        signsMessages: true,
        governance: {
          issuer: issuerOf(chain),
          managedBy: `the service behind ${program}`,
          attributesSetBy:
            chain.length === 0 ? "nobody: there is no certificate" : "unknown: the plug-in does not tell",
        },
      },
    };
  };

  return createKeyService(
    { name: plugin.name, origin: program },
    {
      encoding: "either",
      maximumMessage,
      auditLog: `The audit log of the service behind ${program} says so.`,
      redact: plugin.redact,
      names: () => Promise.resolve(plugin.options.keys),
      describe: async (name, options) => (plugin.options.keys.includes(name) ? describe(name, options) : undefined),
      sign: async (key, { message, digest, hash: name, scheme }, ambiguity, options): Promise<SignReply> => {
        if (message === undefined)
          return {
            status: "denied",
            code: "unsupported",
            message: "The plug-in is given whole messages; nothing was sent.",
          };
        const hash = numberOfHash(name);
        const prehashed = scheme === "ed25519" ? {} : { digest: Buffer.from(digest).toString("base64") };
        const own = { signOptions: { rpcOptions, messageOptions: { ...prehashed, hashFunc: hash } } };
        const how = { action: `sign with key '${key.id}'`, ambiguity, signs: true, input: message, hash };
        const answer = await ask(key.id, "signMessage", own, how, options);
        // The protocol has no codes: whether somebody may not, or something failed, only the words tell.
        if (typeof answer === "string") return { status: "denied", code: "forbidden", message: answer };
        const signature = decodeBase64(textOrEmpty(answer["signature"]));
        return signature === undefined ? "its answer holds no signature" : { status: "signed", signature };
      },
    },
  );
}

const rpcOptions = { keyVersion: "", remoteVerification: false };

function publicKeyIn(answer: JsonObject): KeyObject | undefined {
  const pem = decodeBase64(textOrEmpty(answer["publicKeyPEM"]))?.toString("utf8") ?? "";
  const der = decodePem(pem, "PUBLIC KEY");
  try {
    return der === undefined ? undefined : createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
