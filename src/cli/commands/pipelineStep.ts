import { openService } from "../../adapters/services/services.ts";
import { AppError } from "../../application/errors.ts";
import { keyNamed } from "../../application/signingKeys.ts";
import { parseReference, repositoryName } from "../../core/image/reference.ts";
import type { PipelineTool } from "../../core/sign/pipelineCommand.ts";
import { pipelineDialects, pipelineStep as writeStep } from "../../core/sign/pipelineStep.ts";
import { signingFormats } from "../../core/sign/scheme.ts";
import { exitCodes } from "../exitCodes.ts";
import type { Host } from "../host.ts";
import { formatOf, oneOf, parseOptions } from "../options.ts";
import { printJson } from "../output.ts";
import { readSigningWorkspace } from "../signSettings.ts";

const tools: readonly PipelineTool[] = ["countersign", "cosign", "notation", "vsign"];

/** `countersign pipeline-step DIALECT`: writes a step that signs what an earlier one has built, through a configured service. */
export async function pipelineStep(args: readonly string[], host: Host): Promise<number> {
  const { values, positionals } = parseOptions("pipeline-step", args, {
    image: { type: "string" },
    service: { type: "string" },
    key: { type: "string" },
    tool: { type: "string" },
    "signature-format": { type: "string" },
    format: { type: "string" },
  });
  const format = formatOf("pipeline-step", values.format, ["text", "json"]);
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw usage(`Name one pipeline: ${pipelineDialects.join(", ")}.`);
  const dialect = oneOf("pipeline-step", "The pipeline", name, pipelineDialects);
  const tool = oneOf("pipeline-step", "--tool", values.tool ?? "countersign", tools);
  const wanted =
    values["signature-format"] ??
    (tool === "notation" ? "notation-jws" : tool === "vsign" ? "cosign" : "sigstore-bundle");
  const signatureFormat = oneOf("pipeline-step", "--signature-format", wanted, signingFormats);
  const { image, service: serviceName, key: keyName } = values;
  if (image === undefined || serviceName === undefined || keyName === undefined)
    throw usage("Name the image with --image, the service with --service, and its key with --key.");
  const { value: reference, problems } = parseReference(image);
  if (reference === undefined) throw usage(problems[0]?.message ?? `'${image}' is no image reference.`);

  const { configuration } = await readSigningWorkspace({}, host);
  const pointer = configuration.services.find((each) => each.name === serviceName);
  const key = { name: keyName, needs: await needsOf(serviceName, keyName, configuration, host) };
  const service = pointer ?? { name: serviceName, type: "trial", url: "http://127.0.0.1", options: {} };
  const { value: text, problems: refused } = writeStep(
    dialect,
    { image: repositoryName(reference), service, key, format: signatureFormat },
    tool,
  );
  if (text === undefined) throw usage(refused.map(({ message }) => message).join(" "));
  if (format === "json") await printJson({ version: 1, pipeline: dialect, step: text }, host);
  else await host.output(text);
  return exitCodes.clean;
}

/** What the key asks for, where the service tells; a step can be written without having signed in. */
async function needsOf(
  service: string,
  key: string,
  configuration: Parameters<typeof openService>[1]["configuration"],
  host: Host,
): Promise<readonly ("justification" | "approval")[]> {
  const place = { environment: host.environment, platform: process.platform };
  const opened = await openService(service, { configuration, place, root: host.cwd });
  const listed = await opened.listKeys({ signal: host.signal }).catch(() => undefined);
  if (listed !== undefined)
    return keyNamed(listed, key, opened).needs.filter((need) => need === "justification" || need === "approval");
  host.error(`${service} was not asked what key '${key}' needs: add --justification or --wait where it does.\n`);
  return [];
}

function usage(message: string): AppError {
  return new AppError("usage", `${message} See 'countersign pipeline-step --help'.`);
}
