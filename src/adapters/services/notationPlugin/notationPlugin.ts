import { X509Certificate } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { KeyDescription, KeySpec, SigningService, SignRequest } from "../../../application/signingService.ts";
import { isJsonArray, type JsonObject } from "../../../core/json.ts";
import { notaryEnvelopeTypes } from "../../../core/sign/notaryEnvelope.ts";
import { readConfiguredChains } from "../configuredChains.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { issuerOf, specOf } from "../keyKinds.ts";
import type { Plugin } from "../program/openPlugin.ts";
import { oneLine } from "../serviceWords.ts";
import { createConversation, type Conversation, type SigningCall } from "./conversation.ts";
import { readEnvelope, readSignature } from "./replies.ts";
import {
  contractVersion,
  envelopeCapability,
  notationAlgorithmOf,
  rawCapability,
  specOfKeySpec,
  verifierCapabilities,
} from "./terms.ts";

/**
 * A plug-in of the Notary Project as a signing service: it hashes and signs, core wraps; or where it makes whole envelopes
 * only, it does all of that and core checks what it made. `now` is milliseconds since 1970.
 */
export function createNotationPluginService(plugin: Plugin, now: () => number): SigningService {
  const conversation = createConversation(plugin);
  const { program } = conversation;
  const id = plugin.options.keys[0] ?? "";

  const describe = async (options: WaitOptions): Promise<RemoteKey> => {
    const metadata = await conversation.lookUp("get-plugin-metadata", {}, "ask what the plug-in can do", options);
    const complaint = complaintAbout(metadata, plugin.options.plugin);
    if (complaint !== undefined) throw new AppError("configuration", `${program} cannot be used: ${complaint}`);
    const what = `the 'chainFile' of signing service '${plugin.name}'`;
    const first = firstCertificate(plugin.certificates, what);
    const making = has(metadata, "capabilities", rawCapability)
      ? await describeBare(conversation, { id, certificate: first, what }, options)
      : describeEnvelopes(metadata, plugin.options.plugin, first, what);
    const chain = readConfiguredChains(plugin.certificates, what).complete(first);
    return {
      id,
      description: {
        name: id,
        ...making,
        publicKey: first.publicKey.export({ type: "spki", format: "pem" }).toString(),
        certificateChain: chain.map((certificate) => certificate.toString()),
        custody: "unknown",
        state: Date.parse(first.validTo) < now() ? "expired" : "enabled",
        needs: [],
        signsMessages: true,
        governance: {
          issuer: first.ca ? first.subject.replaceAll("\n", ", ") : issuerOf(chain),
          managedBy: `the service behind ${program} ${oneLine(metadata["version"]) ?? ""}`.trim(),
          attributesSetBy: "unknown: the plug-in does not tell",
        },
      },
    };
  };

  const sign = async (
    { description }: RemoteKey,
    { message, envelope }: SignRequest,
    ambiguity: string,
    options: WaitOptions,
  ): Promise<SignReply> => {
    const algorithm = notationAlgorithmOf(description.spec);
    if (message === undefined || algorithm === undefined)
      return { status: "denied", code: "unsupported", message: "The plug-in signs whole messages; nothing was sent." };
    const payload = Buffer.from(message).toString("base64");
    const call = (body: object): SigningCall => ({ keyId: id, ambiguity, body: { ...body, payload } });
    if (envelope !== undefined) {
      const signatureEnvelopeType = notaryEnvelopeTypes[envelope.format];
      const { payloadType, expiresIn } = envelope;
      const expiry = expiresIn === undefined ? {} : { expiryDurationInSeconds: expiresIn };
      const read = (body: JsonObject): SignReply => readEnvelope(body, signatureEnvelopeType);
      return conversation.sign(
        "generate-envelope",
        call({ payloadType, signatureEnvelopeType, ...expiry }),
        read,
        options,
      );
    }
    const { keySpec, hashAlgorithm, signingAlgorithm } = algorithm;
    const expected = { id, signingAlgorithm, publicKey: description.publicKey };
    const read = (body: JsonObject): SignReply => readSignature(body, expected);
    return conversation.sign("generate-signature", call({ keySpec, hashAlgorithm }), read, options);
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
      sign,
    },
  );
}

/** What a key can be asked for. */
type Making = Pick<KeyDescription, "spec" | "schemes" | "envelopes">;

/** A key that signs what core wraps. */
async function describeBare(
  conversation: Conversation,
  { id, certificate, what }: { readonly id: string; readonly certificate: X509Certificate; readonly what: string },
  options: WaitOptions,
): Promise<Making> {
  const { program } = conversation;
  const action = `describe key '${id}'`;
  const described = await conversation.lookUp("describe-key", { keyId: id }, action, options);
  const spec = specOfKeySpec(described["keySpec"]);
  const algorithm = spec === undefined ? undefined : notationAlgorithmOf(spec);
  if (described["keyId"] !== id || spec === undefined || algorithm === undefined)
    throw new AppError("service-protocol", `Could not ${action} with ${program}: its answer is about another key.`);
  if (specOf(certificate.publicKey) !== spec)
    throw new AppError(
      "configuration",
      `The first certificate in ${what} is for a key of another kind than ${program} describes.`,
    );
  return { spec, schemes: [{ scheme: algorithm.scheme, hashes: [algorithm.hash] }] };
}

/** A plug-in that makes envelopes describes no keys: the certificate is all that is known beforehand. */
function describeEnvelopes(metadata: JsonObject, name: string, { publicKey }: X509Certificate, what: string): Making {
  const spec: KeySpec | undefined = specOf(publicKey);
  if (spec === undefined)
    throw new AppError("configuration", `The first certificate in ${what} is for a kind of key that is not known.`);
  const verifies = verifierCapabilities.some((capability) => has(metadata, "capabilities", capability));
  const plugin = verifies ? { verificationPlugin: name } : {};
  return { spec, schemes: [], envelopes: { formats: ["notation-jws", "notation-cose"], ...plugin } };
}

function complaintAbout(metadata: JsonObject, name: string): string | undefined {
  if (metadata["name"] !== name) return "it calls itself by another name.";
  if (!has(metadata, "supportedContractVersions", contractVersion))
    return `it does not speak version ${contractVersion}.`;
  return [rawCapability, envelopeCapability].some((capability) => has(metadata, "capabilities", capability))
    ? undefined
    : "it does not sign.";
}

function has(metadata: JsonObject, field: string, value: string): boolean {
  const list = metadata[field];
  return isJsonArray(list) && list.includes(value);
}

function firstCertificate(pem: string | undefined, what: string): X509Certificate {
  const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/.exec(pem ?? "");
  try {
    return new X509Certificate(block?.[0] ?? "");
  } catch (cause) {
    throw new AppError("configuration", `${what} does not begin with a certificate that can be read.`, { cause });
  }
}
