import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { useOfValue } from "./imageUse.ts";

/** Options that say in which container actions run: on other machines, and in the sandbox of an engine. */
const option =
  /--(?:remote_default_exec_properties[= ]["']?container-image=docker:\/\/|experimental_docker_image[= ]["']?(?:docker:\/\/)?)([^\s"']+)/y;
const maximumUses = 1_000;

/** Reads the options that a project gives Bazel (`.bazelrc`): the images in which actions run. */
export function readBazelOptions(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const images = [];
  const problems = [];
  for (let at = text.indexOf("--"); at >= 0 && images.length < maximumUses; at = text.indexOf("--", at + 2)) {
    option.lastIndex = at;
    const written = option.exec(text)?.[1];
    if (written === undefined || isComment(text, at)) continue;
    const span = { start: option.lastIndex - written.length, end: option.lastIndex };
    const parts = [{ text: written, span }];
    const use = useOfValue(text, { span, site: "container", parts, chain: [], hasVariables: false });
    if ("code" in use) problems.push(use);
    else images.push(use);
  }
  return { path, dialect: "bazel-options", text, images, commands: [], jobs: [], problems };
}

/** Whether a line is one up to an offset: a word that begins with `#` ends it. */
function isComment(text: string, at: number): boolean {
  return /(?:^|\s)#/.test(text.slice(text.lastIndexOf("\n", at) + 1, at));
}
