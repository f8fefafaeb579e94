import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { AppError } from "../application/errors.ts";
import { parseReference, type ImageReference } from "../core/image/reference.ts";

/** What a command is to sign. */
export type SignTarget =
  | { readonly kind: "image"; readonly reference: ImageReference }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "folder"; readonly path: string };

/**
 * Tells an image from a file: what is written as a path (`./app`, `dist/`, an absolute one) is one, and so is a file that
 * exists under the name. A folder has to be written as a path, because images are often named like the folder that they
 * are built in. AppError `usage` where it is neither.
 */
export async function readTarget(text: string, cwd: string): Promise<SignTarget> {
  const isPath = isAbsolute(text) || /^\.\.?(?:[/\\]|$)|[/\\]$/.test(text);
  const found = await kindOf(resolve(cwd, text));
  if (found === "file") return { kind: "file", path: text };
  if (found === "folder" && isPath) return { kind: "folder", path: text.replace(/(?<=.)[/\\]+$/, "") };
  if (isPath) throw new AppError("usage", `'${text}' is no file and no folder that can be read; check its name.`);
  const { value: reference, problems } = parseReference(text);
  if (reference !== undefined) return { kind: "image", reference };
  const advice = found === "folder" ? ` To sign the files in a folder, write './${text}'.` : "";
  throw new AppError(
    "usage",
    `'${text}' is no file, and no image reference: ${problems[0]?.message ?? "it cannot be read."}${advice}`,
  );
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}
