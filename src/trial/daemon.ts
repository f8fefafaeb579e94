import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { sendToService } from "../adapters/services/serviceRequest.ts";
import { createTrialService, decideTrialRequest } from "../adapters/services/trial.ts";
import { readTrialState, type StatePlace, type TrialState } from "../adapters/services/trialState.ts";
import { AppError } from "../application/errors.ts";
import type { KeyDescription, PendingRequest } from "../application/signingService.ts";
import { isJsonObject } from "../core/json.ts";
import { printable } from "../core/report/words.ts";
import { approvalPageOf } from "./service/approvalPage.ts";
import { verifyAuditChain } from "./service/auditLog.ts";
import type { TrialFault } from "./service/faults.ts";
import type { TrialUser } from "./service/keyPolicy.ts";
import { startDaemon, tellParent } from "./startDaemon.ts";
import { startTrial } from "./startTrial.ts";
import { readKeysFile, withKeysFile } from "./trialKeysFile.ts";
import {
  appendAudit,
  auditFile,
  prepareStateFolder,
  removeTrialState,
  writeSigstoreFiles,
  writeTrialState,
} from "./stateFiles.ts";

/** What `countersign trial up` prints. */
export interface TrialDescription {
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  readonly service: "trial";
  readonly url: string;
  readonly keys: readonly Pick<KeyDescription, "name" | "publicKey" | "certificateChain" | "needs">[];
  /** The same service behind the interface of Venafi CodeSign Protect: its origin, and the authority of its certificate in PEM. */
  readonly venafi?: { readonly url: string; readonly root: string };
  /** The time-stamp authority: its address, and its root in PEM. */
  readonly timeStamps?: { readonly url: string; readonly root: string };
  readonly vault?: { readonly url: string };
  /** Further interfaces of it: their origins, by the type of service that `.countersign.yaml` names. */
  readonly interfaces?: Readonly<Record<string, string>>;
  /** Where approvers decide in a browser, by user. The address holds a secret of this run. */
  readonly approvals: Readonly<Record<"lead" | "security", string>>;
}

/** What `countersign trial status` prints. */
export type TrialStatus =
  | { readonly status: "stopped" }
  | ({
      readonly status: "running";
      readonly pid: number;
      readonly startedAt: string;
      readonly pending: readonly PendingRequest[];
      readonly audit: { readonly file: string; readonly entries: number; readonly intact: boolean };
    } & TrialDescription);

/** Where the trial keeps its state; the environment's place by default. */
export interface TrialOptions {
  readonly signal: AbortSignal;
  readonly place?: StatePlace;
}

/**
 * Starts the trial in the background, or finds the one that runs. `command` starts a program that runs `runTrialDaemon`
 * when it is given the hidden command as its last argument: by default the program that runs now. `keys`: absolute path
 * of a JSON file of keys with their policy, in place of the usual two; a trial that runs already keeps its own.
 */
export async function trialUp(
  options: TrialOptions & { readonly command?: readonly string[]; readonly keys?: string },
): Promise<TrialDescription> {
  const place = placeOf(options);
  const daemonPlace = withKeysFile(place, options.keys);
  // What is wrong with the file is said before anything is started.
  await readKeysFile(daemonPlace);
  const stale = await readTrialState(place);
  const found = await findRunning(stale, options.signal);
  if (found !== undefined) return found.description;
  await prepareStateFolder(place);
  if (stale !== undefined && (await readTrialState(place))?.startedAt === stale.startedAt)
    await removeTrialState(place);
  await startDaemon({ ...options, place: daemonPlace });
  const started = await findRunning(await readTrialState(place), options.signal);
  if (started === undefined)
    throw new AppError(
      "service-unavailable",
      "The trial started, but does not answer. Try 'countersign trial down' and start it again.",
    );
  return started.description;
}

/** Ends the trial and removes every trace of it. Gives whether one was running. */
export async function trialDown(options: TrialOptions): Promise<{ readonly stopped: boolean }> {
  const place = placeOf(options);
  // A state that is not understood is a trace like any other.
  const state = await readTrialState(place).catch(() => undefined);
  const found = await findRunning(state, options.signal);
  if (found !== undefined) {
    const { url, secrets, pid } = found.state;
    await sendToService(
      { method: "POST", url: `${url}/v1/stop`, secret: secrets.dev, timeoutMs: 5_000, action: "end the trial" },
      options,
    );
    await untilGone(pid, options.signal);
  }
  await removeTrialState(place);
  return { stopped: found !== undefined };
}

/** Says whether the trial runs, what waits for an approval, and whether its audit log is intact. */
export async function trialStatus(options: TrialOptions): Promise<TrialStatus> {
  const place = placeOf(options);
  const found = await findRunning(await readTrialState(place), options.signal);
  if (found === undefined) return { status: "stopped" };
  const { state, description } = found;
  const service = createTrialService({ url: state.url, secret: state.secrets.dev });
  const file = auditFile(place);
  // The service knows how many entries there must be at least: a log that was cut off fits together, too.
  const expected = (await service.audit(options)).length;
  const chain = verifyAuditChain(await readFile(file, "utf8").catch(() => ""));
  return {
    status: "running",
    ...description,
    pid: state.pid,
    startedAt: state.startedAt,
    pending: await service.pending(options),
    audit: { file, entries: chain.entries, intact: chain.valid && chain.entries >= expected },
  };
}

/**
 * Approves a pending request (or rejects it) as a user of the trial, `lead` without one. In the trial the same person may
 * be every user; the audit log records the user. Throws AppError `service-unavailable` where no trial runs, `service-denied` otherwise.
 */
export async function trialApprove(
  id: string,
  options: TrialOptions & { readonly comment?: string; readonly reject?: boolean; readonly user?: TrialUser },
): Promise<void> {
  const state = await runningState(options);
  await decideTrialRequest(
    { url: state.url, secret: state.secrets[options.user ?? "lead"] },
    { id, approve: options.reject !== true, comment: options.comment ?? "" },
    options,
  );
}

/** Makes the running trial misbehave so many times; `none` ends it. Only what says what became of a signing request falls under it. */
export async function trialFault(
  fault: TrialFault["kind"] | "none",
  times: number,
  options: TrialOptions,
): Promise<void> {
  await tellTrial("fault", { fault, times }, `make the trial misbehave`, options);
}

/** Revokes the certificate of a key of the running trial: its lists and its responder say so from now on. */
export async function trialRevoke(key: string, options: TrialOptions): Promise<void> {
  await tellTrial("revoke", { key }, `revoke the certificate of key '${printable(key)}'`, options);
}

async function tellTrial(path: string, body: object, action: string, options: TrialOptions): Promise<void> {
  const { url, secrets } = await runningState(options);
  const request = {
    method: "POST",
    url: `${url}/v1/${path}`,
    secret: secrets.lead,
    timeoutMs: 5_000,
    body,
    action,
  } as const;
  const reply = await sendToService(request, options);
  if (reply.status === 200) return;
  const said = isJsonObject(reply.body) && typeof reply.body["error"] === "string" ? reply.body["error"] : "it refused";
  throw new AppError("service-denied", `Could not ${action}: ${said}`);
}

async function runningState(options: TrialOptions): Promise<TrialState> {
  const state = await readTrialState(placeOf(options));
  if (state === undefined)
    throw new AppError("service-unavailable", "No trial is running. Start one with 'countersign trial up'.");
  return state;
}

/**
 * Runs the trial in this process until it is told to end (by a client, or by `signal`), and removes its traces then.
 * Where another trial came first it ends at once and leaves that one alone.
 */
export async function runTrialDaemon(options: TrialOptions): Promise<void> {
  try {
    await runUntilStopped(placeOf(options), options.signal);
  } catch (error) {
    tellParent({ kind: "failed", message: error instanceof Error ? error.message : "unknown" });
    throw error;
  }
}

function placeOf(options: TrialOptions): StatePlace {
  return options.place ?? { environment: process.env, platform: process.platform };
}

/** The trial that the state names, if it answers to the state's secret. A process id alone proves nothing: they are reused. */
async function findRunning(
  state: TrialState | undefined,
  signal: AbortSignal,
): Promise<{ readonly state: TrialState; readonly description: TrialDescription } | undefined> {
  if (state === undefined) return undefined;
  try {
    const service = createTrialService({ url: state.url, secret: state.secrets.dev, timeoutMs: 3_000 });
    const keys = await service.listKeys({ signal });
    const shown = keys.map(({ name, publicKey, certificateChain, needs }) => ({
      name,
      publicKey,
      certificateChain,
      needs,
    }));
    const { registry, url, venafi, vault, timeStamps, interfaces = {} } = state;
    const faces = {
      ...(venafi === undefined ? {} : { venafi }),
      ...(timeStamps === undefined ? {} : { timeStamps }),
      ...(vault === undefined ? {} : { vault }),
      interfaces,
    };
    const { lead, security } = state.secrets;
    const approvals = { lead: approvalPageOf(url, lead), security: approvalPageOf(url, security) };
    return { state, description: { registry, service: "trial", url, keys: shown, ...faces, approvals } };
  } catch (error) {
    if (error instanceof AppError && error.code !== "cancelled") return undefined;
    throw error;
  }
}

/** Waits until the process has ended; it was told to, and has little to do. */
async function untilGone(pid: number, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 200 && isAlive(pid); attempt += 1) await setTimeout(25, undefined, { signal });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function runUntilStopped(place: StatePlace, signal: AbortSignal): Promise<void> {
  await prepareStateFolder(place);
  if ((await readTrialState(place)) !== undefined) return tellParent({ kind: "ready" });
  let end = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    end = resolve;
  });
  // Until the state is written another trial may come first, and its audit log must not get lines of this one.
  let claimed = false;
  const early: string[] = [];
  const record = (line: string): void => {
    if (claimed) appendAudit(place, line);
    else early.push(line);
  };
  const keys = await readKeysFile(place);
  const trial = await startTrial({ appendAudit: record, onStop: () => end(), ...(keys === undefined ? {} : { keys }) });
  try {
    const { url, secrets } = trial.service;
    const { registry, interfaces } = trial;
    const venafi = { url: trial.venafi.url, root: trial.venafi.root };
    const vault = { url: trial.vault.url };
    const state = {
      pid: process.pid,
      startedAt: new Date().toISOString(),
      registry,
      url,
      secrets,
      venafi,
      timeStamps: { url: trial.pki.timeStamps.url, root: trial.pki.timeStamps.root },
      vault,
      interfaces,
    };
    claimed = await writeTrialState(place, state);
    if (!claimed) return tellParent({ kind: "ready" });
    const { trustedRoot } = trial.sigstore;
    await writeSigstoreFiles(place, { trustedRoot, signingConfig: trial.sigstore.signingConfig() });
    appendAudit(place, early.join(""));
    if (signal.aborted) end();
    signal.addEventListener("abort", () => end(), { once: true });
    tellParent({ kind: "ready" });
    await stopped;
    await removeTrialState(place);
  } finally {
    await trial.stop();
  }
}
