import { readYaml } from "../document/yaml.ts";
import {
  entriesOf,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  type YamlNode,
  type YamlScalar,
} from "../document/yamlNode.ts";
import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Parsed, Problem } from "../problem.ts";
import type { Suppression } from "../rules/suppressions.ts";
import { isSecretName, pathProblem, urlProblem } from "./configurationValue.ts";
import { readAwsKmsOptions } from "./awsKmsOptions.ts";
import { readCloudKmsOptions } from "./cloudKmsOptions.ts";
import { readCscOptions } from "./cscOptions.ts";
import { readKeyVaultOptions } from "./keyVaultOptions.ts";
import { readSignServerOptions } from "./signServerOptions.ts";
import { isObjectIdentifier } from "../x509/timestampRequest.ts";
import { pluginTypes, readPluginOptions } from "./pluginOptions.ts";
import { readSigstoreOptions } from "./sigstoreOptions.ts";
import { readVaultOptions } from "./vaultOptions.ts";
import { readVenafiOptions } from "./venafiOptions.ts";

/** Where a workspace keeps its configuration. */
export const configurationPath = ".countersign.yaml";

/** A Sigstore trusted root file, under the name that policies use for it. */
interface TrustedRootPointer {
  readonly name: string;
  readonly file: string;
  /** Whether authorities without a root of their own are judged by it. */
  readonly isDefault: boolean;
}

/** A signing service: which adapter speaks to it, and where. Its credentials are kept elsewhere, by origin. */
export interface ServicePointer {
  readonly name: string;
  readonly type: string;
  /** Empty for a program on this machine. */
  readonly url: string;
  /** What the adapter of this type needs beyond that, as text. */
  readonly options: Readonly<Record<string, string>>;
}

/** The organisation's time-stamp authority (RFC 3161). */
interface TimeStampAuthorityPointer {
  readonly url: string;
  /** File of the certificates, PEM, that its own must lead to. */
  readonly certificates: string;
  /** Object identifier of the policy to stamp under. */
  readonly policy?: string;
}

/** What `.countersign.yaml` says: pointers only. Paths are workspace-relative with forward slashes. */
export interface Configuration {
  /** Paths and globs of policy files; absent: policies are looked for everywhere. */
  readonly policies?: readonly string[];
  readonly trustedRoots: readonly TrustedRootPointer[];
  readonly services: readonly ServicePointer[];
  /** Stamps what is signed; nobody without it. */
  readonly timeStampAuthority?: TimeStampAuthorityPointer;
  readonly suppressions: readonly Suppression[];
}

/** The configuration of a workspace that has none. */
export const emptyConfiguration: Configuration = { trustedRoots: [], services: [], suppressions: [] };

/**
 * Reads `.countersign.yaml`, version 1. An entry that is wrong is left out and said; a file that is no valid YAML, or
 * of another version, gives no value. Problems: `configuration-invalid`, `configuration-unknown-field`,
 * `configuration-holds-secret`, and those of `readYaml`.
 */
export function parseConfiguration(text: string, path: string): Parsed<Configuration> {
  const plain = withoutByteOrderMark(text);
  const stream = readYaml(plain);
  const root = stream.documents[0]?.root;
  if (stream.problems.length > 0)
    return { value: undefined, problems: stream.problems.map((problem) => ({ ...problem, file: path })) };
  const reader = createReader(path);
  const whole = root?.span ?? { start: 0, end: 0 };
  if (stream.documents.length > 1) reader.invalid("The configuration must be a single YAML document.", whole);
  const fields = reader.fields(root, "the configuration", [
    "version",
    "policies",
    "trustedRoots",
    "services",
    "timeStampAuthority",
    "suppressions",
  ]);
  const version = fields.get("version");
  if (textOf(version) !== "1") {
    const found = version === undefined ? "It has none" : `It has '${textOf(version) ?? ""}'`;
    reader.invalid(`The configuration must have 'version: 1'. ${found}.`, version?.span ?? whole);
    return { value: undefined, problems: reader.problems };
  }
  const policies = fields.get("policies");
  const timeStampAuthority = readTimeStampAuthority(fields.get("timeStampAuthority"), reader);
  return {
    value: {
      ...(policies === undefined ? {} : { policies: reader.paths(policies, "policies") }),
      trustedRoots: readTrustedRoots(fields.get("trustedRoots"), reader),
      services: readServices(fields.get("services"), reader),
      ...(timeStampAuthority === undefined ? {} : { timeStampAuthority }),
      suppressions: reader.items(fields.get("suppressions"), "suppressions").flatMap((item) => {
        const suppression = readSuppression(item, reader);
        return suppression === undefined ? [] : [suppression];
      }),
    },
    problems: reader.problems,
  };
}

function readTrustedRoots(node: YamlNode | undefined, reader: Reader): readonly TrustedRootPointer[] {
  const roots: TrustedRootPointer[] = [];
  for (const item of reader.items(node, "trustedRoots")) {
    const fields = reader.fields(item, "a trusted root", ["name", "file", "default"]);
    const name = reader.required(fields, "name", item);
    const file = reader.required(fields, "file", item);
    const isDefault = reader.flag(fields.get("default"));
    if (name === undefined || file === undefined || !reader.isPath(file)) continue;
    if (roots.some((root) => root.name === name.text))
      reader.invalid(`There are two trusted roots named '${name.text}'.`, name.span);
    else if (isDefault && roots.some((root) => root.isDefault))
      reader.invalid("Only one trusted root can be the default.", item.span);
    else roots.push({ name: name.text, file: file.text, isDefault });
  }
  return roots;
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

function readServices(node: YamlNode | undefined, reader: Reader): readonly ServicePointer[] {
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

/** Its answers are signed, so that it may be asked without TLS, as most are. */
function readTimeStampAuthority(node: YamlNode | undefined, reader: Reader): TimeStampAuthorityPointer | undefined {
  if (node === undefined) return undefined;
  const fields = reader.fields(node, "the time-stamp authority", ["url", "certificates", "policy"]);
  const url = reader.required(fields, "url", node);
  const file = reader.required(fields, "certificates", node);
  const policy = textOf(fields.get("policy"));
  if (url === undefined || file === undefined || !reader.isPath(file)) return undefined;
  const problem = urlProblem(url.text.replace(/^http:/i, "https:"));
  if (problem !== undefined) {
    if (problem.kind === "secret") reader.secret(url.span);
    else reader.invalid(`The URL of the time-stamp authority ${problem.why}.`, url.span);
    return undefined;
  }
  if (fields.get("policy") !== undefined && (policy === undefined || !isObjectIdentifier(policy))) {
    reader.invalid("The policy of the time-stamp authority is no object identifier.", node.span);
    return undefined;
  }
  return {
    url: url.text,
    certificates: file.text,
    ...(policy === undefined ? {} : { policy }),
  };
}

function readSuppression(item: YamlNode, reader: Reader): Suppression | undefined {
  const fields = reader.fields(item, "a suppression", ["rule", "files", "images", "reason", "owner", "expires"]);
  const [rule, reason, owner, expires] = (["rule", "reason", "owner", "expires"] as const).map((name) =>
    reader.required(fields, name, item),
  );
  const files = fields.get("files");
  const images = fields.get("images");
  const paths = files === undefined ? undefined : reader.paths(files, "files");
  const names = images === undefined ? undefined : reader.list(images, "images").map(({ text }) => text);
  if (rule === undefined || reason === undefined || owner === undefined || expires === undefined) return undefined;
  if (!isDate(expires.text)) {
    reader.invalid(`'expires' must be a date such as 2027-01-31, not '${expires.text.slice(0, 40)}'.`, expires.span);
    return undefined;
  }
  // A list of places that came out empty must not turn into "everywhere".
  if (paths?.length === 0 || names?.length === 0) {
    reader.invalid("A suppression with 'files' or 'images' must name at least one.", item.span);
    return undefined;
  }
  return {
    rule: rule.text,
    ...(paths === undefined ? {} : { files: paths }),
    ...(names === undefined ? {} : { images: names }),
    reason: reason.text,
    owner: owner.text,
    expires: expires.text,
  };
}

/** RFC 3339, full-date, of a day that exists. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

interface Reader {
  readonly problems: readonly Problem[];
  invalid(message: string, span: Span): void;
  secret(span: Span): void;
  fields(node: YamlNode | undefined, where: string, known: readonly string[]): ReadonlyMap<string, YamlNode>;
  required(fields: ReadonlyMap<string, YamlNode>, name: string, parent: YamlNode): YamlScalar | undefined;
  items(node: YamlNode | undefined, where: string): readonly YamlNode[];
  list(node: YamlNode, where: string): readonly YamlScalar[];
  paths(node: YamlNode, where: string): readonly string[];
  texts(node: YamlNode | undefined, where: string): Readonly<Record<string, string>>;
  isPath(scalar: YamlScalar): boolean;
  flag(node: YamlNode | undefined): boolean;
}

function createReader(file: string): Reader {
  const problems: Problem[] = [];
  const reader: Reader = {
    problems,
    invalid(message, span) {
      problems.push({ code: "configuration-invalid", message, file, span });
    },
    secret(span) {
      problems.push({
        code: "configuration-holds-secret",
        message:
          "Secrets must not stand in this file and are not read from it: the editor asks for them and keeps them in its " +
          "secret storage; the command line takes them from the environment.",
        file,
        span,
      });
    },
    fields(node, where, known) {
      const fields = new Map<string, YamlNode>();
      if (node === undefined || mappingOf(node) === undefined) {
        reader.invalid(`'${where}' must be a mapping.`, node?.span ?? { start: 0, end: 0 });
        return fields;
      }
      for (const { key, value } of entriesOf(node)) {
        if (known.includes(key.text)) fields.set(key.text, value);
        else if (isSecretName(key.text)) reader.secret(key.span);
        else {
          const message = `'${key.text.slice(0, 60)}' is not a known field of ${where}.`;
          problems.push({ code: "configuration-unknown-field", message, file, span: key.span });
        }
      }
      return fields;
    },
    required(fields, name, parent) {
      const scalar = scalarOf(fields.get(name));
      if (scalar !== undefined && scalar.text.trim() !== "") return scalar;
      reader.invalid(`'${name}' is required here.`, fields.get(name)?.span ?? parent.span);
      return undefined;
    },
    items(node, where) {
      if (node === undefined) return [];
      const items = itemsOf(node);
      if (items.length === 0 && scalarOf(node) !== undefined) reader.invalid(`'${where}' must be a list.`, node.span);
      if (mappingOf(node) !== undefined) reader.invalid(`'${where}' must be a list.`, node.span);
      return items;
    },
    list(node, where) {
      return reader.items(node, where).flatMap((item) => {
        const scalar = scalarOf(item);
        if (scalar === undefined || scalar.text === "")
          reader.invalid(`Each entry of '${where}' must be text.`, item.span);
        return scalar === undefined || scalar.text === "" ? [] : [scalar];
      });
    },
    paths(node, where) {
      return reader.list(node, where).flatMap((scalar) => (reader.isPath(scalar) ? [scalar.text] : []));
    },
    texts(node, where) {
      const texts = new Map<string, string>();
      for (const { key, value } of entriesOf(node)) {
        const text = textOf(value);
        if (isSecretName(key.text)) reader.secret(key.span);
        else if (text === undefined) reader.invalid(`'${key.text}' in '${where}' must be text.`, value.span);
        else if (text.includes("PRIVATE KEY-----")) reader.secret(value.span);
        else texts.set(key.text, text);
      }
      return Object.fromEntries(texts);
    },
    isPath(scalar) {
      const why = pathProblem(scalar.text);
      if (why !== undefined) reader.invalid(`The path '${scalar.text.slice(0, 80)}' ${why}.`, scalar.span);
      return why === undefined;
    },
    flag(node) {
      const text = textOf(node);
      if (node !== undefined && text !== "true" && text !== "false")
        reader.invalid("This must be true or false.", node.span);
      return text === "true";
    },
  };
  return reader;
}
