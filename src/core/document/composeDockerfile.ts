import { expansionsIn, interpolate, type ComposeEnvironment } from "./composeInterpolation.ts";
import type { Document } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { noSiblings } from "./siblings.ts";
import { readSubstituted } from "./substitution.ts";
import type { BuildSettings } from "./workspaceBuild.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** What a Dockerfile in a compose file is read with. */
interface InlineReading {
  readonly text: string;
  readonly path: string;
  readonly environment: ComposeEnvironment;
  readonly settings: BuildSettings;
}

/**
 * Reads the Dockerfile of a compose file's `dockerfile_inline`, in which Compose fills in its own variables first; all
 * its spans are the compose file's. What it does not know stays as it is.
 */
export function readInlineDockerfile(
  scalar: YamlScalar,
  { text, path, environment, settings }: InlineReading,
): Document {
  const substitutions = expansionsIn(scalar.text).flatMap(({ start, end }) => {
    const { parts } = interpolate(text, scalar, environment, start, end);
    const isKnown = parts.every((part) => part.text !== undefined);
    return isKnown ? [{ start, end, text: parts.map((part) => part.text ?? "").join("") }] : [];
  });
  return readSubstituted(scalar, text, substitutions, (source) => readDockerfile(source, path, noSiblings, settings));
}
