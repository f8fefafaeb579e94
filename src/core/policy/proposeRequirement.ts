import { readYaml } from "../document/yaml.ts";
import { entriesOf, mappingOf, valueAt } from "../document/yamlNode.ts";
import { createLineIndex } from "../image/span.ts";
import { parseReference, repositoryName } from "../image/reference.ts";
import type { PolicyRule } from "./policy.ts";
import type { ProposalRequest, Proposed } from "./proposeRule.ts";
import { readPolicy } from "./readPolicy.ts";
import type { PolicyFile } from "./policyFile.ts";

/**
 * Adds a scope for the image's repository to a containers policy (containers-policy.json), with the key as its only
 * requirement. The most specific scope decides alone, so that the signer is accepted there and nothing changes elsewhere.
 * Read again, the changed file must differ in this one scope, else nothing is proposed.
 */
export function proposeRequirement(file: PolicyFile, { reference, signer, format }: ProposalRequest): Proposed {
  const none = (why: string): Proposed => ({ kind: "none", why });
  const parsed = parseReference(reference).value;
  if (parsed === undefined) return none(`'${reference}' is no image reference.`);
  if (signer.kind !== "key")
    return none(`A containers policy needs the certificates of the identity's authority, which are not known here.`);
  if (format !== "cosign")
    return none("The tools that read a containers policy see signatures in cosign's first format only.");
  const repository = repositoryName(parsed);
  const [document] = readYaml(file.text.replaceAll("\t", " ")).documents;
  const docker = mappingOf(valueAt(document?.root, "transports", "docker"));
  if (docker === undefined) return none(`${file.path} has no scopes for registries ("docker").`);
  const scopes = entriesOf(docker);
  if (scopes.some(({ key }) => key.text === repository))
    return none(`${file.path} has requirements for ${repository} of its own, which a person must change.`);
  const requirement = {
    type: "sigstoreSigned",
    keyData: Buffer.from(signer.publicKey).toString("base64"),
    signedIdentity: { type: "matchRepository" },
  };
  const at = docker.span.start + 1;
  const [first] = scopes;
  const indent = first === undefined ? "" : indentOf(file.text, first.key.span.start);
  const line = file.text.includes("\r\n") ? "\r\n" : "\n";
  const lead = first === undefined || indent === undefined ? "" : `${line}${indent}`;
  const text = `${lead}${JSON.stringify(repository)}: [${JSON.stringify(requirement)}]${first === undefined ? "" : ","}`;
  const changed = `${file.text.slice(0, at)}${text}${file.text.slice(at)}`;
  const added = addedRules(readPolicy([file]).rules, readPolicy([{ ...file, text: changed }]).rules);
  const [rule, ...others] = added ?? [];
  const isAsMeant =
    rule?.authorities.length === 1 && rule.authorities[0]?.kind === "key" && rule.globs[0]?.glob === repository;
  if (!isAsMeant || others.length > 0) return none(`${file.path} is written in a way that cannot be added to.`);
  const edit = { file: file.path, span: { start: at, end: at }, text };
  return { kind: "proposal", proposal: { edit, rule: repository, covers: [repository], mode: "enforce" } };
}

/** The white space before a key that begins a line; undefined where something else stands before it. */
function indentOf(text: string, start: number): string | undefined {
  const lines = createLineIndex(text);
  const { line } = lines.positionAt(start);
  return /^([ \t]*)"?$/.exec(text.slice(lines.offsetAt({ line, column: 1 }), start))?.[1];
}

/** The rules that are new; undefined where one that was there is gone or says something else. */
function addedRules(before: readonly PolicyRule[], after: readonly PolicyRule[]): readonly PolicyRule[] | undefined {
  const told = (rule: PolicyRule): string =>
    JSON.stringify(rule, (key, value: unknown) => (key === "source" || key === "root" ? undefined : value));
  const known = new Set(before.map(told));
  const kept = after.filter((rule) => known.has(told(rule)));
  return kept.length === before.length ? after.filter((rule) => !known.has(told(rule))) : undefined;
}
