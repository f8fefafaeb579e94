import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../application/errors.ts";

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

const maximumAuthorities = 1024 * 1024;

/** A service's own authorities in PEM, from the file that the configuration names. AppError `configuration` or `file-unreadable`. */
export async function readAuthorities(
  name: string,
  caFile: string | undefined,
  root: string | undefined,
): Promise<string | undefined> {
  if (caFile === undefined) return undefined;
  if (root === undefined)
    throw new AppError(
      "configuration",
      `'caFile' of signing service '${name}' needs a workspace folder to be found in.`,
    );
  return readCertificates(join(root, caFile), `the 'caFile' of signing service '${name}'`);
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
