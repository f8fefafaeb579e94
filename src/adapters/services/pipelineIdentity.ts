import { AppError } from "../../application/errors.ts";
import type { WaitOptions } from "../../application/ports.ts";
import { isJsonObject } from "../../core/json.ts";
import { isSafeAddress } from "./serviceAddress.ts";
import { sendToService } from "./serviceRequest.ts";

/** Where the identity provider of a pipeline issues tokens, and what to ask it with; GitHub Actions. */
export interface PipelineIdentity {
  readonly url: string;
  readonly secret: string;
}

/** The identity provider of the job that this process is part of; undefined where there is none. */
export function findPipelineIdentity(
  environment: Readonly<Record<string, string | undefined>>,
): PipelineIdentity | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = "", ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret = "" } = environment;
  return secret !== "" && isSafeAddress(url) ? { url, secret } : undefined;
}

/** Asks for a token that is good for one audience alone. `note` learns every secret before it is sent. AppError `authentication`. */
export async function requestIdentityToken(
  identity: PipelineIdentity,
  audience: string,
  { timeoutMs, note }: { readonly timeoutMs: number; readonly note: (secret: string) => void },
  options: WaitOptions,
): Promise<string> {
  note(identity.secret);
  const action = "ask the pipeline's identity provider for a token";
  const url = new URL(identity.url);
  url.searchParams.set("audience", audience);
  const reply = await sendToService(
    { method: "GET", url: url.href, secret: identity.secret, timeoutMs, action },
    options,
  );
  const jwt = isJsonObject(reply.body) ? reply.body["value"] : undefined;
  if (reply.status !== 200 || typeof jwt !== "string" || !isJwt(jwt))
    throw new AppError("authentication", `Could not ${action}: it answered with status ${reply.status} and no token.`);
  note(jwt);
  return jwt;
}

/** Three parts in Base64url (RFC 7519, section 3): no other secret of a pipeline is taken for one. */
export function isJwt(text: string): boolean {
  return text.length <= 16_384 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}
