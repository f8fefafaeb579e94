import * as vscode from "vscode";
import type { RuleDraft } from "../core/policy/draftRule.ts";
import type { ProposalRequest, Proposed, ProposedSigner, RuleProposal } from "../core/policy/proposeRule.ts";
import { createLineIndex } from "../core/image/span.ts";
import { describeIssuer, printable } from "../core/report/words.ts";
import type { SignatureVerdict, Verdict } from "../core/verdict/verdict.ts";
import { readPublicKey } from "../core/x509/publicKey.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { openAt } from "./places.ts";
import { chooseImage } from "./targets.ts";
import type { ImageEntry } from "./tree/grouping.ts";
import type { PolicyFile } from "../core/policy/policyFile.ts";

/** Where a first policy goes: the place that the documentation uses. */
const newPolicyPath = "policy/images.yaml";
/** Public keys are small; a larger file is something else. */
const maximumKeySize = 64 * 1024;

/** The signature whose signer a person could come to trust: proven wrong by nothing, accepted by nobody. */
export function strangerOf(verdict: Verdict): SignatureVerdict | undefined {
  if (verdict.state !== "untrusted") return undefined;
  const signatures = verdict.signatures.filter(
    ({ purpose, signer }) => purpose === "signature" && signer !== undefined,
  );
  return signatures.find(({ valid }) => valid) ?? signatures[0];
}

/** Proposes the smallest change of a policy that makes it accept an image's signer; the person reviews the change. */
export async function trustSigner(extension: Extension, target: CommandTarget): Promise<void> {
  const image = await chooseImage(extension, target, "Trust the signer of an image");
  if (image === undefined) return;
  const verdict = image.status.kind === "judged" ? image.status.verdict : undefined;
  const signature = verdict === undefined ? undefined : strangerOf(verdict);
  if (verdict === undefined || signature?.signer === undefined) {
    const why = "Only a valid signature that no policy accepts has a signer to trust.";
    void vscode.window.showInformationMessage(`There is nobody to trust for ${image.name}. ${why}`);
    return;
  }
  const { identity, issuer } = signature.signer;
  const isIdentity = signature.signer.kind === "certificate" && signature.valid;
  const signer: ProposedSigner | undefined =
    isIdentity && identity !== undefined && issuer !== undefined
      ? { kind: "identity", issuer, subject: identity }
      : await chooseKey(image, signature);
  if (signer === undefined) return;
  await review(extension, verdict, { reference: image.reference, signer, format: signature.format }, image);
}

/** A key cannot be learned from its signature: whoever holds it must give its public half. */
async function chooseKey(image: ImageEntry, { signer }: SignatureVerdict): Promise<ProposedSigner | undefined> {
  const fingerprint = signer?.fingerprint;
  const detail = [
    signer?.kind === "certificate"
      ? "Its certificate names no identity with an issuer, so a policy can name its public key only."
      : "It is signed with a key, and a signature does not hold the public key.",
    "Get the public key (PEM) from whoever signs, over a way that you trust, not from the registry.",
    ...(fingerprint === undefined ? [] : [`It must have the SHA-256 fingerprint ${fingerprint}.`]),
  ].join("\n\n");
  const choose = "Choose the public key...";
  const options = { modal: true, detail };
  const chosen = await vscode.window.showInformationMessage(
    `To trust the signer of ${image.name}, its public key is needed.`,
    options,
    choose,
  );
  if (chosen !== choose) return undefined;
  const [uri] = (await vscode.window.showOpenDialog({ title: "Public key of the signer", openLabel: "Trust" })) ?? [];
  if (uri === undefined) return undefined;
  const { size } = await vscode.workspace.fs.stat(uri);
  const text = size > maximumKeySize ? "" : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const key = text.includes("-----BEGIN PUBLIC KEY-----") ? readPublicKey(text) : undefined;
  if (key === undefined) {
    void vscode.window.showErrorMessage(`${uri.path} holds no public key in PEM ("BEGIN PUBLIC KEY").`);
    return undefined;
  }
  if (fingerprint !== undefined && key.fingerprint !== fingerprint) {
    const found = `It has the fingerprint ${key.fingerprint.slice(0, 16)}..., not ${fingerprint.slice(0, 16)}...`;
    void vscode.window.showErrorMessage(`This is not the key that signed ${image.name}. ${found}`);
    return undefined;
  }
  return { kind: "key", publicKey: text };
}

async function review(
  extension: Extension,
  verdict: Verdict,
  request: ProposalRequest,
  image: ImageEntry,
): Promise<void> {
  const file = await policyFile(extension, verdict);
  const proposed = await propose(file, verdict, request);
  if (proposed.kind === "none") {
    const draft = await draftBeside(extension, verdict, request);
    const [show, open] = ["Show a rule", "Open the policy"];
    const shown = await vscode.window.showWarningMessage(
      `The signer of ${image.name} was not added: ${proposed.why} Add it by hand.`,
      ...(draft === undefined ? [open] : [show, open]),
    );
    if (shown === show && draft !== undefined) await showDraft(draft);
    else if (shown !== undefined && file.uri !== undefined) await openAt(file.uri);
    return;
  }
  const { proposal } = proposed;
  const name = nameOf(request.signer);
  const detail = consequences(proposal, request.signer, file.path);
  const confirm = "Review the change";
  const chosen = await vscode.window.showInformationMessage(`Trust ${name}?`, { modal: true, detail }, confirm);
  if (chosen !== confirm || file.uri === undefined) return;
  const edit = new vscode.WorkspaceEdit();
  const metadata: vscode.WorkspaceEditEntryMetadata = {
    needsConfirmation: true,
    label: `Trust ${name}`,
    description: `for ${proposal.covers.map(printable).join(", ")}`,
    iconPath: new vscode.ThemeIcon("verified"),
  };
  if (file.exists) {
    const { line, column } = createLineIndex(file.text).positionAt(proposal.edit.span.start);
    edit.insert(file.uri, new vscode.Position(line - 1, column - 1), proposal.edit.text, metadata);
  } else {
    const contents = new TextEncoder().encode(proposal.edit.text);
    edit.createFile(file.uri, { contents, ignoreIfExists: false }, metadata);
  }
  await vscode.workspace.applyEdit(edit, { isRefactoring: true });
}

/** A rule of its own in the format of the policy that decided, for policies that nothing can be added to. */
async function draftBeside(
  { model }: Extension,
  { decidedBy, signatures }: Verdict,
  request: ProposalRequest,
): Promise<RuleDraft | undefined> {
  const { dialectOfRule, draftRule } = await import("../core/policy/draftRule.ts");
  const rule = model.rulebook.policy.rules.find(
    ({ name, source }) =>
      name === decidedBy?.rule && source.file === decidedBy.policy && source.line === decidedBy.line,
  );
  if (rule === undefined) return undefined;
  const logged = signatures.some(
    ({ format, provenBy }) => format === request.format && provenBy === "transparency-log",
  );
  const drafted = draftRule(dialectOfRule(rule), { ...request, logged });
  return drafted.kind === "draft" ? drafted.draft : undefined;
}

/** Opens a draft that no file holds yet; what accepting it means stands above it where the format has comments. */
async function showDraft({ files, meaning }: RuleDraft): Promise<void> {
  for (const { path, text } of files) {
    const isYaml = /\.ya?ml$/u.test(path);
    const remarks = isYaml ? meaning.map((sentence) => `# ${printable(sentence)}\n`).join("") : "";
    const language = isYaml ? "yaml" : path.endsWith(".json") ? "json" : "plaintext";
    const document = await vscode.workspace.openTextDocument({ language, content: remarks + text });
    await vscode.window.showTextDocument(document, { preview: false });
  }
}

/** What accepting means, in full: a person decides about more than the image that they looked at. */
function consequences({ covers, rule, mode }: RuleProposal, signer: ProposedSigner, path: string): string {
  const who =
    signer.kind === "identity"
      ? `Whoever ${describeIssuer(signer.issuer)} knows as ${printable(signer.subject)}`
      : "Whoever holds this key";
  const images = covers.map((glob) => printable(glob)).join(", ");
  const weight =
    mode === "enforce"
      ? "The policy is enforced: a cluster that uses it lets these images run."
      : "The policy only warns.";
  return [
    `${who} may then sign every image that policy ${printable(rule)} covers: ${images}.`,
    weight,
    `${path} is changed only once you have looked at the change, ticked it and applied it.`,
  ].join("\n\n");
}

function nameOf(signer: ProposedSigner): string {
  return signer.kind === "key"
    ? `the key ${readPublicKey(signer.publicKey)?.fingerprint.slice(0, 12) ?? ""}`
    : `${printable(signer.subject)} (${describeIssuer(signer.issuer)})`;
}

interface TargetFile extends PolicyFile {
  readonly uri: vscode.Uri | undefined;
  readonly exists: boolean;
}

/** The file that decided; where no policy covers the image, the first that states one, or a new one. */
async function policyFile({ files, model }: Extension, verdict: Verdict): Promise<TargetFile> {
  const [first] = model.rulebook.policy.rules.filter(
    ({ coverage, source }) => coverage === undefined && /\.ya?ml$/u.test(source.file),
  );
  const path = verdict.decidedBy?.policy ?? first?.source.file ?? newPolicyPath;
  const uri = files.uriOf(path);
  // What is open counts, saved or not: the change must fit the text that it is shown in.
  const open = vscode.workspace.textDocuments.find((each) => !each.isClosed && each.uri.toString() === uri?.toString());
  const text = open?.getText() ?? (await files.read(path, { signal: AbortSignal.timeout(10_000) }));
  return { path, uri, text: text ?? "", exists: text !== undefined };
}

async function propose(file: TargetFile, verdict: Verdict, request: ProposalRequest): Promise<Proposed> {
  const { proposeAuthority, proposePolicy } = await import("../core/policy/proposeRule.ts");
  if (file.uri === undefined) return { kind: "none", why: `${file.path} is not in this workspace.` };
  if (verdict.decidedBy === undefined) return proposePolicy(file, request);
  return proposeAuthority(file, verdict.decidedBy.line, request);
}
