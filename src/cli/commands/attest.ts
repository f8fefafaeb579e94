import { AppError } from "../../application/errors.ts";
import type { Host } from "../host.ts";
import { parseOptions } from "../options.ts";
import { platformsOf, readPredicate, readTimeStampAuthority, signingOptions, termsOf } from "../signSettings.ts";
import { openSigningRun, resume, signFile, signImages } from "../signRun.ts";
import { readTarget } from "../signTarget.ts";

/** `countersign attest IMAGE|FILE`: signs what a predicate file says of an image or file; it never counts as a signature of it. */
export async function attest(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("attest", args, {
    ...signingOptions,
    predicate: { type: "string" },
    type: { type: "string" },
  });
  const [text, ...others] = positionals;
  if (values.resume !== undefined) return resume(await openSigningRun("attest", values, host), values.resume);
  if (values.service === undefined) throw usage("Name the signing service with --service.");
  if (text === undefined || others.length > 0) throw usage("Name one image or file to attest something about.");
  const { key, predicate: file, type } = values;
  if (key === undefined) throw usage("Name the key with --key.");
  if (file === undefined || type === undefined)
    throw usage("Name the predicate file with --predicate, and its type with --type.");
  const target = await readTarget(text, host.cwd);
  if (target.kind === "folder") throw usage("An attestation is about one image or file, not about a folder.");
  const platforms = platformsOf("attest", values.platforms);
  const predicate = await readPredicate(file, type, host.cwd);
  const run = await openSigningRun("attest", values, host);
  const timeStampAuthority = await readTimeStampAuthority("attest", values, run.workspace.configuration, host);
  const terms = termsOf("attest", new Date(), { expiresIn: undefined, predicate, timeStampAuthority });
  if (target.kind === "file") return signFile(run, { path: target.path, key, terms });
  return signImages(run, { reference: target.reference, key, signatureFormat: "sigstore-bundle", terms, platforms });
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign attest --help'.`);
}
