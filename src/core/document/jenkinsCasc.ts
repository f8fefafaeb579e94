import type { Document, ImageUse } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { readJenkinsfile } from "./jenkinsfile.ts";
import { imagesOfPod } from "./jenkinsPods.ts";
import { createPipeline } from "./pipeline.ts";
import { dollar } from "./templateSyntax.ts";
import { itemsOf, scalarOf } from "./yamlNode.ts";
import { placesOf, type PlaceStep } from "./yamlPlaces.ts";

/** Templates of agents; a chart's values hold them without what is around them. */
const templates: readonly PlaceStep[] = ["jenkins", "clouds", "*", "*", "templates", "*"];
/** What the plug-ins for Kubernetes, Docker, ECS and other clouds of containers name an agent's image by. */
const images: readonly (readonly PlaceStep[])[] = [
  ["image"],
  [/^(?:dockerTemplateBase|dockerContainerLifecycle)$/, "image"],
  ["containers", "*", "image"],
];
const pods: readonly (readonly PlaceStep[])[] = [["yaml"], ["yamls", "*"]];
const scope = { syntax: dollar({ bare: false }), lookup: () => [] };

/** Reads a controller's configuration as code: the images of its clouds' agents, and jobs that it defines by scripts. */
export function readJenkinsCasc(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "jenkins-casc");
  const inner: Document[] = [];
  const uses: ImageUse[] = [];
  for (const root of pipeline.roots) {
    for (const agent of [...placesOf(root, templates), ...itemsOf(root)]) {
      for (const node of images.flatMap((place) => placesOf(agent, place)))
        if (scalarOf(node) !== undefined) pipeline.image(node, "container", { scope });
      for (const node of pods.flatMap((place) => placesOf(agent, place))) {
        const scalar = scalarOf(node);
        if (scalar !== undefined) uses.push(...imagesOfPod(scalar, pipeline.text, path));
      }
    }
    for (const node of placesOf(root, ["jobs", "*", "script"])) {
      const scalar = scalarOf(node);
      if (scalar !== undefined) inner.push(placeDocument(readJenkinsfile(scalar.text, path), scalar, pipeline.text));
    }
  }
  const document = pipeline.document([...uses, ...inner.flatMap((one) => one.images)]);
  return { ...document, commands: [...document.commands, ...inner.flatMap((one) => one.commands)] };
}

/** Whether a text within the values of a chart is such a configuration, or a list of templates of agents. */
export function holdsJenkinsAgents(text: string): boolean {
  if (/^[ \t]*jenkins[ \t]*:/m.test(text)) return /^[ \t]+clouds[ \t]*:/m.test(text);
  return /^\s*-[ \t]+name[ \t]*:/.test(text) && /^[ \t]+containers[ \t]*:/m.test(text);
}
