import {
  contractVersion,
  notationAlgorithmOf,
  rawCapability,
  type NotationAlgorithm,
} from "../../adapters/services/notationPlugin/terms.ts";
import { systemClock } from "../../adapters/clock.ts";
import { AppError } from "../../application/errors.ts";
import { signMessage, type MessageOutcome } from "../../application/signMessage.ts";
import type { KeyDescription, SigningService } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import { toSideBySide } from "../../core/sign/ecdsaSignature.ts";
import { notaryChainOf, notaryFit } from "../../core/sign/notaryFit.ts";
import { readPublicKey } from "../../core/x509/publicKey.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { createLog } from "../registryClient.ts";
import { version } from "../version.ts";
import { refusalText } from "./outcomeText.ts";
import { openPluginKey, readPluginSettings } from "./pluginKey.ts";
import { readStandardInput } from "./standardInput.ts";
import { openTicketStore } from "./ticketStore.ts";

/** Codes of the specification's list (Plugin contract, Error codes). */
type NotationErrorCode =
  | "VALIDATION_ERROR"
  | "UNSUPPORTED_CONTRACT_VERSION"
  | "ACCESS_DENIED"
  | "TIMEOUT"
  | "THROTTLED"
  | "ERROR";

/** A refusal in the words of the protocol. */
interface Refusal {
  readonly code: NotationErrorCode;
  readonly message: string;
}

const maximumRequest = 64 * 1024 * 1024;
/** Values of `--plugin-config` that are read; others are refused, so that a misspelt one is not passed over. */
const knownSettings = ["service", "justification", "wait"];

/**
 * `notation-countersign COMMAND`: the plug-in of the Notary Project's tools. It signs what notation then wraps
 * and attaches, by keys of signing services. One JSON object goes out; a failure is JSON on standard error, with exit code 1.
 */
export async function notationPlugin(args: readonly string[], host: Host): Promise<number> {
  try {
    const answer = await answerTo(args, host);
    if (!("code" in answer)) {
      await host.output(`${JSON.stringify(answer.body)}\n`);
      return exitCodes.clean;
    }
    return refuse(answer, host);
  } catch (error) {
    if (error instanceof AppError) return refuse({ code: codeOf(error), message: error.message }, host);
    return refuse({ code: "ERROR", message: "Something went wrong inside countersign." }, host);
  }
}

function refuse({ code, message }: Refusal, host: Host): number {
  host.error(`${JSON.stringify({ errorCode: code, errorMessage: message })}\n`);
  return exitCodes.found;
}

async function answerTo(args: readonly string[], host: Host): Promise<{ readonly body: object } | Refusal> {
  const [command, ...others] = args;
  if (command === undefined || others.length > 0) return { code: "VALIDATION_ERROR", message: usageText };
  const request = readJson(await readStandardInput(host, maximumRequest));
  if (!isJsonObject(request)) return { code: "VALIDATION_ERROR", message: "The request is not a JSON object." };
  if (command === "get-plugin-metadata") return { body: metadata };
  if (command !== "describe-key" && command !== "generate-signature")
    return { code: "VALIDATION_ERROR", message: `This plug-in has no command '${command}'.` };
  if (request["contractVersion"] !== contractVersion)
    return { code: "UNSUPPORTED_CONTRACT_VERSION", message: `Only contract version ${contractVersion} is spoken.` };
  const { keyId } = request;
  if (typeof keyId !== "string") return { code: "VALIDATION_ERROR", message: "The request names no key." };
  const given = settingsIn(request);
  const unknown = [...given.keys()].find((name) => !knownSettings.includes(name));
  if (unknown !== undefined)
    return {
      code: "VALIDATION_ERROR",
      message: `'${unknown}' is no plug-in setting of countersign. Known: ${knownSettings.join(", ")}.`,
    };
  const settings = readPluginSettings(given, host);
  const { service, key } = await openPluginKey(keyId, settings, host);
  const algorithm = notationAlgorithmOf(key.spec);
  if (algorithm === undefined)
    return {
      code: "VALIDATION_ERROR",
      message: `Key '${key.name}' is an ${key.spec} key, by which the Notary Project does not sign.`,
    };
  if (command === "describe-key") return { body: { keyId, keySpec: algorithm.keySpec } };
  const { payload } = request;
  const message = typeof payload === "string" ? decodeBase64(payload) : undefined;
  if (message === undefined || message.length === 0)
    return { code: "VALIDATION_ERROR", message: "The request holds nothing to sign." };
  if (request["keySpec"] !== algorithm.keySpec || request["hashAlgorithm"] !== algorithm.hashAlgorithm)
    return {
      code: "VALIDATION_ERROR",
      message: `Key '${key.name}' signs as ${algorithm.signingAlgorithm}; notation asked for another algorithm.`,
    };
  const fit = notaryFit(key);
  if ("code" in fit) return { code: "VALIDATION_ERROR", message: `${fit.message} Nothing was sent.` };
  const outcome = await sign({ service, key, algorithm, message, settings }, host);
  if (outcome.status !== "signed")
    return {
      code:
        outcome.status === "denied" ? "ACCESS_DENIED" : outcome.status === "not-sent" ? "VALIDATION_ERROR" : "TIMEOUT",
      message: refusalText(outcome, { service: service.name, key: key.name, program: "notation" }),
    };
  const signature = encode(outcome.signature, key);
  return {
    body: {
      keyId,
      signature: Buffer.from(signature).toString("base64"),
      signingAlgorithm: algorithm.signingAlgorithm,
      certificateChain: (notaryChainOf(key) ?? []).map(({ der }) => Buffer.from(der).toString("base64")),
    },
  };
}

const usageText =
  "This program is a plug-in: notation runs it. Try 'notation sign --plugin countersign --id SERVICE/KEY IMAGE'.";

const metadata = {
  name: "countersign",
  description: "Signs through the organisation's own signing service, under its policy and approvals.",
  version,
  url: "https://marketplace.visualstudio.com/items?itemName=countersign.countersign",
  supportedContractVersions: [contractVersion],
  capabilities: [rawCapability],
};

function settingsIn(request: JsonObject): ReadonlyMap<string, string> {
  const config = isJsonObject(request["pluginConfig"]) ? request["pluginConfig"] : {};
  return new Map(Object.entries(config).map(([name, value]) => [name, typeof value === "string" ? value : ""]));
}

/** notation signs the time of day into what it sends, so that no second run ever sends the same. */
function sign(
  {
    service,
    key,
    algorithm,
    message,
    settings,
  }: {
    readonly service: SigningService;
    readonly key: KeyDescription;
    readonly algorithm: NotationAlgorithm;
    readonly message: Uint8Array;
    readonly settings: ReturnType<typeof readPluginSettings>;
  },
  host: Host,
): Promise<MessageOutcome> {
  const place = { environment: host.environment, platform: process.platform };
  const ports = {
    service,
    clock: systemClock,
    log: createLog(host),
    tickets: openTicketStore(service.name, place),
  };
  const { scheme, hash } = algorithm;
  const { justification, waitMs } = settings;
  const tool = `countersign/${version} for notation`;
  const asked = { message, key, scheme, hash, tool, repeatable: false };
  return signMessage(
    ports,
    { ...asked, ...(justification === undefined ? {} : { justification }) },
    { signal: host.signal, waitMs },
  );
}

/** JWS and COSE hold r and s side by side, where services give DER. */
function encode(signature: Uint8Array, key: KeyDescription): Uint8Array {
  const curve = readPublicKey(key.publicKey)?.key.asymmetricKeyDetails?.namedCurve;
  if (curve === undefined) return signature;
  const encoded = toSideBySide(signature, curve);
  if (encoded === undefined)
    throw new AppError("service-protocol", "What the service returned is no signature in DER.");
  return encoded;
}

function codeOf({ code }: AppError): NotationErrorCode {
  switch (code) {
    case "usage":
    case "configuration":
      return "VALIDATION_ERROR";
    case "service-denied":
      return "ACCESS_DENIED";
    case "cancelled":
      return "TIMEOUT";
    default:
      return "ERROR";
  }
}
