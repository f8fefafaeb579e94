import { isJsonArray, isJsonObject, textOrEmpty, type JsonObject } from "../json.ts";
import type { Parsed, Problem } from "../problem.ts";
import { readStrictJson } from "../strictJson.ts";

/** One service of a signing configuration. */
export interface SigningEndpoint {
  readonly url: string;
  readonly majorApiVersion: number;
  readonly operator: string;
  readonly start: Date;
  /** Absent where it has no end. */
  readonly end?: Date;
}

/** How many of several services must take part. */
interface Selector {
  readonly selector: "ANY" | "ALL" | "EXACT";
  readonly count: number;
}

/** A Sigstore signing configuration (`application/vnd.dev.sigstore.signingconfig.v0.2+json`). */
export interface SigningConfig {
  readonly authorities: readonly SigningEndpoint[];
  readonly providers: readonly SigningEndpoint[];
  readonly logs: readonly SigningEndpoint[];
  readonly logSelector: Selector;
  readonly timeStamps: readonly SigningEndpoint[];
  readonly timeStampSelector: Selector;
}

/** The services that a signature is made with. */
export interface ChosenServices {
  readonly authority: SigningEndpoint;
  readonly provider: SigningEndpoint;
  readonly logs: readonly SigningEndpoint[];
  readonly timeStamps: readonly SigningEndpoint[];
}

const mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
const limits = { maxLength: 1024 * 1024, maxDepth: 16 };
const maximumEntries = 64;

/** Versions that are spoken. */
const versions = { authority: [1], provider: [1], log: [1, 2], timeStamp: [1] };

/** Reads a signing configuration. A service that is wrong makes the whole of it unusable: leaving it out could leave out a witness. */
export function readSigningConfig(text: string): Parsed<SigningConfig> {
  const parsed = readStrictJson(text, limits);
  if (parsed.kind === "refused") return refuse(parsed.why);
  const json = parsed.value;
  if (!isJsonObject(json)) return refuse("it is not a JSON object");
  if (json["mediaType"] !== mediaType) return refuse("its media type is not one of a signing configuration v0.2");
  const lists = ["caUrls", "oidcUrls", "rekorTlogUrls", "tsaUrls"].map((name) => readEndpoints(json[name]));
  const [authorities, providers, logs, timeStamps] = lists;
  const logSelector = readSelector(json["rekorTlogConfig"]);
  const timeStampSelector = readSelector(json["tsaConfig"]);
  if (authorities === undefined || providers === undefined || logs === undefined || timeStamps === undefined)
    return refuse("a service in it has no URL that can be used, no version, or no start of validity");
  if (logSelector === undefined || timeStampSelector === undefined)
    return refuse("it does not say in a way that is understood how many logs or time-stamp authorities take part");
  return { value: { authorities, providers, logs, logSelector, timeStamps, timeStampSelector }, problems: [] };
}

/**
 * Chooses the services that are valid at a time, of each operator the one with the highest version that is spoken, the
 * newest first. Without a value, one problem says what is missing.
 */
export function chooseServices(config: SigningConfig, now: Date): Parsed<ChosenServices> {
  const [authority] = usable(config.authorities, versions.authority, now);
  const [provider] = usable(config.providers, versions.provider, now);
  if (authority === undefined) return missing("certificate authority");
  if (provider === undefined) return missing("identity provider");
  const logs = select(usable(config.logs, versions.log, now), config.logSelector, config.logs);
  const timeStamps = select(
    usable(config.timeStamps, versions.timeStamp, now),
    config.timeStampSelector,
    config.timeStamps,
  );
  if (logs === undefined) return missing("transparency log, or not enough of them,");
  if (timeStamps === undefined) return missing("time-stamp authority, or not enough of them,");
  if (logs.length === 0 && timeStamps.length === 0)
    return missing("witness of the time (a transparency log or a time-stamp authority)");
  // A log of this version proves no time: a verifier could not tell whether the certificate was valid.
  if (timeStamps.length === 0 && logs.every(({ majorApiVersion }) => majorApiVersion > 1))
    return missing("time-stamp authority, which a log of version 2 needs beside it,");
  return { value: { authority, provider, logs, timeStamps }, problems: [] };
}

function usable(
  endpoints: readonly SigningEndpoint[],
  spoken: readonly number[],
  now: Date,
): readonly SigningEndpoint[] {
  const valid = endpoints
    .filter(({ start, end }) => start <= now && (end === undefined || now < end))
    .filter(({ majorApiVersion }) => spoken.includes(majorApiVersion))
    .toSorted((a, b) => b.majorApiVersion - a.majorApiVersion || b.start.getTime() - a.start.getTime());
  return valid.filter(({ operator }, at) => valid.findIndex((each) => each.operator === operator) === at);
}

/** What the selector asks for; undefined where there is not enough of it. A list that is empty from the beginning asks for none. */
function select(
  found: readonly SigningEndpoint[],
  { selector, count }: Selector,
  listed: readonly SigningEndpoint[],
): readonly SigningEndpoint[] | undefined {
  if (listed.length === 0) return [];
  const wanted = selector === "ANY" ? 1 : selector === "EXACT" ? count : Math.max(found.length, 1);
  return found.length < wanted ? undefined : found.slice(0, wanted);
}

function readEndpoints(value: unknown): readonly SigningEndpoint[] | undefined {
  if (value === undefined) return [];
  if (!isJsonArray(value) || value.length > maximumEntries) return undefined;
  const read = value.map((entry) => (isJsonObject(entry) ? readEndpoint(entry) : undefined));
  return read.includes(undefined) ? undefined : read.filter((entry) => entry !== undefined);
}

function readEndpoint({ url, majorApiVersion, operator, validFor }: JsonObject): SigningEndpoint | undefined {
  const period = isJsonObject(validFor) ? validFor : {};
  const start = new Date(textOrEmpty(period["start"]));
  const end = period["end"] === undefined ? undefined : new Date(textOrEmpty(period["end"]));
  if (typeof url !== "string" || !isUsable(url)) return undefined;
  if (typeof majorApiVersion !== "number" || !Number.isSafeInteger(majorApiVersion)) return undefined;
  if (Number.isNaN(start.getTime()) || (end !== undefined && Number.isNaN(end.getTime()))) return undefined;
  const plain = url.replace(/\/+$/, "");
  return { url: plain, majorApiVersion, operator: textOrEmpty(operator), start, ...(end === undefined ? {} : { end }) };
}

/** TLS, or this machine; nothing that holds a secret. */
function isUsable(text: string): boolean {
  const url = URL.canParse(text) && text.length <= 2048 ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return false;
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback);
}

function readSelector(value: unknown): Selector | undefined {
  if (value === undefined) return { selector: "ANY", count: 1 };
  const { selector, count }: JsonObject = isJsonObject(value) ? value : {};
  if (selector === "ANY" || selector === "ALL") return { selector, count: 1 };
  const isCount = typeof count === "number" && Number.isSafeInteger(count) && count > 0 && count <= maximumEntries;
  return selector === "EXACT" && isCount ? { selector, count } : undefined;
}

function refuse(why: string): { readonly value: undefined; readonly problems: readonly Problem[] } {
  const message = `The signing configuration cannot be used: ${why}.`;
  return { value: undefined, problems: [{ code: "signing-config-invalid", message }] };
}

function missing(what: string): { readonly value: undefined; readonly problems: readonly Problem[] } {
  const message = `The signing configuration names no ${what} that is valid now and of a version that is spoken here.`;
  return { value: undefined, problems: [{ code: "signing-config-incomplete", message }] };
}
