import type { YamlNode } from "../document/yamlNode.ts";
import { readAwsKmsOptions } from "./awsKmsOptions.ts";
import { readCloudKmsOptions } from "./cloudKmsOptions.ts";
import type { ConfigurationReader } from "./configurationReader.ts";
import { urlProblem } from "./configurationValue.ts";
import { readCscOptions } from "./cscOptions.ts";
import { readKeyVaultOptions } from "./keyVaultOptions.ts";
import { pluginTypes, readPluginOptions } from "./pluginOptions.ts";
import { readSignServerOptions } from "./signServerOptions.ts";
import { readSigstoreOptions } from "./sigstoreOptions.ts";
import { readVaultOptions } from "./vaultOptions.ts";
import { readVenafiOptions } from "./venafiOptions.ts";

/** A signing service: which adapter speaks to it, and where. Its credentials are kept elsewhere, by origin. */
export interface ServicePointer {
  readonly name: string;
  readonly type: string;
  /** Empty for a program on this machine. */
  readonly url: string;
  /** What the adapter of this type needs beyond that, as text. */
  readonly options: Readonly<Record<string, string>>;
}

/** By type of service. */
const optionReaders = new Map<string, (options: ServicePointer["options"]) => { readonly wrong: readonly string[] }>([
  ["aws-kms", readAwsKmsOptions],
  ["azure-key-vault", readKeyVaultOptions],
  ["csc", readCscOptions],
  ["google-cloud-kms", readCloudKmsOptions],
  ["signserver", readSignServerOptions],
  ...pluginTypes.map(
    (type) => [type, (options: ServicePointer["options"]) => readPluginOptions(type, options)] as const,
  ),
  ["sigstore", readSigstoreOptions],
  ["venafi", readVenafiOptions],
  ["vault", readVaultOptions],
]);

/** Reads the list of signing services; one that is wrong is left out and said. */
export function readServices(node: YamlNode | undefined, reader: ConfigurationReader): readonly ServicePointer[] {
  const services: ServicePointer[] = [];
  for (const item of reader.items(node, "services")) {
    const fields = reader.fields(item, "a service", ["name", "type", "url", "options"]);
    const name = reader.required(fields, "name", item);
    const type = reader.required(fields, "type", item);
    const isProgram = pluginTypes.some((each) => each === type?.text);
    const url = isProgram ? undefined : reader.required(fields, "url", item);
    const options = reader.texts(fields.get("options"), "options");
    if (name === undefined || type === undefined || (url === undefined && !isProgram)) continue;
    if (isProgram && fields.has("url"))
      reader.invalid(`The service '${name.text}' is a program on this machine, which has no URL.`, item.span);
    const read = optionReaders.get(type.text);
    for (const message of read?.(options).wrong ?? []) reader.invalid(message, (fields.get("options") ?? item).span);
    const problem = url === undefined ? undefined : urlProblem(url.text);
    if (url !== undefined && problem !== undefined) {
      if (problem.kind === "secret") reader.secret(url.span);
      else reader.invalid(`The URL of the service '${name.text}' ${problem.why}.`, url.span);
    } else if (services.some((service) => service.name === name.text))
      reader.invalid(`There are two services named '${name.text}'.`, name.span);
    else services.push({ name: name.text, type: type.text, url: url?.text ?? "", options });
  }
  return services;
}
