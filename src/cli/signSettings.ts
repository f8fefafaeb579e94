import { readTrialState } from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";
import type { PlatformChoice } from "../application/imageToSign.ts";
import { readWorkspace } from "../application/readWorkspace.ts";
import type { SigningTrust } from "../application/signImage.ts";
import { readTrustMaterial } from "../application/trustMaterial.ts";
import type { Configuration } from "../core/policy/configuration.ts";
import { predicateTypeOf } from "../core/policy/predicateType.ts";
import type { SigningTerms, TimeStampAuthority } from "../core/sign/payload.ts";
import type { Predicate } from "../core/sign/statement.ts";
import { readStrictJson } from "../core/strictJson.ts";
import { isObjectIdentifier } from "../core/x509/objectIdentifier.ts";
import type { Host } from "./host.ts";
import { durationOf } from "./options.ts";
import { readTextFile, readTrust } from "./trust.ts";
import { locateWorkspace } from "./workspace.ts";

/** Options that `sign` and `attest` share. */
export const signingOptions = {
  service: { type: "string" },
  key: { type: "string" },
  justification: { type: "string" },
  "dry-run": { type: "boolean" },
  wait: { type: "string" },
  resume: { type: "string" },
  again: { type: "boolean" },
  platforms: { type: "string" },
  output: { type: "string" },
  overwrite: { type: "boolean" },
  "timestamp-authority": { type: "string" },
  "timestamp-certificates": { type: "string" },
  "timestamp-policy": { type: "string" },
  policy: { type: "string", multiple: true },
  "trusted-root": { type: "string" },
  "plain-http": { type: "string", multiple: true },
  format: { type: "string" },
} as const;

/** Values of the options that `sign` and `attest` share. */
export interface SigningValues {
  readonly service?: string;
  readonly key?: string;
  readonly justification?: string;
  readonly "dry-run"?: boolean;
  readonly wait?: string;
  readonly resume?: string;
  readonly again?: boolean;
  readonly platforms?: string;
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly "timestamp-authority"?: string;
  readonly "timestamp-certificates"?: string;
  readonly "timestamp-policy"?: string;
  readonly policy?: readonly string[];
  readonly "trusted-root"?: string;
  readonly "plain-http"?: readonly string[];
  readonly format?: string;
}

/** What a workspace says for signing: whom it trusts, and where services are. */
export interface SigningWorkspace {
  readonly trust: SigningTrust;
  readonly configuration: Configuration;
}

/** Predicates are documents, some of them long lists of software. */
const predicateLimits = { maxLength: 12 * 1024 * 1024, maxDepth: 64 };

/** Reads policies and configuration of the workspace, and what options state instead. */
export async function readSigningWorkspace(values: SigningValues, host: Host): Promise<SigningWorkspace> {
  const { signal } = host;
  const stated = await readTrust("sign", { policy: values.policy, "trusted-root": values["trusted-root"] }, host.cwd);
  const { files } = await locateWorkspace([], host.cwd);
  const selection = { files: [], folders: [] };
  const given = stated.policy === undefined ? {} : { policy: stated.policy };
  const { policy, configuration } = await readWorkspace({ files }, { selection, ...given, signal });
  const { material } = await readTrustMaterial(files, configuration, stated.material, { signal });
  return { trust: { policy, material, namedKeySuffices: true }, configuration };
}

/**
 * The time-stamp authority that options name, else the workspace's; `trial` is the trial's own. AppError `usage` or
 * `configuration`.
 */
export async function readTimeStampAuthority(
  command: string,
  values: SigningValues,
  { timeStampAuthority: configured }: Pick<Configuration, "timeStampAuthority">,
  host: Host,
): Promise<TimeStampAuthority | undefined> {
  const url = values["timestamp-authority"];
  const certificates = values["timestamp-certificates"];
  const policy = values["timestamp-policy"];
  if (url === "trial") return trialAuthority(host);
  if ((url === undefined) !== (certificates === undefined) || (url === undefined && policy !== undefined))
    throw usage(command, "--timestamp-authority needs --timestamp-certificates, which its own must lead to.");
  const named =
    url === undefined || certificates === undefined
      ? configured
      : { url, certificates, ...(policy === undefined ? {} : { policy }) };
  if (named === undefined) return undefined;
  if (!URL.canParse(named.url) || !/^https?:$/.test(new URL(named.url).protocol))
    throw usage(command, `'${named.url}' is not the URL of a time-stamp authority.`);
  if (named.policy !== undefined && !isObjectIdentifier(named.policy))
    throw usage(command, `'${named.policy}' is no object identifier of a policy.`);
  const roots = certificatesIn(await readTextFile(named.certificates, host.cwd));
  if (roots.length === 0) throw new AppError("configuration", `${named.certificates} holds no certificate in PEM.`);
  return { url: named.url, roots, ...(named.policy === undefined ? {} : { policy: named.policy }) };
}

async function trialAuthority({ environment }: Host): Promise<TimeStampAuthority> {
  const state = await readTrialState({ environment, platform: process.platform });
  if (state?.timeStamps !== undefined) return { url: state.timeStamps.url, roots: [state.timeStamps.root] };
  throw new AppError("service-unavailable", "No trial is running. Start one with 'countersign trial up'.");
}

/** What the signature is to say, from the options. */
export function termsOf(
  command: string,
  now: Date,
  given: {
    readonly expiresIn: string | undefined;
    readonly predicate: Predicate | undefined;
    readonly timeStampAuthority: TimeStampAuthority | undefined;
  },
): Omit<SigningTerms, "signedAt"> {
  const { expiresIn, predicate, timeStampAuthority } = given;
  const expiresAt =
    expiresIn === undefined ? undefined : new Date(now.getTime() + durationOf(command, "--expires-in", expiresIn));
  return {
    ...(expiresAt === undefined ? {} : { expiresAt: `${expiresAt.toISOString().slice(0, 19)}Z` }),
    ...(predicate === undefined ? {} : { predicate }),
    ...(timeStampAuthority === undefined ? {} : { timeStampAuthority }),
  };
}

/** The value of `--platforms`: `index` (the default), `all`, or platforms with commas between them. */
export function platformsOf(command: string, value: string | undefined): PlatformChoice {
  if (value === undefined || value === "index") return { kind: "whole" };
  if (value === "all") return { kind: "all" };
  const platforms = value.split(",");
  if (platforms.every((each) => /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/.test(each)))
    return { kind: "some", platforms };
  throw usage(command, `--platforms must be index, all, or platforms such as linux/amd64,linux/arm64, not '${value}'.`);
}

/** Reads a predicate file: JSON in which nothing is said twice. AppError `configuration` or `usage`. */
export async function readPredicate(file: string, type: string, cwd: string): Promise<Predicate> {
  const text = (await readTextFile(file, cwd)).replace(/^\uFEFF/, "").trim();
  const parsed = readStrictJson(text, predicateLimits);
  if (parsed.kind === "refused") throw new AppError("configuration", `${file} cannot be attested: ${parsed.why}.`);
  const uri = predicateTypeOf(type);
  if (!URL.canParse(uri))
    throw usage(
      "attest",
      `'${type}' is no predicate type: give its URI, or a short name such as slsaprovenance1, spdxjson or cyclonedx.`,
    );
  return { type: uri, json: text };
}

function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}

function usage(command: string, message: string): AppError {
  return new AppError("usage", `${message} See 'countersign ${command} --help'.`);
}
