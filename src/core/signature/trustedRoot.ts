import { isJsonArray, isJsonObject, textOrEmpty } from "../json.ts";
import { readStrictJson, withoutNulls } from "../strictJson.ts";
import { decodeBase64 } from "../base64.ts";
import { readCertificate, type Certificate } from "../x509/certificate.ts";
import { readPublicKey, type PublicKey } from "../x509/publicKey.ts";

/** An authority of a trusted root: its chain, issuer of signers first, anchor last. */
export interface TrustedAuthority {
  readonly chain: readonly Certificate[];
  readonly start: Date;
  readonly end: Date | undefined;
}

/** A transparency log of a trusted root. */
export interface TrustedLog {
  /** Key identifier, lower-case hex. */
  readonly id: string;
  /** Absent where the key is in a form that only the engine reads. */
  readonly key?: PublicKey;
  readonly start: Date;
  readonly end: Date | undefined;
}

/** A Sigstore trusted root that has been checked: its JSON, for the engine, and the parts that our own checks use. */
export interface TrustedRoot {
  readonly name: string;
  readonly json: unknown;
  readonly authorities: readonly TrustedAuthority[];
  readonly timestampAuthorities: readonly TrustedAuthority[];
  readonly logs: readonly TrustedLog[];
  /** Whether a signature by a certificate has to be in one of the logs. */
  readonly needsLog: boolean;
  /** Logs of certificates (RFC 6962); without any, certificates need no proof of one. */
  readonly certificateLogs: readonly TrustedLog[];
}

const mediaTypes = new Set([
  "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
  "application/vnd.dev.sigstore.trustedroot.v0.2+json",
]);

/** Largest file and longest list that are read. */
const limits = { json: { maxLength: 1024 * 1024, maxDepth: 32 }, list: 64 };

/**
 * Reads a trusted root (`application/vnd.dev.sigstore.trustedroot+json`), or says why it cannot be used. A key or
 * authority without the start of its validity makes the whole root unusable: an absent bound must never mean "always".
 */
export function readTrustedRoot(
  text: string,
  name: string,
): { readonly kind: "root"; readonly root: TrustedRoot } | { readonly kind: "refused"; readonly why: string } {
  const parsed = readStrictJson(text, limits.json);
  if (parsed.kind === "refused") return refused(parsed.why);
  const json = withoutNulls(parsed.value);
  if (!isJsonObject(json)) return refused("it is not a JSON object");
  if (!mediaTypes.has(textOrEmpty(json["mediaType"]))) return refused("its media type is not one of a trusted root");

  const logs = listOf(json["tlogs"]);
  const certificateLogs = listOf(json["ctlogs"]);
  const authorities = listOf(json["certificateAuthorities"]);
  const timestampAuthorities = listOf(json["timestampAuthorities"]);
  if (logs === undefined || certificateLogs === undefined) return refused("its list of logs is wrong");
  if (authorities === undefined || timestampAuthorities === undefined)
    return refused("its list of authorities is wrong");

  const readLogs = logs.map(readLog);
  const readCertificateLogs = certificateLogs.map(readLog);
  if (readLogs.includes(undefined) || readCertificateLogs.includes(undefined))
    return refused("a log in it has no identifier, no key, or no start of validity");
  const read = authorities.map(readAuthority);
  const stampers = timestampAuthorities.map(readAuthority);
  if (read.includes(undefined) || stampers.includes(undefined))
    return refused("an authority in it has no readable chain, or no start of validity");
  return {
    kind: "root",
    root: {
      name,
      json,
      authorities: read.filter((authority) => authority !== undefined),
      timestampAuthorities: stampers.filter((authority) => authority !== undefined),
      logs: readLogs.filter((log) => log !== undefined),
      needsLog: readLogs.length > 0,
      certificateLogs: readCertificateLogs.filter((log) => log !== undefined),
    },
  };
}

function refused(why: string): { kind: "refused"; why: string } {
  return { kind: "refused", why };
}

function listOf(json: unknown): readonly unknown[] | undefined {
  if (json === undefined) return [];
  return isJsonArray(json) && json.length <= limits.list ? json : undefined;
}

function readLog(json: unknown): TrustedLog | undefined {
  if (!isJsonObject(json) || !isJsonObject(json["publicKey"])) return undefined;
  const identified = json["checkpointKeyId"] ?? json["logId"];
  const id = isJsonObject(identified) ? bytesOf(identified["keyId"]) : undefined;
  const der = bytesOf(json["publicKey"]["rawBytes"]);
  const period = periodOf(json["publicKey"]["validFor"]);
  if (id === undefined || der === undefined || period === undefined) return undefined;
  const key = readPublicKey(der);
  return { id: id.toString("hex"), ...(key === undefined ? {} : { key }), ...period };
}

function readAuthority(json: unknown): TrustedAuthority | undefined {
  if (!isJsonObject(json) || !isJsonObject(json["certChain"])) return undefined;
  const period = periodOf(json["validFor"]);
  const list = listOf(json["certChain"]["certificates"]);
  if (period === undefined || list === undefined || list.length === 0) return undefined;
  const chain: Certificate[] = [];
  for (const item of list) {
    const der = isJsonObject(item) ? bytesOf(item["rawBytes"]) : undefined;
    const certificate = der === undefined ? undefined : readCertificate(der);
    if (certificate === undefined) return undefined;
    chain.push(certificate);
  }
  return { chain, ...period };
}

function periodOf(json: unknown): { start: Date; end: Date | undefined } | undefined {
  if (!isJsonObject(json)) return undefined;
  const start = dateOf(json["start"]);
  const end = json["end"] === undefined ? undefined : dateOf(json["end"]);
  if (start === undefined || (json["end"] !== undefined && end === undefined)) return undefined;
  return { start, end };
}

function dateOf(json: unknown): Date | undefined {
  if (typeof json !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(json)) return undefined;
  const date = new Date(json);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function bytesOf(json: unknown): Buffer | undefined {
  const bytes = typeof json === "string" ? decodeBase64(json) : undefined;
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}
