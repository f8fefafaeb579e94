import { mayNameImages } from "../shell/imageCommands.ts";
import { shebangIsShell } from "../shell/shellInterpreter.ts";
import { readUnit } from "./butane.ts";
import { readCloudInit } from "./cloudInit.ts";
import { isCloudConfig } from "./detectTool.ts";
import type { Document } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { readScriptLines } from "./pipelineScript.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { itemsOf, scalarOf, type YamlMapping, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Commands around the start of a node's components (Cluster API: kubeadm, RKE2, K3s, k0s), each a line of a shell. */
const commandKey = /^(?:pre|post)[A-Z]\w*Commands$/;

/** Whether a key of a resource holds what a machine runs when it starts. */
export function isSetupKey(key: string): boolean {
  return key === "userData" || commandKey.test(key);
}

/** Reads what machines run when they start: the data that cloud-init is given (KubeVirt, Karpenter), or commands. */
export function readSetup(node: YamlNode, reading: ResourceReading): void {
  const data = scalarOf(node);
  if (data === undefined) {
    addCommands(
      itemsOf(node).flatMap((line) => scalarOf(line) ?? []),
      reading,
    );
    return;
  }
  if (!mayNameImages(data.text)) return;
  if (isCloudConfig(data.text)) place(readCloudInit(data.text, reading.path), data, reading);
  else if (shebangIsShell(data.text.trimStart()) === true) addCommands([data], reading);
}

/** Reads a unit of systemd that a machine is given (Ignition, `systemd.units`), with what is dropped in beside it. */
export function readMachineUnit(unit: YamlMapping, { text, inner }: ResourceReading): void {
  inner.push(...readUnit(unit, text, ["contents", "dropins"]));
}

function addCommands(lines: readonly YamlScalar[], { text, path, inner }: ResourceReading): void {
  if (!lines.some((line) => mayNameImages(line.text))) return;
  const { commands } = readScriptLines(text, lines);
  inner.push({ path, dialect: "kubernetes", text, images: [], commands, jobs: [], problems: [] });
}

function place(document: Document, scalar: YamlScalar, { text, inner }: ResourceReading): void {
  inner.push(placeDocument(document, scalar, text));
}
