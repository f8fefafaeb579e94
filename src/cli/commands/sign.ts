import { AppError } from "../../application/errors.ts";
import { signingFormats } from "../../core/sign/scheme.ts";
import { listChecksums, writeChecksums } from "../checksums.ts";
import type { Host } from "../host.ts";
import { oneOf, parseOptions } from "../options.ts";
import { platformsOf, readTimeStampAuthority, signingOptions, termsOf } from "../signSettings.ts";
import { openSigningRun, resume, signFile, signImages } from "../signRun.ts";
import { readTarget } from "../signTarget.ts";

/** `countersign sign IMAGE|FILE|FOLDER`: signs through a signing service; naming the service and the key here is the person's confirmation. */
export async function sign(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("sign", args, {
    ...signingOptions,
    "signature-format": { type: "string" },
    "expires-in": { type: "string" },
  });
  const [text, ...others] = positionals;
  if (values.resume !== undefined) {
    if (text !== undefined) throw usage("--resume goes on with what was asked for; name no image.");
    return resume(await openSigningRun("sign", values, host), values.resume);
  }
  if (values.service === undefined) throw usage("Name the signing service with --service.");
  if (text === undefined || others.length > 0) throw usage("Name one image, file or folder to sign.");
  const { key, "signature-format": wanted } = values;
  if (key === undefined) throw usage("Name the key with --key.");
  const signatureFormat = oneOf("sign", "--signature-format", wanted ?? "sigstore-bundle", signingFormats);
  const target = await readTarget(text, host.cwd);
  if (target.kind !== "image" && signatureFormat !== "sigstore-bundle")
    throw usage(`A file is signed as sigstore-bundle, not as ${signatureFormat}.`);
  if (target.kind !== "image" && (values.platforms !== undefined || values["expires-in"] !== undefined))
    throw usage("--platforms and --expires-in are for images.");
  if (target.kind === "image" && (values.output !== undefined || values.overwrite === true))
    throw usage("A signature of an image is attached to it; --output and --overwrite are for files.");

  const platforms = platformsOf("sign", values.platforms);
  const run = await openSigningRun("sign", values, host);
  const { configuration } = run.workspace;
  const timeStampAuthority = await readTimeStampAuthority("sign", values, configuration, host);
  const { "expires-in": expiresIn } = values;
  const terms = termsOf("sign", new Date(), { expiresIn, predicate: undefined, timeStampAuthority });
  switch (target.kind) {
    case "image":
      return signImages(run, { reference: target.reference, key, signatureFormat, terms, platforms });
    case "file":
      return signFile(run, { path: target.path, key, terms });
    case "folder": {
      const { path, content } = await listChecksums(target.path, host.cwd, host.signal);
      const options = { cwd: host.cwd, overwrite: values.overwrite === true };
      if (values["dry-run"] !== true) await writeChecksums({ path, content }, options, host.signal);
      return signFile(run, { path, content, key, terms });
    }
  }
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign sign --help'.`);
}
