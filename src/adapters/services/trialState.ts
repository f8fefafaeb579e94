import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../application/errors.ts";
import { isJsonObject, readJson } from "../../core/json.ts";

/** Where a running trial is and how to speak to it. Read from a file that only its owner may read. */
export interface TrialState {
  readonly pid: number;
  /** RFC 3339. */
  readonly startedAt: string;
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Bearer secrets by user of the trial service. */
  readonly secrets: { readonly dev: string; readonly lead: string; readonly security: string };
  /** The same service behind the interface of Venafi CodeSign Protect: its origin, and the authority of its certificate in PEM. */
  readonly venafi?: { readonly url: string; readonly root: string };
  /** The trial's time-stamp authority, likewise. */
  readonly timeStamps?: { readonly url: string; readonly root: string };
  /** The same service behind the interface of HashiCorp Vault and OpenBao: its origin. */
  readonly vault?: { readonly url: string };
  /** The same service behind further interfaces: their origins, by the type of service that the configuration names. */
  readonly interfaces?: Readonly<Record<string, string>>;
}

/** What the place of the state depends on. */
export interface StatePlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/** Folder of the trial's state: `COUNTERSIGN_STATE_DIR`, or the platform's place for state of a user (XDG Base Directory Specification). */
export function stateFolder({ environment, platform }: StatePlace): string {
  const chosen = environment["COUNTERSIGN_STATE_DIR"];
  if (chosen !== undefined && chosen !== "") return chosen;
  const home = homedir();
  if (platform === "win32") return join(environment["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), "countersign");
  if (platform === "darwin") return join(home, "Library", "Application Support", "countersign");
  const xdg = environment["XDG_STATE_HOME"];
  // The specification has relative paths ignored.
  return join(xdg?.startsWith("/") === true ? xdg : join(home, ".local", "state"), "countersign");
}

/** File of the trial's state. */
export function stateFile(place: StatePlace): string {
  return join(stateFolder(place), "trial.json");
}

/** Files of the trial's private Sigstore, beside its state. */
export function sigstoreFiles(place: StatePlace): { readonly signingConfig: string; readonly trustedRoot: string } {
  const folder = stateFolder(place);
  const { signingConfig, trustedRoot } = sigstoreFileNames;
  return { signingConfig: join(folder, signingConfig), trustedRoot: join(folder, trustedRoot) };
}

/** Their names in the folder of the state. */
export const sigstoreFileNames = {
  signingConfig: "trial-signing-config.json",
  trustedRoot: "trial-trusted-root.json",
} as const;

/** Reads the state of the trial; undefined where there is none. Throws AppError `configuration` where it is not understood. */
export async function readTrialState(place: StatePlace): Promise<TrialState | undefined> {
  const path = stateFile(place);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new AppError("file-unreadable", `Could not read ${path}.`, { cause });
  }
  const state = parseTrialState(text);
  if (state === undefined)
    throw new AppError(
      "configuration",
      `${path} does not describe a trial. Run 'countersign trial down', which removes it, and start the trial again.`,
    );
  return state;
}

/** The state in its file's text; undefined where it is not one, or names another place than loopback. */
export function parseTrialState(text: string): TrialState | undefined {
  const state = text.length > 64 * 1024 ? undefined : readJson(text);
  if (!isJsonObject(state) || !isJsonObject(state["secrets"])) return undefined;
  const { pid, startedAt, registry, url } = state;
  const { dev, lead, security } = state["secrets"];
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof startedAt !== "string" || typeof registry !== "string" || typeof url !== "string") return undefined;
  if (typeof dev !== "string" || typeof lead !== "string" || typeof security !== "string") return undefined;
  if (!/^127\.0\.0\.1:\d{1,5}$/.test(registry) || !/^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url)) return undefined;
  const venafi = readFacade(state["venafi"]);
  const timeStamps = readFacade(state["timeStamps"], /^http:\/\/127\.0\.0\.1:\d{1,5}\/timestamp$/);
  return {
    pid,
    startedAt,
    registry,
    url,
    secrets: { dev, lead, security },
    ...(venafi === undefined ? {} : { venafi }),
    ...(timeStamps === undefined ? {} : { timeStamps }),
    ...readPlainFacade(state["vault"]),
    ...(state["interfaces"] === undefined ? {} : { interfaces: readInterfaces(state["interfaces"]) }),
  };
}

/** Nothing for anything but loopback: then there is no facade. */
function readPlainFacade(value: unknown): Pick<TrialState, "vault"> {
  const url = isJsonObject(value) ? value["url"] : undefined;
  return typeof url === "string" && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url) ? { vault: { url } } : {};
}

/** Nothing but loopback. */
function readInterfaces(value: unknown): Readonly<Record<string, string>> {
  const given = isJsonObject(value) ? Object.entries(value).slice(0, 20) : [];
  return Object.fromEntries(
    given.flatMap(([type, url]) =>
      typeof url === "string" && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(url) ? [[type, url] as const] : [],
    ),
  );
}

/** Undefined for anything but loopback: then there is no facade. */
function readFacade(value: unknown, form = /^https:\/\/127\.0\.0\.1:\d{1,5}$/): TrialState["venafi"] {
  if (!isJsonObject(value)) return undefined;
  const { url, root } = value;
  if (typeof url !== "string" || typeof root !== "string") return undefined;
  return form.test(url) ? { url, root } : undefined;
}
