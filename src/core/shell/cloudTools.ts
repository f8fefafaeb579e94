import { fieldValues, namedValues, noImages, type ToolReader } from "./commandVerbs.ts";
import { afterName, mentioned, type CommandImages } from "./mention.ts";
import { aws, gcloud } from "./options/clouds.ts";
import { readOptions, type OptionTable } from "./optionTable.ts";
import { afterPrefix, fieldsOf, textOfSlice, wholeSlice, type WordSlice, type WordValue } from "./wordValue.ts";

/** Command lines of clouds. */
export const cloudTools: readonly (readonly [string, ToolReader])[] = [
  ["gcloud", readGoogle],
  ["az", readAzure],
  ["aws", readAmazon],
  ["gke-deploy", (words) => mentioned(namedValues(words, ["--image", "-i"]))],
  ["fly", (words) => mentioned(namedValues(words, ["--image"]))],
  ["flyctl", (words) => mentioned(namedValues(words, ["--image"]))],
];

/** In `gcloud compute`, `--image` is the disk of a machine; in `gcloud builds`, what is built. */
function readGoogle(words: readonly WordValue[]): CommandImages {
  const [group, ...rest] = commandsOf(words, gcloud).filter(({ text }) => !/^(?:alpha|beta|preview)$/.test(text));
  switch (group?.text) {
    case "run":
      return mentioned(namedValues(words, ["--image"]));
    case "compute":
    case "dataproc":
      return mentioned(namedValues(words, ["--container-image"]));
    case "ai":
    case "ai-platform":
      return mentioned([
        ...namedValues(words, [
          "--container-image-uri",
          "--executor-image-uri",
          "--master-image-uri",
          "--parameter-server-image-uri",
          "--worker-image-uri",
        ]),
        ...namedValues(words, ["--worker-pool-spec"]).flatMap((slice) =>
          fieldsOf(slice).map((field) => afterName(field, /^(?:container|executor)-image-uri=/)),
        ),
      ]);
    case "app":
      return mentioned(namedValues(words, ["--image-url"]));
    case "deploy":
      return mentioned(
        namedValues(words, ["--images"]).flatMap((slice) =>
          fieldsOf(slice).map((field) => afterName(field, /^[\w./-]+=/)),
        ),
      );
    case "notebooks": {
      const [tag] = namedValues(words, ["--container-tag"]);
      const mentions = namedValues(words, ["--container-repository"]).map((slice) => ({
        slice,
        split: tag === undefined ? {} : { tag },
      }));
      return { mentions, outputs: [] };
    }
    case "workstations":
      return mentioned(namedValues(words, ["--container-custom-image"]));
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

/** Groups of az with the letters that stand for an image in those of their commands that take one (azure-cli 2.91). */
const azureLetters = new Map<string, readonly (readonly [commands: RegExp, letters: readonly string[]])[]>([
  ["containerapp", [[/^(?!github-action\b)/, ["-i"]]]],
  ["container", []],
  [
    "webapp",
    [
      [/^(?:create|deployment slot create)\b/, ["-c", "-i"]],
      [/^config container\b/, ["-c", "-i"]],
    ],
  ],
  [
    "functionapp",
    [
      [/^(?:create|deployment slot create)\b/, ["-i"]],
      [/^config container\b/, ["-c", "-i"]],
    ],
  ],
  ["logicapp", [[/^create\b/, ["-i"]]]],
]);

function readAzure(words: readonly WordValue[]): CommandImages {
  const [group, ...rest] = words.map(({ text }) => text);
  const command = rest.slice(0, 3).join(" ");
  if (group === "acr") {
    // With a registry beside it, the source is a name within that.
    const isWithin = words.some(({ text }) => /^(?:-r|--registry)(?:=|$)/.test(text));
    if (command.startsWith("pack build")) return mentioned(namedValues(words, ["--builder", "-b"]));
    if (rest[0] === "run" || command.startsWith("task create"))
      return mentioned(namedValues(words, ["--cmd"]).flatMap(imageOfTask));
    return rest[0] === "import" && !isWithin ? mentioned(namedValues(words, ["--source"])) : noImages;
  }
  const known = azureLetters.get(group ?? "");
  // What a workflow builds is no image to pull.
  if (known === undefined || command.startsWith("github-action")) return noImages;
  const letters = known.flatMap(([commands, names]) => (commands.test(command) ? names : []));
  return mentioned(
    namedValues(words, [...azureImages, ...letters]).map((slice) => afterPrefix(slice, "https://") ?? slice),
  );
}

/** What a command of a task runs, before its arguments; an alias or a name within the task's own registry is none. */
function imageOfTask(slice: WordSlice): readonly WordSlice[] {
  const [image = ""] = textOfSlice(slice).split(/\s/, 1);
  return /[/:]/.test(image) && !image.startsWith("$") ? [{ ...slice, to: slice.from + image.length }] : [];
}

/** Services of AWS with the options, and the fields in their structures, that hold an image. */
const amazonImages = new Map<string, readonly (readonly [option: string, field?: string])[]>([
  ["apprunner", [["--source-configuration", "ImageIdentifier"]]],
  [
    "batch",
    [
      ["--container-properties", "image"],
      ["--ecs-properties", "image"],
      ["--eks-properties", "image"],
      ["--node-properties", "image"],
    ],
  ],
  ["codebuild", [["--image-override"], ["--environment", "image"]]],
  [
    "ecs",
    [
      ["--container-definitions", "image"],
      ["--primary-container", "image"],
    ],
  ],
  [
    "emr-serverless",
    [
      ["--image-configuration", "imageUri"],
      ["--worker-type-specifications", "imageUri"],
    ],
  ],
  [
    "gamelift",
    [
      ["--game-server-container-definition", "ImageUri"],
      ["--support-container-definitions", "ImageUri"],
    ],
  ],
  ["lambda", [["--image-uri"], ["--code", "ImageUri"]]],
  ["lightsail", [["--containers", "image"]]],
  [
    "sagemaker",
    [
      ["--primary-container", "Image"],
      ["--containers", "Image"],
      ["--algorithm-specification", "TrainingImage"],
      ["--app-specification", "ImageUri"],
      ["--inference-specification", "Image"],
    ],
  ],
]);

/** Functions, services, jobs and models that run an image. */
function readAmazon(words: readonly WordValue[]): CommandImages {
  const [service] = commandsOf(words, aws);
  const options = amazonImages.get(service?.text ?? "") ?? [];
  const found = options.flatMap(([option, field]) =>
    namedValues(words, [option]).flatMap((slice) => (field === undefined ? [slice] : fieldValues(slice, field))),
  );
  // Images of CodeBuild itself are in no registry.
  return mentioned(found.filter((slice) => !textOfSlice(slice).startsWith("aws/codebuild/")));
}
