import { createHash } from "node:crypto";
import type { WaitOptions } from "../../../application/ports.ts";
import type { AuditEntry } from "../../../application/signingService.ts";
import { isJsonObject, type JsonObject } from "../../../core/json.ts";
import type { VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import type { Caller } from "./caller.ts";
import { environmentDn } from "./environments.ts";
import { objectsIn, textIn, timeOf } from "./values.ts";

const pageSize = 100;
const maximumPages = 10;

/**
 * What the product's archive has of signatures (since 22.4, where it is switched on, with the scope `codesign:manage`).
 * AppError `authentication` or `service-denied`.
 */
export async function listArchive(
  caller: Caller,
  settings: VenafiOptions,
  options: WaitOptions,
): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let page = 0; page < maximumPages; page += 1) {
    const { found, total } = await readPage(caller, filterOf(settings), { size: pageSize, page }, options);
    entries.push(...found.flatMap((entry) => readEntry(entry) ?? []));
    if (found.length < pageSize || (page + 1) * pageSize >= total) break;
  }
  return entries;
}

/** The archive's newest entry about what was signed; undefined where it has none. `data` is what was sent, in Base64. */
export async function findInArchive(
  caller: Caller,
  dn: string,
  data: string,
  options: WaitOptions,
): Promise<{ readonly id: string; readonly at: string } | undefined> {
  const { found } = await readPage(caller, { EnvironmentDN: dn }, { size: pageSize, page: 0 }, options);
  const fitting = found.filter((entry) => isAbout(textIn(entry, "Artifact") ?? "", data));
  const newest = fitting.toSorted((a, b) => (timeOf(a["Timestamp"]) < timeOf(b["Timestamp"]) ? 1 : -1))[0];
  const id = newest === undefined ? undefined : idOf(newest);
  return newest === undefined || id === undefined ? undefined : { id, at: timeOf(newest["Timestamp"]) };
}

/** Whether the archive's artifact, in hex or Base64, is what was sent, its digest, or the digest that it ends with. */
export function isAbout(artifact: string, data: string): boolean {
  const sent = Buffer.from(data, "base64");
  const forms = [Buffer.from(artifact, "base64").toString("hex"), artifact.toLowerCase()];
  const hashed = createHash("sha256").update(sent).digest("hex");
  return forms.some((form) => form.length >= 64 && (sent.toString("hex").endsWith(form) || hashed === form));
}

async function readPage(
  caller: Caller,
  filter: object,
  { size, page }: { readonly size: number; readonly page: number },
  options: WaitOptions,
): Promise<{ readonly found: readonly JsonObject[]; readonly total: number }> {
  const body = await caller.readAll(
    {
      path: "vedsdk/codesign/retrievearchiveentries",
      body: { ArchiveFilter: filter, PageSize: size, Page: page },
      action: "read the archive of signatures",
    },
    options,
  );
  const json = isJsonObject(body) ? body : {};
  const total = json["TotalCount"];
  return { found: objectsIn(json, "ArchiveResults"), total: typeof total === "number" ? total : 0 };
}

function filterOf({ project, environment }: VenafiOptions): object {
  if (project === undefined) return {};
  if (environment === undefined) return { ProjectDN: environmentDn(project, "").replace(/\\$/, "") };
  return { EnvironmentDN: environmentDn(project, environment) };
}

function readEntry(entry: JsonObject): AuditEntry | undefined {
  const id = idOf(entry);
  if (id === undefined) return undefined;
  const [project, environment] = [textIn(entry, "Project"), textIn(entry, "Environment")];
  const artifact = textIn(entry, "Command");
  const digest = textIn(entry, "Artifact");
  const machine = textIn(entry, "Machine");
  return {
    id,
    at: timeOf(entry["Timestamp"]),
    actor: textIn(entry, "AuthenticatedUserName") ?? textIn(entry, "AuthenticatedUser") ?? "unknown",
    event: machine === undefined ? "signed" : `signed, asked for on ${machine}`,
    ...(environment === undefined ? {} : { key: project === undefined ? environment : `${project}\\${environment}` }),
    ...(artifact === undefined ? {} : { artifact }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function idOf(entry: JsonObject): string | undefined {
  const id = entry["ArchiveEntryId"];
  return typeof id === "number" ? String(id) : textIn(entry, "ArchiveEntryId");
}
