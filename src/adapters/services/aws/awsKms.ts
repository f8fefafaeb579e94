import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { SigningService, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, isJsonObject, objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { ConfiguredChains } from "../configuredChains.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { createAwsCaller, type AwsPlace } from "./caller.ts";
import { algorithmOf, describeKmsKey, isSameKey } from "./kmsKeys.ts";
import { refusalOf } from "./refusal.ts";

/** How to reach AWS KMS. */
export interface AwsKmsConnection extends AwsPlace {
  readonly chains: ConfiguredChains;
}

const maximumKeys = 200;
const pageSize = 100;

/** AWS Key Management Service as a signing service. Keys are called by an alias where they have one, else by their id. */
export function createAwsKmsService(connection: AwsKmsConnection): SigningService {
  const { name, origin, options: settings, chains } = connection;
  const caller = createAwsCaller(connection);

  const ask = async (operation: string, body: object, action: string, options: WaitOptions): Promise<JsonObject> => {
    const reply = await caller.read({ operation, body, action }, options);
    const refusal = refusalOf(reply);
    if (refusal === undefined) return isJsonObject(reply.body) ? reply.body : {};
    const code =
      refusal.code === "unauthenticated"
        ? "authentication"
        : refusal.code === "unavailable"
          ? "service-unavailable"
          : "service-denied";
    throw new AppError(code, `Could not ${action} at ${origin}: ${refusal.message}`);
  };
  const pages = async (operation: string, member: string, options: WaitOptions): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    let marker: string | undefined;
    while (found.length < maximumKeys) {
      const body = { Limit: pageSize, ...(marker === undefined ? {} : { Marker: marker }) };
      const answer = await ask(operation, body, "list the keys", options);
      const list = answer[member];
      found.push(...(isJsonArray(list) ? list.filter(isJsonObject) : []));
      marker = answer["Truncated"] === true ? textOrEmpty(answer["NextMarker"]) : "";
      if (marker === "") break;
    }
    return found.slice(0, maximumKeys);
  };
  const namesOf = async (options: WaitOptions): Promise<readonly string[]> => {
    if (settings.keys.length > 0) return settings.keys;
    const [keys, aliases] = await Promise.all([
      pages("ListKeys", "Keys", options),
      pages("ListAliases", "Aliases", options),
    ]);
    return keys.flatMap((key) => {
      const id = textOrEmpty(key["KeyId"]);
      const alias = aliases.find((each) => each["TargetKeyId"] === id);
      return id === "" ? [] : [textOrEmpty(alias?.["AliasName"]) || id];
    });
  };
  /** A key that the session may not see is not one to offer. */
  const describe = async (key: string, options: WaitOptions): Promise<RemoteKey | undefined> => {
    try {
      const action = `describe key '${key}'`;
      const told = await ask("DescribeKey", { KeyId: key }, action, options);
      const metadata = objectIn(told, "KeyMetadata");
      if (metadata["KeyUsage"] !== "SIGN_VERIFY") return undefined;
      // By the id that was described: the alias may name another key a moment later.
      const id = textOrEmpty(metadata["Arn"]) || key;
      const published = await ask("GetPublicKey", { KeyId: id }, action, options);
      return describeKmsKey(key, metadata, published, chains, connection.now());
    } catch (error) {
      if (error instanceof AppError && error.code === "service-denied") return undefined;
      throw error;
    }
  };

  const sign = async (
    key: RemoteKey,
    { scheme, hash, digest, message }: SignRequest,
    ambiguity: string,
    options: WaitOptions,
  ): Promise<SignReply> => {
    const algorithm = algorithmOf(scheme, hash);
    const [data, type] = scheme === "ed25519" ? [message ?? new Uint8Array(), "RAW"] : [digest, "DIGEST"];
    const body = {
      KeyId: key.id,
      Message: Buffer.from(data).toString("base64"),
      MessageType: type,
      SigningAlgorithm: algorithm,
    };
    const reply = await caller.once({ operation: "Sign", body, action: "submit the request", ambiguity }, options);
    const refusal = refusalOf(reply);
    if (refusal?.code === "unavailable")
      throw new AppError("service-unavailable", `Could not submit the request at ${origin}: ${refusal.message}`);
    if (refusal !== undefined) return { status: "denied", code: refusal.code, message: refusal.message };
    const answer = isJsonObject(reply.body) ? reply.body : {};
    if (!isSameKey(textOrEmpty(answer["KeyId"]), key.id) || answer["SigningAlgorithm"] !== algorithm)
      return "it says that another key or algorithm has signed";
    const signature = decodeBase64(textOrEmpty(answer["Signature"]));
    return signature === undefined ? "the answer holds no signature" : { status: "signed", signature };
  };

  return createKeyService(
    { name, origin },
    {
      encoding: "der",
      maximumMessage: 4096,
      auditLog: "AWS CloudTrail of the account says what its keys have signed.",
      names: namesOf,
      describe,
      sign,
      redact: (text) => caller.redact(text),
    },
  );
}
