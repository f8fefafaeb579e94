import { isJsonArray, isJsonObject, readJson } from "../../core/json.ts";
import type { SigstoreParts } from "./startTrialSigstore.ts";

const day = 24 * 60 * 60 * 1000;

/** The trusted root of the instance: the one of its certificates, with both logs and the time-stamp authority. */
export function trustedRootOf({ sigstore, tileLog, timeStamps }: SigstoreParts, now: Date): string {
  const json = readJson(sigstore.trustedRoot);
  const root = isJsonObject(json) ? json : {};
  const logs = isJsonArray(root["tlogs"]) ? root["tlogs"] : [];
  const validFor = { start: new Date(now.getTime() - 300 * day).toISOString() };
  const rawBytes = tileLog.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const own = {
    baseUrl: tileLog.url,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes, keyDetails: "PKIX_ED25519", validFor },
    logId: { keyId: tileLog.id.toString("base64") },
  };
  const stamps = {
    subject: { organization: "TRIAL only, not for production", commonName: "Countersign TRIAL time-stamp root" },
    uri: "https://tsa.trial.localhost",
    certChain: { certificates: timeStamps.chain.map((der) => ({ rawBytes: der.toString("base64") })) },
    validFor,
  };
  return JSON.stringify({ ...root, tlogs: [...logs, own], timestampAuthorities: [stamps] }, undefined, 2);
}

/** A signing configuration that names this instance, and services that are not valid any more or of a version nobody speaks. */
export function signingConfigOf(origin: string, log: 1 | 2 | "none", now: Date): string {
  const start = new Date(now.getTime() - 30 * day).toISOString();
  const end = new Date(now.getTime() - day).toISOString();
  const service = (url: string, majorApiVersion: number): object => ({
    url,
    majorApiVersion,
    validFor: { start },
    operator: "trial.localhost",
  });
  const past = { url: "https://past.trial.localhost", validFor: { start, end }, operator: "trial.localhost" };
  const future = service("https://future.trial.localhost", 9);
  return JSON.stringify(
    {
      mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
      caUrls: [{ ...past, majorApiVersion: 1 }, service(origin, 1)],
      oidcUrls: [service(origin, 1)],
      rekorTlogUrls: log === "none" ? [] : [future, { ...past, majorApiVersion: log }, service(origin, log)],
      rekorTlogConfig: { selector: "ANY" },
      tsaUrls: [service(`${origin}/api/v1/timestamp`, 1)],
      tsaConfig: { selector: "ANY" },
    },
    undefined,
    2,
  );
}
