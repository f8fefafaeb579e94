import type { WaitOptions } from "../../../application/ports.ts";
import type { DenyCode, SigningService, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, isJsonObject, objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { CloudKmsOptions } from "../../../core/policy/cloudKmsOptions.ts";
import { bearerRefusal, createBearerCaller, type BearerPlace, type BearerRefusal } from "../bearerCaller.ts";
import type { ConfiguredChains } from "../configuredChains.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import { inTurns } from "../inTurns.ts";
import type { Lease } from "../lease.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { crc32c, isChecksumOf } from "./crc32c.ts";
import { describeKeyVersion } from "./kmsKeys.ts";

/** How to reach Cloud KMS. */
export interface CloudKmsConnection extends BearerPlace {
  readonly name: string;
  readonly options: CloudKmsOptions;
  readonly chains: ConfiguredChains;
  readonly tokens: Lease<string>;
  readonly redact: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const maximumKeys = 200;
const maximumPages = 20;
const namePattern = /^([\w-]{1,63})\/([1-9]\d{0,8})$/;

const codes = new Map<string, DenyCode | "unavailable">([
  ["PERMISSION_DENIED", "forbidden"],
  ["UNAUTHENTICATED", "unauthenticated"],
  ["NOT_FOUND", "key-not-found"],
  ["FAILED_PRECONDITION", "key-disabled"],
  ["INVALID_ARGUMENT", "unsupported"],
  ["RESOURCE_EXHAUSTED", "unavailable"],
]);

/** Google Cloud KMS as a signing service. A key is called `KEY/VERSION`: each version is a key of its own. */
export function createCloudKmsService(connection: CloudKmsConnection): SigningService {
  const { name, origin, options: settings, chains, redact } = connection;
  const caller = createBearerCaller(connection, connection.tokens, refusalOf);
  const { keyRing } = settings;

  const pages = async (path: string, member: string, options: WaitOptions): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    let token = "";
    for (let page = 0; page < maximumPages && found.length < maximumKeys; page += 1) {
      const query = `pageSize=100${token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`}`;
      const body = await caller.readAll({ path: `v1/${path}?${query}`, action: "list the keys" }, options);
      const json: JsonObject = isJsonObject(body) ? body : {};
      found.push(...(isJsonArray(json[member]) ? json[member].filter(isJsonObject) : []));
      token = textOrEmpty(json["nextPageToken"]);
      if (token === "") break;
    }
    return found.slice(0, maximumKeys);
  };
  const lastOf = (resource: JsonObject): string => textOrEmpty(resource["name"]).replace(/^.*\//, "");
  const versionsOf = async (key: string, options: WaitOptions): Promise<readonly string[]> => {
    const versions = await pages(`${keyRing}/cryptoKeys/${key}/cryptoKeyVersions`, "cryptoKeyVersions", options);
    return versions.map((version) => `${key}/${lastOf(version)}`).filter((each) => namePattern.test(each));
  };
  const namesOf = async (options: WaitOptions): Promise<readonly string[]> => {
    const listed =
      settings.keys.length > 0
        ? settings.keys
        : (await pages(`${keyRing}/cryptoKeys`, "cryptoKeys", options))
            .filter(({ purpose }) => purpose === "ASYMMETRIC_SIGN")
            .map(lastOf)
            .filter((key) => /^[\w-]{1,63}$/.test(key));
    const names = await inTurns(listed, async (key) => (namePattern.test(key) ? [key] : versionsOf(key, options)));
    return names.flat().slice(0, maximumKeys);
  };

  const optional = (path: string, action: string, options: WaitOptions): Promise<JsonObject | undefined> =>
    caller.readOptional({ path: `v1/${path}`, action }, options);
  const describe = async (key: string, options: WaitOptions): Promise<RemoteKey | undefined> => {
    const [, base, number] = namePattern.exec(key) ?? [];
    if (base === undefined || number === undefined) return undefined;
    const path = `${keyRing}/cryptoKeys/${base}/cryptoKeyVersions/${number}`;
    const action = `describe key '${key}'`;
    const [version, published] = await Promise.all([
      optional(path, action, options),
      optional(`${path}/publicKey`, action, options),
    ]);
    if (version === undefined || published === undefined || version["name"] !== path) return undefined;
    return describeKeyVersion(key, version, published, chains, connection.now());
  };

  const sign = async (
    key: RemoteKey,
    request: SignRequest,
    ambiguity: string,
    options: WaitOptions,
  ): Promise<SignReply> => {
    const { scheme, hash, digest, message } = request;
    const isWhole = scheme === "ed25519";
    const sent = isWhole ? (message ?? new Uint8Array()) : digest;
    const encoded = Buffer.from(sent).toString("base64");
    const sum = String(crc32c(sent));
    const body = isWhole ? { data: encoded, dataCrc32c: sum } : { digest: { [hash]: encoded }, digestCrc32c: sum };
    const path = `v1/${key.id}:asymmetricSign`;
    const reply = await caller.submit({ path, body, action: "submit the request", ambiguity }, options);
    if (reply.status === "denied") return reply;
    const { answer } = reply;
    if (answer["name"] !== key.id) return "it says that another key, or another version of it, has signed";
    if (answer[isWhole ? "verifiedDataCrc32c" : "verifiedDigestCrc32c"] !== true)
      return "it does not say that what was sent arrived unchanged";
    const signature = decodeBase64(textOrEmpty(answer["signature"]));
    if (signature === undefined) return "the answer holds no signature";
    if (!isChecksumOf(answer["signatureCrc32c"], signature)) return "the signature was changed on its way";
    return { status: "signed", signature };
  };

  return createKeyService(
    { name, origin },
    {
      encoding: "der",
      maximumMessage: 64 * 1024,
      auditLog: "Cloud Audit Logs of the project say what its keys have signed, where data access is logged.",
      names: namesOf,
      describe,
      sign,
      redact,
    },
  );
}

/** The refusal that an answer is (google.rpc.Status); undefined where it is none. */
function refusalOf({ status, body }: ServiceReply): BearerRefusal | undefined {
  const error = objectIn(body, "error");
  const name = textOrEmpty(error["status"]);
  return bearerRefusal(status, error, name, codes.get(name));
}
