import { flagged, local, namedValues, noImages, type ToolReader } from "./commandVerbs.ts";
import { afterName, mentioned, type CommandImages } from "./mention.ts";
import { aws, gcloud } from "./options/clouds.ts";
import { readOptions, type OptionTable } from "./optionTable.ts";
import { afterPrefix, fieldsOf, wholeSlice, type WordValue } from "./wordValue.ts";

/** Command lines of clouds. */
export const cloudTools: readonly (readonly [string, ToolReader])[] = [
  ["gcloud", readGoogle],
  ["az", readAzure],
  ["aws", readAmazon],
  ["gke-deploy", flagged([], ["--image", "-i"])],
  ["fly", flagged([], ["--image"])],
  ["flyctl", flagged([], ["--image"])],
];

/** In `gcloud compute`, `--image` is the disk of a machine; in `gcloud builds`, what is built. */
function readGoogle(words: readonly WordValue[]): CommandImages {
  const [group, ...rest] = commandsOf(words, gcloud).filter(({ text }) => !/^(?:alpha|beta|preview)$/.test(text));
  switch (group?.text) {
    case "run":
      return local(namedValues(words, ["--image"]));
    case "compute":
    case "dataproc":
      return local(namedValues(words, ["--container-image"]));
    case "ai":
    case "ai-platform":
      return local([
        ...namedValues(words, ["--container-image-uri", "--master-image-uri", "--worker-image-uri"]),
        ...namedValues(words, ["--worker-pool-spec"]).flatMap((slice) =>
          fieldsOf(slice).map((field) => afterName(field, /^container-image-uri=/)),
        ),
      ]);
    case "app":
      return local(namedValues(words, ["--image-url"]));
    case "workstations":
      return local(namedValues(words, ["--container-custom-image"]));
    case "container":
    case "artifacts": {
      const named = /^(?:images describe|docker images describe)(?: |$)/.exec(
        rest.map(({ text }) => text).join(" "),
      )?.[0];
      const at = named?.trim().split(" ").length ?? rest.length;
      return mentioned(rest.slice(at, at + 1).map(wholeSlice));
    }
    case "builds":
      return { mentions: [], outputs: namedValues(words, ["-t", "--tag"]) };
    default:
      return noImages;
  }
}

/** The words before options that only the command itself knows. */
function commandsOf(words: readonly WordValue[], globals: OptionTable): readonly WordValue[] {
  return readOptions(words, globals).positionals;
}

const azureImages = [
  "--image",
  "--deployment-container-image-name",
  "--container-image-name",
  "--docker-custom-image-name",
];

function readAzure(words: readonly WordValue[]): CommandImages {
  const [group, verb] = words.map(({ text }) => text);
  if (group === "acr") {
    // With a registry beside it, the source is a name within that.
    const isWithin = words.some(({ text }) => /^(?:-r|--registry)(?:=|$)/.test(text));
    return verb === "import" && !isWithin ? mentioned(namedValues(words, ["--source"])) : noImages;
  }
  if (!["containerapp", "container", "webapp", "functionapp"].includes(group ?? "")) return noImages;
  const short = group === "webapp" || group === "functionapp" ? ["-i", ...(verb === "config" ? ["-c"] : [])] : [];
  return local(namedValues(words, [...azureImages, ...short]).map((slice) => afterPrefix(slice, "https://") ?? slice));
}

/** Functions, services and models that run an image. */
function readAmazon(words: readonly WordValue[]): CommandImages {
  const [service] = commandsOf(words, aws);
  switch (service?.text) {
    case "lambda":
      return local([
        ...namedValues(words, ["--image-uri"]),
        ...namedValues(words, ["--code"]).flatMap((slice) =>
          fieldsOf(slice).map((field) => afterName(field, /^ImageUri=/)),
        ),
      ]);
    case "sagemaker":
      return local(
        namedValues(words, ["--primary-container"]).flatMap((slice) =>
          fieldsOf(slice).map((field) => afterName(field, /^Image=/)),
        ),
      );
    default:
      return noImages;
  }
}
