import { constants } from "node:fs";
import { open } from "node:fs/promises";
import * as vscode from "vscode";
import type { Root } from "../adapters/files/filesNow.ts";
import { decode } from "../adapters/files/nodeFiles.ts";
import { createReadingProcesses } from "../adapters/files/readingProcesses.ts";
import { AppError } from "../application/errors.ts";
import type { Files, Log } from "../application/ports.ts";
import { maximumNames } from "../core/document/siblings.ts";
import { abortOf } from "./cancellation.ts";

/** The workspace's files, and how its paths and the editor's addresses correspond. */
export interface WorkspaceFiles extends Files {
  /** Address of a workspace path; undefined where no folder holds it. */
  uriOf(path: string): vscode.Uri | undefined;
  /** Workspace path of an address; undefined outside the workspace's folders. */
  pathOf(uri: vscode.Uri): string | undefined;
}

/** Files whose names can hold references or policies; their content decides. */
export const readablePattern =
  "**/{*ockerfile*,*ontainerfile*,*OCKERFILE*,*.docker,*akefile*,*ustfile,*agrantfile*,*rocfile,Procfile.*,*enkinsfile*,*arthfile*,*.yml,*.yaml,*.json,*.jsonc,*.sh,*.bash,*.bats,*.ps1,*.psm1,*.cmd,*.bat,*.just,*.ksh,*.zsh,*.mk,*.hcl,*.hcl2,*.hcl.*,*.tftpl,*.tmpl,*.yaml.in,*.yml.in,*.envsubst,*.subst,*.dist,*.example,*.sample,*.j2,*.jinja,*.jinja2,*.tf,*.nomad,*.nomad.*,*.job,*.job.*,*.tofu,*.groovy,*.template,Kustomization,Chart.lock,requirements.lock,*.container.d/*.conf,*.env,.env*,*.tpl,*.gotmpl,*.container,*.image,*.volume,*.service,Kptfile,fly*.toml,*mise*.toml,mise/conf.d/*.toml,pixi.toml,project.toml,pyproject.toml,builder.toml,package.toml,Cross.toml,*onfig*.toml,*ontainerd*.toml,*unner*.toml,crio*.conf,crio.conf.d/*.conf,*.bu,*.fcc,*bazelrc*,BUILD,BUILD.bazel,.actrc,captain-definition*,*.def,Singularity*,Apptainer*,*.code-workspace,*MODULE.bazel,WORKSPACE,WORKSPACE.*,*.bzl,*Tiltfile*,*.tiltfile,*.gradle,*.gradle.kts,pom.xml,*.nix,*.pub,*.pem,*.crt,*.cer,*.rego}";
const ignoredPattern = "**/{node_modules,.git,.hg,.svn,.vscode-test,out,vendor,.venv}/**";

/** Files above this size, in bytes, are not read: no reference is worth a frozen editor. */
const maximumSize = 5 * 1024 * 1024;
const maximumCount = 20_000;

/** From this many files on they are read in processes of their own, so that the editor is not kept waiting. */
const someFiles = 200;

/** `program` is what processes that read files run, as it was built. */
export function createWorkspaceFiles(log: Log, program: string): WorkspaceFiles {
  const pathOf = (uri: vscode.Uri): string | undefined => {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder === undefined) return undefined;
    const path = vscode.workspace.asRelativePath(uri, false);
    const prefix = prefixOf(folder);
    if (prefix !== "") return `${prefix}/${path}`;
    // A folder in the first folder may be named as another folder of the workspace.
    return folderNamed(path.slice(0, path.indexOf("/"))) === undefined ? path : `./${path}`;
  };
  const uriOf = (path: string): vscode.Uri | undefined => {
    const first = vscode.workspace.workspaceFolders?.[0];
    if (first === undefined || path.split("/").includes("..")) return undefined;
    const slash = path.indexOf("/");
    const folder = folderNamed(path.slice(0, slash));
    return folder === undefined
      ? vscode.Uri.joinPath(first.uri, path)
      : vscode.Uri.joinPath(folder.uri, path.slice(slash + 1));
  };
  const readers = createReadingProcesses({ program, atLeast: someFiles, roots: localRoots, maximumSize });
  return {
    uriOf,
    pathOf,
    // They see the folders of this machine alone, not those of the editor's other file systems.
    get readers() {
      return localRoots().length === (vscode.workspace.workspaceFolders ?? []).length ? readers : undefined;
    },
    async *list({ signal }) {
      const uris = await findFiles(signal);
      if (uris.length >= maximumCount)
        log.warn(
          `Only the first ${maximumCount} files were looked at. Exclude folders with the setting files.exclude.`,
        );
      yield uris.flatMap((uri) => pathOf(uri) ?? []);
    },
    async read(path) {
      const uri = uriOf(path);
      if (uri === undefined) return undefined;
      if (path.endsWith("/")) return namesIn(uri);
      try {
        const bytes = uri.scheme === "file" ? await readDisk(uri.fsPath) : await readVirtual(uri);
        if (bytes === undefined)
          throw new AppError(
            "limit-reached",
            `${path} was not read: it is larger than ${maximumSize / 1024 / 1024} MB.`,
          );
        return decode(path, Buffer.from(bytes));
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (isMissing(error)) return undefined;
        throw new AppError("file-unreadable", `${path} could not be read. Check its permissions.`, { cause: error });
      }
    },
  };
}

/** The files below a folder whose names can hold references or policies. */
export async function filesIn(folder: vscode.Uri): Promise<readonly vscode.Uri[]> {
  const pattern = new vscode.RelativePattern(folder, readablePattern);
  return await vscode.workspace.findFiles(pattern, ignoredPattern, maximumCount);
}

async function findFiles(signal: AbortSignal): Promise<readonly vscode.Uri[]> {
  const cancellation = abortOf(signal);
  try {
    return await vscode.workspace.findFiles(readablePattern, ignoredPattern, maximumCount, cancellation.token);
  } finally {
    cancellation.dispose();
  }
}

/** A file of this machine; undefined where it is too large. The editor's own reading asks its window for every file. */
async function readDisk(path: string): Promise<Uint8Array | undefined> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    // A pipe would never end.
    if (!stats.isFile()) throw new Error("It is no file.");
    return stats.size > maximumSize ? undefined : await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The names of a folder's files and folders, in order, one on each line; undefined where it cannot be opened. */
async function namesIn(folder: vscode.Uri): Promise<string | undefined> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    const names = entries.map(([name, type]) => (type === vscode.FileType.Directory ? `${name}/` : name));
    return names.toSorted().slice(0, maximumNames).join("\n");
  } catch {
    return undefined;
  }
}

async function readVirtual(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  const { size } = await vscode.workspace.fs.stat(uri);
  return size > maximumSize ? undefined : await vscode.workspace.fs.readFile(uri);
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "FileNotFound";
}

/**
 * How the paths of a folder begin. Those of the first folder are its own, so that its configuration and the paths in it
 * hold in a workspace with several folders too; those of the others begin with the folder's name.
 */
function prefixOf({ index, name }: vscode.WorkspaceFolder): string {
  if (index === 0) return "";
  const before = (vscode.workspace.workspaceFolders ?? []).slice(1, index).filter((other) => other.name === name);
  return before.length === 0 ? name : `${name} (${before.length + 1})`;
}

function localRoots(): readonly Root[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => {
    const name = prefixOf(folder);
    if (folder.uri.scheme !== "file") return [];
    return [{ prefix: name === "" ? "" : `${name}/`, folder: folder.uri.fsPath }];
  });
}

function folderNamed(prefix: string): vscode.WorkspaceFolder | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.find((folder) => folder.index > 0 && prefixOf(folder) === prefix);
}
