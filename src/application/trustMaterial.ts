import type { Configuration } from "../core/policy/configuration.ts";
import type { Problem } from "../core/problem.ts";
import type { NamedTrustedRoot, TrustMaterial } from "../core/signature/trustMaterial.ts";
import { AppError } from "./errors.ts";
import type { Files, WaitOptions } from "./ports.ts";

/**
 * The trusted roots that a workspace's configuration names, beside those given. A root that was named on purpose
 * (which has no date of its own) stays the default; else the configuration's default counts. A root that cannot be read is a
 * problem, and nothing falls back to another one for it.
 */
export async function readTrustMaterial(
  files: Files,
  { trustedRoots }: Configuration,
  given: TrustMaterial,
  options: WaitOptions,
): Promise<{ readonly material: TrustMaterial; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const roots: NamedTrustedRoot[] = [];
  for (const { name, file } of trustedRoots) {
    try {
      const text = await files.read(file, options);
      if (text !== undefined) roots.push({ name, text, source: file });
      else
        problems.push({
          code: "file-unreadable",
          message: `The trusted root '${name}' does not exist at ${file}.`,
          file,
        });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push({ code: error.code, message: error.message, file });
    }
  }
  const named = given.trustedRoots.find(({ name }) => name === given.defaultRoot)?.date === undefined;
  const configured = trustedRoots.find(({ isDefault }) => isDefault)?.name;
  const defaultRoot = named ? given.defaultRoot : (configured ?? given.defaultRoot);
  return {
    material: {
      trustedRoots: [...roots, ...given.trustedRoots],
      ...(defaultRoot === undefined ? {} : { defaultRoot }),
    },
    problems,
  };
}
