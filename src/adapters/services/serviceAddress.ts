import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../application/errors.ts";
import type { ServicePointer } from "../../core/policy/configurationServices.ts";

/** Whether a text is an address that may be spoken to, with any path: by TLS, or on this machine, and without credentials. */
export function isSafeAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return false;
  return addressComplaints(new URL(url.origin)).length === 0;
}

/** Why a service cannot be reached at an address, in sentences. */
export function addressComplaints(url: URL): readonly string[] {
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return [
    ...(url.protocol === "https:" || (url.protocol === "http:" && isLoopback)
      ? []
      : ["Its URL must begin with https://."]),
    ...(url.username === "" && url.password === "" ? [] : ["Its URL must not hold credentials."]),
    // Services answer below fixed paths, and secrets are kept by origin.
    ...(url.pathname === "/" && url.search === "" ? [] : ["Its URL must be an origin, without a path."]),
  ];
}

/** Address and options of a service that the configuration names. AppError `configuration` says all that is wrong with them. */
export function readPointer<T>(
  pointer: ServicePointer,
  readOptions: (options: ServicePointer["options"]) => {
    readonly value: T | undefined;
    readonly wrong: readonly string[];
  },
): { readonly origin: string; readonly options: T } {
  const { value: options, wrong } = readOptions(pointer.options);
  const url = URL.canParse(pointer.url) ? new URL(pointer.url) : undefined;
  const complaints = [...wrong, ...(url === undefined ? ["Its URL cannot be read."] : addressComplaints(url))];
  if (url === undefined || options === undefined || complaints.length > 0)
    throw new AppError(
      "configuration",
      `Signing service '${pointer.name}' cannot be used as .countersign.yaml describes it. ${complaints.join(" ")}`,
    );
  return { origin: url.origin, options };
}

const maximumAuthorities = 1024 * 1024;

/** A service's own authorities in PEM, from the file that the configuration names. AppError `configuration` or `file-unreadable`. */
export function readAuthorities(
  name: string,
  caFile: string | undefined,
  root: string | undefined,
): Promise<string | undefined> {
  return readNamedFile(name, "caFile", caFile, root);
}

/** Certificates in PEM from a file that an option of a service names, below the workspace. AppError `configuration` or `file-unreadable`. */
export async function readNamedFile(
  name: string,
  option: string,
  path: string | undefined,
  root: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  if (root === undefined)
    throw new AppError(
      "configuration",
      `'${option}' of signing service '${name}' needs a workspace folder to be found in.`,
    );
  return readCertificates(join(root, path), `the '${option}' of signing service '${name}'`);
}

/** Certificates in PEM from a file; `what` says in words which one it is. AppError `configuration` or `file-unreadable`. */
export async function readCertificates(path: string, what: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not read ${path}, ${what}.`, { cause });
  }
  if (text.length <= maximumAuthorities && text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new AppError("configuration", `${path}, ${what}, holds no certificates in PEM.`);
}
