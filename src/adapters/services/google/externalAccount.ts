import { readFile } from "node:fs/promises";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, objectIn, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { Leased } from "../lease.ts";
import { addressComplaints } from "../serviceAddress.ts";
import { sendToService } from "../serviceRequest.ts";
import { askForToken, type GooglePlace } from "./tokenRequest.ts";

const platform = "https://www.googleapis.com/auth/cloud-platform";
const kms = "https://www.googleapis.com/auth/cloudkms";
const maximumToken = 64 * 1024;

/**
 * Workload identity federation: exchanges the token of an identity provider for one of Google (RFC 8693), and that one for
 * one of the service account that the configuration impersonates, if any. AppError `authentication` or `configuration`.
 */
export async function exchangeExternalAccount(
  credentials: JsonObject,
  place: GooglePlace,
  options: WaitOptions,
): Promise<Leased<string>> {
  const text = (name: string): string => textOrEmpty(credentials[name]);
  const subject = await subjectToken(objectIn(credentials, "credential_source"), place, options);
  place.note(subject);
  const impersonation = text("service_account_impersonation_url");
  const form = {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    subject_token_type: text("subject_token_type"),
    subject_token: subject,
    audience: text("audience"),
    scope: impersonation === "" ? kms : platform,
  };
  const action = "exchange the workload's identity";
  const federated = await askForToken({ url: text("token_url"), form: () => form, action }, place, options);
  if (impersonation === "") return federated;
  return askForToken(
    {
      url: impersonation,
      secret: federated.value,
      body: { scope: [kms] },
      action: "act for the service account",
    },
    place,
    options,
  );
}

/** The token of the workload, from a file or an address of its provider; programs are not run. */
async function subjectToken(source: JsonObject, place: GooglePlace, options: WaitOptions): Promise<string> {
  const [file, url] = [textOrEmpty(source["file"]), textOrEmpty(source["url"])];
  const format = objectIn(source, "format");
  const member = format["type"] === "json" ? textOrEmpty(format["subject_token_field_name"]) : undefined;
  if (file !== "") return tokenIn(await readText(file), member);
  if (!URL.canParse(url) || addressComplaints(new URL(new URL(url).origin)).length > 0 || member === undefined)
    throw new AppError(
      "authentication",
      "The workload identity in the default credentials of Google has a source that is not supported here: a file, or an https address that answers JSON, is.",
    );
  const headers = Object.fromEntries(
    Object.entries(objectIn(source, "headers")).flatMap(([name, value]) =>
      typeof value === "string" ? [[name.toLowerCase(), value] as const] : [],
    ),
  );
  for (const value of Object.values(headers)) place.note(value.replace(/^bearer /i, ""));
  const action = "ask the workload's identity provider for a token";
  const { status, body } = await sendToService(
    { method: "GET", url, headers, timeoutMs: place.timeoutMs, action },
    options,
  );
  const token = isJsonObject(body) ? textOrEmpty(body[member]) : "";
  if (status === 200 && token !== "") return token;
  throw new AppError("authentication", `Could not ${action}: it answered with status ${status} and no token.`);
}

function tokenIn(text: string, member: string | undefined): string {
  if (member === undefined) return text.trim();
  const json = readJson(text);
  const token = isJsonObject(json) ? textOrEmpty(json[member]) : "";
  if (token !== "") return token;
  throw new AppError("configuration", "The file with the workload's identity does not hold the token that it should.");
}

async function readText(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.length <= maximumToken) return text;
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read ${path}, the workload's identity.`, { cause });
  }
  throw new AppError("limit-reached", `${path}, the workload's identity, is too long for a token.`);
}
