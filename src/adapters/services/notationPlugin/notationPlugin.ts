import { X509Certificate } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { SigningService } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { issuerOf, specOf } from "../keyKinds.ts";
import type { Plugin, PluginCall } from "../program/openPlugin.ts";
import { oneLine } from "../serviceWords.ts";
import { contractVersion, notationAlgorithmOf, rawCapability, specOfKeySpec } from "./terms.ts";

/** A key with what its plug-in is asked and expected to answer. */
interface PluginKey extends RemoteKey {
  readonly leaf: X509Certificate;
}

/** What a plug-in answered, or how it refused. */
type PluginAnswer =
  | { readonly kind: "answer"; readonly body: JsonObject }
  | { readonly kind: "refusal"; readonly code: string; readonly message: string };

/** A plug-in of the Notary Project as a signing service: it hashes and signs, core wraps. `now` is milliseconds since 1970. */
export function createNotationPluginService(plugin: Plugin, now: () => number): SigningService {
  const program = `notation-${plugin.options.plugin}`;
  const id = plugin.options.keys[0] ?? "";

  const ask = async (
    command: string,
    more: object,
    how: Omit<PluginCall, "args" | "input">,
    options: WaitOptions,
  ): Promise<PluginAnswer> => {
    const pluginConfig = plugin.options.settings;
    const input = Buffer.from(JSON.stringify({ contractVersion, pluginConfig, ...more }), "utf8");
    const { exitCode, output, error } = await plugin.call({ args: [command], input, ...how }, options);
    const body = readJson(exitCode === 0 ? output : error);
    if (!isJsonObject(body)) {
      const said = exitCode === 0 ? "what it printed is no JSON" : `it ended with ${exitCode} and no reason`;
      const advice = how.ambiguity === undefined ? "" : ` ${how.ambiguity}`;
      throw new AppError("service-protocol", `Could not ${how.action} with ${program}: ${said}.${advice}`);
    }
    if (exitCode === 0) return { kind: "answer", body };
    const message = oneLine(body["errorMessage"]) ?? "It gives no reason.";
    return { kind: "refusal", code: textOrEmpty(body["errorCode"]), message };
  };

  /** The answer to a look-up. */
  const lookUp = async (command: string, more: object, action: string, options: WaitOptions): Promise<JsonObject> => {
    const answer = await ask(command, more, { action, signs: false }, options);
    if (answer.kind === "answer") return answer.body;
    const code = unavailable.has(answer.code) ? "service-unavailable" : "service-denied";
    throw new AppError(code, `Could not ${action} with ${program}: ${answer.message} (${answer.code})`);
  };

  const describe = async (options: WaitOptions): Promise<PluginKey> => {
    const action = `describe key '${id}'`;
    const metadata = await lookUp("get-plugin-metadata", {}, "ask what the plug-in can do", options);
    const complaint = complaintAbout(metadata, plugin.options.plugin);
    if (complaint !== undefined) throw new AppError("configuration", `${program} cannot be used: ${complaint}`);
    const described = await lookUp("describe-key", { keyId: id }, action, options);
    const spec = specOfKeySpec(described["keySpec"]);
    const algorithm = spec === undefined ? undefined : notationAlgorithmOf(spec);
    if (described["keyId"] !== id || spec === undefined || algorithm === undefined)
      throw new AppError("service-protocol", `Could not ${action} with ${program}: its answer is about another key.`);
    const what = `the 'chainFile' of signing service '${plugin.name}'`;
    const leaf = firstCertificate(plugin.certificates, what);
    if (specOf(leaf.publicKey) !== spec)
      throw new AppError(
        "configuration",
        `The first certificate in ${what} is for a key of another kind than ${program} describes.`,
      );
    const chain = readConfiguredChains(plugin.certificates, what).complete(leaf);
    return {
      id,
      leaf,
      description: {
        name: id,
        spec,
        schemes: [{ scheme: algorithm.scheme, hashes: [algorithm.hash] }],
        publicKey: leaf.publicKey.export({ type: "spki", format: "pem" }).toString(),
        certificateChain: chain.map((certificate) => certificate.toString()),
        custody: "unknown",
        state: Date.parse(leaf.validTo) < now() ? "expired" : "enabled",
        needs: [],
        signsMessages: true,
        governance: {
          issuer: issuerOf(chain),
          managedBy: `the service behind ${program} ${oneLine(metadata["version"]) ?? ""}`.trim(),
          attributesSetBy: "unknown: the plug-in does not tell",
        },
      },
    };
  };

  return createKeyService(
    { name: plugin.name, origin: program },
    {
      encoding: "either",
      maximumMessage: 0,
      auditLog: `The audit log of the service behind ${program} says so.`,
      redact: plugin.redact,
      names: () => Promise.resolve([id]),
      describe: async (name, options) => (name === id ? describe(options) : undefined),
      sign: async (key, request, ambiguity, options): Promise<SignReply> => {
        const algorithm = notationAlgorithmOf(key.description.spec);
        if (request.message === undefined || algorithm === undefined)
          return {
            status: "denied",
            code: "unsupported",
            message: "The plug-in signs whole messages; nothing was sent.",
          };
        const { keySpec, hashAlgorithm, signingAlgorithm } = algorithm;
        const payload = Buffer.from(request.message).toString("base64");
        const answer = await ask(
          "generate-signature",
          { keyId: id, keySpec, hashAlgorithm, payload },
          { action: `sign with key '${id}'`, ambiguity, signs: true },
          options,
        );
        if (answer.kind === "refusal") {
          if (unavailable.has(answer.code))
            throw new AppError("service-unavailable", `${program} did not sign: ${answer.message} ${ambiguity}`);
          const code = answer.code === "ACCESS_DENIED" ? "forbidden" : "unsupported";
          return { status: "denied", code, message: `${answer.message} (${answer.code})` };
        }
        const { body } = answer;
        if (body["keyId"] !== id || body["signingAlgorithm"] !== signingAlgorithm)
          return "it signed by another key or algorithm than it was asked for";
        const signature = decodeBase64(textOrEmpty(body["signature"]));
        if (signature === undefined) return "its answer holds no signature";
        return isSameKey(body["certificateChain"], key.description.publicKey)
          ? { status: "signed", signature }
          : `it signed by a key with another certificate than the first one in 'chainFile', which may be out of date`;
      },
    },
  );
}

/** Codes that say nothing about the request: it may be made again. */
const unavailable: ReadonlySet<string> = new Set(["TIMEOUT", "THROTTLED", "ERROR"]);

function complaintAbout(metadata: JsonObject, name: string): string | undefined {
  const has = (field: string, value: string): boolean => {
    const list = metadata[field];
    return isJsonArray(list) && list.includes(value);
  };
  if (metadata["name"] !== name) return "it calls itself by another name.";
  if (!has("supportedContractVersions", contractVersion)) return `it does not speak version ${contractVersion}.`;
  if (has("capabilities", rawCapability)) return undefined;
  return has("capabilities", "SIGNATURE_GENERATOR.ENVELOPE")
    ? "it makes whole envelopes only. Sign with notation itself, and verify here."
    : "it does not sign.";
}

function firstCertificate(pem: string | undefined, what: string): X509Certificate {
  const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/.exec(pem ?? "");
  try {
    return new X509Certificate(block?.[0] ?? "");
  } catch (cause) {
    throw new AppError("configuration", `${what} does not begin with a certificate that can be read.`, { cause });
  }
}

function isSameKey(chain: unknown, publicKey: string): boolean {
  const leaf = isJsonArray(chain) ? decodeBase64(textOrEmpty(chain[0])) : undefined;
  try {
    const pem = new X509Certificate(leaf ?? Buffer.alloc(0)).publicKey.export({ type: "spki", format: "pem" });
    return pem.toString() === publicKey;
  } catch {
    return false;
  }
}
