import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import type { LostAnswer } from "../../application/lostAnswer.ts";
import type { Person } from "../../application/ports.ts";
import type { PendingRecord } from "../../application/pendingRecord.ts";
import type {
  AuditEntry,
  KeyDescription,
  PendingRequest,
  SigningService,
  Ticket,
} from "../../application/signingService.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { isSigningFormat, type SigningFormat } from "../../core/sign/scheme.ts";
import { describeCause, type Logbook } from "../log.ts";
import { createPendingStore } from "./pendingStore.ts";

/** What a configured service said when it was last asked; `failure` where it could not be asked. */
export interface ServiceState {
  readonly name: string;
  readonly origin: string;
  readonly keys: readonly KeyDescription[];
  readonly requests: readonly PendingRequest[];
  readonly audit: readonly AuditEntry[];
  /** Whether requests of others are decided here. */
  readonly decides: boolean;
  /** Whether single signatures are allowed beforehand here. */
  readonly allows?: boolean;
  readonly failure?: string;
  /** Whether the failure is that nobody is signed in, or not as somebody who may ask. */
  readonly asksForSignIn?: boolean;
}

/** Finds services: by the configuration, and the trial where it runs; and those that cannot be opened, with the reason. */
export interface ServiceDirectory {
  /** With a person, services may ask: only where the person began what they are asked for. */
  list(person?: Person): Promise<{
    readonly services: readonly SigningService[];
    readonly failures: readonly { readonly name: string; readonly message: string }[];
  }>;
}

/** What became of a request whose answer was lost, and the same in words. */
export interface FoundAnswer {
  readonly answer: LostAnswer;
  readonly words: string;
}

/** With what somebody signed. */
export interface LastChoice {
  readonly service: string;
  readonly key: string;
  readonly format: SigningFormat;
}

/** Services and requests, as far as they are known. Requests that wait outlive the window. */
export interface SigningState extends vscode.Disposable {
  readonly onDidChange: vscode.Event<void>;
  services(): readonly ServiceState[];
  /** Requests of this workspace that wait for an approval. */
  pending(): readonly PendingRecord[];
  putPending(pending: PendingRecord): Promise<void>;
  dropPending(id: string): Promise<void>;
  /** While a service is asked to sign, its record says that the answer is missing, and nobody looks for it. */
  beginAsking(id: string): void;
  endAsking(id: string): void;
  isAsking(id: string): boolean;
  /** What this window has found out about a request whose answer was lost. */
  answerTo(id: string): FoundAnswer | undefined;
  putAnswer(id: string, found: FoundAnswer): void;
  /** Keys used lately, the last one first: `service key`. */
  recentKeys(): readonly string[];
  rememberKey(service: string, key: string): Promise<void>;
  /** What an image of this repository was signed with last. */
  lastChoice(repository: string): LastChoice | undefined;
  rememberChoice(repository: string, choice: LastChoice): Promise<void>;
  /** Asks every service again. Never in a workspace that is not trusted. */
  refresh(signal: AbortSignal): Promise<readonly ServiceState[]>;
  open(name: string, person?: Person): Promise<SigningService | undefined>;
}

const recentKey = "recentKeys";
const recentLimit = 10;
const choicesKey = "lastChoices";
const choicesLimit = 100;

/** Failures that a sign-in mends. */
const signInCodes: ReadonlySet<string> = new Set(["authentication", "service-denied"]);

export function createSigningState(
  context: Pick<vscode.ExtensionContext, "storageUri" | "workspaceState">,
  directory: ServiceDirectory,
  log: Logbook,
): SigningState {
  const memento = context.workspaceState;
  const changes = new vscode.EventEmitter<void>();
  let services: readonly ServiceState[] = [];
  const asking = new Set<string>();
  const answers = new Map<string, FoundAnswer>();
  const store = createPendingStore(context, log, () => changes.fire());
  const stored = (key: string): readonly unknown[] => {
    const value: unknown = memento.get(key);
    return Array.isArray(value) ? value : [];
  };
  const state: SigningState = {
    onDidChange: changes.event,
    services: () => services,
    pending: () => store.all(),
    async putPending(pending) {
      await store.put(pending);
      changes.fire();
    },
    beginAsking: (id) => void asking.add(id),
    endAsking(id) {
      asking.delete(id);
      changes.fire();
    },
    isAsking: (id) => asking.has(id),
    answerTo: (id) => answers.get(id),
    putAnswer(id, found) {
      answers.set(id, found);
      changes.fire();
    },
    async dropPending(id) {
      answers.delete(id);
      await store.drop(id);
      changes.fire();
    },
    recentKeys: () => stored(recentKey).filter((value) => typeof value === "string"),
    async rememberKey(service, key) {
      const used = `${service} ${key}`;
      const others = state.recentKeys().filter((value) => value !== used);
      await memento.update(recentKey, [used, ...others].slice(0, recentLimit));
    },
    lastChoice(repository) {
      const found = stored(choicesKey).find((value) => isJsonObject(value) && value["repository"] === repository);
      const { service, key, format }: JsonObject = isJsonObject(found) ? found : {};
      if (typeof service !== "string" || typeof key !== "string" || typeof format !== "string") return undefined;
      return isSigningFormat(format) ? { service, key, format } : undefined;
    },
    async rememberChoice(repository, choice) {
      const others = stored(choicesKey).filter((value) => isJsonObject(value) && value["repository"] !== repository);
      await memento.update(choicesKey, [{ repository, ...choice }, ...others].slice(0, choicesLimit));
    },
    async refresh(signal) {
      if (!vscode.workspace.isTrusted) return [];
      const { services: found, failures } = await directory.list();
      const closed = failures.map(({ name, message }) => failedService(name, "", message));
      const own = state.pending().map(({ ticket }) => {
        const found = answers.get(ticket.id)?.answer;
        return found?.kind === "waits" ? found.pending.ticket : ticket;
      });
      const asked = found.map((service) => {
        const mine = own.filter((ticket) => ticket.service === service.name);
        return askService(service, mine, signal);
      });
      services = [...(await Promise.all(asked)), ...closed];
      for (const { name, failure } of services) if (failure !== undefined) log.warn(`${name}: ${failure}`);
      void vscode.commands.executeCommand("setContext", "countersign.hasServices", services.length > 0);
      const trialRuns = services.some(({ name, failure }) => name === "trial" && failure === undefined);
      void vscode.commands.executeCommand("setContext", "countersign.trialRuns", trialRuns);
      changes.fire();
      return services;
    },
    async open(name, person) {
      return (await directory.list(person)).services.find((service) => service.name === name);
    },
    dispose: () => changes.dispose(),
  };
  return state;
}

/** A service that keeps its requests or its audit log to itself still signs. */
async function ifTold<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AppError && error.code === "service-denied") return [];
    throw error;
  }
}

async function askService(service: SigningService, own: readonly Ticket[], signal: AbortSignal): Promise<ServiceState> {
  const { name, origin } = service;
  try {
    const [keys, requests, audit] = await Promise.all([
      service.listKeys({ signal }),
      ifTold(service.pending({ signal, own })),
      ifTold(service.audit({ signal })),
    ]);
    return {
      name,
      origin,
      keys,
      requests,
      audit,
      decides: service.decide !== undefined,
      allows: service.prequalify !== undefined,
    };
  } catch (error) {
    const asksForSignIn = error instanceof AppError && signInCodes.has(error.code);
    const code = error instanceof AppError ? ` (${error.code})` : "";
    return { ...failedService(name, origin, `${describeCause(error)}${code}`), asksForSignIn };
  }
}

function failedService(name: string, origin: string, failure: string): ServiceState {
  return { name, origin, keys: [], requests: [], audit: [], decides: false, failure };
}
