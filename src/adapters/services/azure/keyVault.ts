import type { WaitOptions } from "../../../application/ports.ts";
import type { DenyCode, SigningService, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64Url } from "../../../core/base64.ts";
import { isJsonArray, isJsonObject, objectIn, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { KeyVaultOptions } from "../../../core/policy/keyVaultOptions.ts";
import { bearerRefusal, createBearerCaller, type BearerPlace, type BearerRefusal } from "../bearerCaller.ts";
import type { ConfiguredChains } from "../configuredChains.ts";
import { createKeyService, type RemoteKey, type SignReply } from "../keyService.ts";
import type { Lease } from "../lease.ts";
import type { ServiceReply } from "../serviceRequest.ts";
import { oneLine } from "../serviceWords.ts";
import { algorithmOf, describeVaultKey } from "./vaultKeys.ts";

/** How to reach a vault. */
export interface KeyVaultConnection extends BearerPlace {
  readonly name: string;
  readonly options: KeyVaultOptions;
  readonly chains: ConfiguredChains;
  readonly tokens: Lease<string>;
  readonly redact: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const version = "api-version=7.4";
const maximumKeys = 200;
const maximumPages = 20;

const codes = new Map<string, DenyCode>([
  ["KeyNotFound", "key-not-found"],
  ["CertificateNotFound", "key-not-found"],
  ["Forbidden", "forbidden"],
  ["Unauthorized", "unauthenticated"],
  ["KeyDisabled", "key-disabled"],
  ["BadParameter", "unsupported"],
]);

/** Azure Key Vault and Managed HSM as a signing service. Keys are called by their names; the version that was described signs. */
export function createKeyVaultService(connection: KeyVaultConnection): SigningService {
  const { name, origin, options: settings, chains, redact } = connection;
  const caller = createBearerCaller(connection, connection.tokens, refusalOf);

  const namesOf = async (options: WaitOptions): Promise<readonly string[]> => {
    if (settings.keys.length > 0) return settings.keys;
    const names: string[] = [];
    let path: string | undefined = `keys?${version}&maxresults=25`;
    for (let page = 0; path !== undefined && page < maximumPages && names.length < maximumKeys; page += 1) {
      const body = await caller.readAll({ path, action: "list the keys" }, options);
      const json: JsonObject = isJsonObject(body) ? body : {};
      const listed = isJsonArray(json["value"]) ? json["value"].filter(isJsonObject) : [];
      names.push(...listed.flatMap(({ kid }) => /\/keys\/([A-Za-z0-9-]{1,127})$/.exec(textOrEmpty(kid))?.[1] ?? []));
      path = pathOf(textOrEmpty(json["nextLink"]), origin);
    }
    return names.slice(0, maximumKeys);
  };

  const optional = (path: string, action: string, options: WaitOptions): Promise<JsonObject | undefined> =>
    caller.readOptional({ path: `${path}?${version}`, action }, options);
  const describe = async (key: string, options: WaitOptions): Promise<RemoteKey | undefined> => {
    const action = `describe key '${key}'`;
    if (!/^[A-Za-z0-9-]{1,127}$/.test(key)) return undefined;
    const answer = await optional(`keys/${key}`, action, options);
    if (answer === undefined || !isOwn(textOrEmpty(objectIn(answer, "key")["kid"]), origin)) return undefined;
    // A certificate shares its name and versions with its key; keys without one are told to have none.
    const certificate = await optional(`certificates/${key}`, action, options);
    return describeVaultKey(key, answer, certificate ?? {}, chains, connection.now());
  };

  const sign = async (
    key: RemoteKey,
    request: SignRequest,
    ambiguity: string,
    options: WaitOptions,
  ): Promise<SignReply> => {
    const path = `${new URL(key.id).pathname.slice(1)}/sign?${version}`;
    const body = { alg: algorithmOf(request), value: Buffer.from(request.digest).toString("base64url") };
    const reply = await caller.submit({ path, body, action: "submit the request", ambiguity }, options);
    if (reply.status === "denied") return reply;
    const { answer } = reply;
    if (answer["kid"] !== key.id) return "it says that another key, or another version of it, has signed";
    const signature = decodeBase64Url(textOrEmpty(answer["value"]));
    return signature === undefined ? "the answer holds no signature" : { status: "signed", signature };
  };

  return createKeyService(
    { name, origin },
    {
      encoding: "side-by-side",
      // No kind of key that the service has signs whole messages.
      maximumMessage: 0,
      auditLog: "The diagnostic log of the vault says what its keys have signed.",
      names: namesOf,
      describe,
      sign,
      redact,
    },
  );
}

/** The refusal that an answer is; undefined where it is none. */
function refusalOf({ status, body }: ServiceReply): BearerRefusal | undefined {
  const error = objectIn(body, "error");
  const [code, inner] = [textOrEmpty(error["code"]), textOrEmpty(objectIn(error, "innererror")["code"])];
  const isDisabled = status === 403 && /disabled/i.test(oneLine(error["message"]) ?? "");
  return bearerRefusal(status, error, code, isDisabled ? "key-disabled" : (codes.get(inner) ?? codes.get(code)));
}

function isOwn(url: string, origin: string): boolean {
  return URL.canParse(url) && new URL(url).origin === origin;
}

/** Where the next page is; the token goes to no other origin for it. */
function pathOf(url: string, origin: string): string | undefined {
  if (!isOwn(url, origin)) return undefined;
  const { pathname, search } = new URL(url);
  return `${pathname.slice(1)}${search}`;
}
