import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { inputDefaults } from "./githubScope.ts";
import { environmentsOf, readSteps } from "./githubSteps.ts";
import { localFiles } from "./githubLocal.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { textOf, valueAt } from "./yamlNode.ts";

const dockerWrapper = "docker://";

/**
 * Reads a GitHub action's metadata: the image that a Docker action runs, and the steps of a composite one, which
 * form the only job, `runs`.
 */
export function readGithubAction(text: string, path: string, siblings: Siblings = noSiblings): Document {
  const plain = withoutByteOrderMark(text);
  const stream = readYaml(plain);
  const images = createImageCollector(plain);
  const root = stream.documents[0]?.root;
  const runs = valueAt(root, "runs");
  const image = valueAt(runs, "image");
  // Anything else is the path of a Dockerfile.
  if (textOf(image)?.startsWith(dockerWrapper) === true) images.add(image, "image", { wrapper: dockerWrapper });
  const inputs = inputDefaults(valueAt(root, "inputs"));
  const { steps, commands, furtherCommands, built, problems } = readSteps(valueAt(runs, "steps"), {
    job: "runs",
    scope: { text: plain, inputs, environment: new Map(), actionOutput: localFiles(path, siblings).actionOutput },
    images,
  });
  return {
    path,
    dialect: "github-action",
    text: plain,
    images: inDocumentOrder(images.images),
    commands,
    furtherCommands,
    built,
    openVariables: environmentsOf(root),
    jobs: runs === undefined || steps.length === 0 ? [] : [{ id: "runs", span: runs.span, steps, environment: {} }],
    problems: [...stream.problems, ...images.problems, ...problems],
  };
}
