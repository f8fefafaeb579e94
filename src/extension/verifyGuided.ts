import * as vscode from "vscode";
import { formatReference, parseReference, type ImageReference } from "../core/image/reference.ts";
import { commandLinePolicy } from "../core/policy/commandLinePolicy.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import { count, stateWord } from "../core/report/words.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import { signalOf } from "./cancellation.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { showVerdict } from "./details.ts";
import { markOf } from "./marks.ts";
import { imageItem, worstFirst } from "./targets.ts";
import { typedReference } from "./signing/imageStep.ts";
import { ask, mapAnswer, pick, walk, type Answer, type Choice, type StepCount } from "./signing/wizard.ts";

/** Whom a person wants an image to be signed by. */
type Against = "policies" | "key" | "identity";

/** What has been answered so far; going back keeps the later answers as suggestions. */
interface Draft {
  readonly reference?: ImageReference;
  readonly against: Against;
  readonly identity: string;
  readonly issuer: string;
}

type StepName = "image" | "against" | "identity" | "issuer";

/** What a rule is called that stands in no file. */
const named = "this verification";

/** Largest file that is read as a public key, in bytes. */
const maximumKeyFile = 64 * 1024;

/** Guided verification: which image, trusted by what; then the verdict with every step that led to it. */
export async function verifyGuided(extension: Extension, target: CommandTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const draft = await settle(extension, target);
  if (draft?.reference === undefined) return;
  const { reference } = draft;
  const policy = await policyFor(extension, draft);
  if (policy === undefined) return;
  const name = formatReference(reference);
  const verdict = await judgeNow(extension, reference, policy);
  if (verdict === undefined) return;
  extension.log.decision(verdict);
  if (draft.against === "policies" && extension.model.images().some((image) => image.reference === name))
    extension.verification.accept(verdict);
  const { icon } = markOf({ kind: "judged", verdict });
  vscode.window.setStatusBarMessage(`$(${icon}) ${stateWord(verdict.state)}: ${name}`, 10_000);
  await showVerdict(extension, verdict);
}

async function settle(extension: Extension, target: CommandTarget): Promise<Draft | undefined> {
  const given = target.reference === undefined ? undefined : parseReference(target.reference).value;
  const start: Draft = {
    against: "policies",
    identity: "",
    issuer: "https://token.actions.githubusercontent.com",
    ...(given === undefined ? {} : { reference: given }),
  };
  return await walk(given === undefined ? "image" : "against", start, stepsOf, (step, draft, count) =>
    stepFor(step, extension, draft, count),
  );
}

function stepsOf({ against }: Draft): readonly StepName[] {
  return against === "identity" ? ["image", "against", "identity", "issuer"] : ["image", "against"];
}

async function stepFor(step: StepName, extension: Extension, draft: Draft, count: StepCount): Promise<Answer<Draft>> {
  const subject = draft.reference === undefined || step === "image" ? "an image" : formatReference(draft.reference);
  const place = { ...count, title: `Verify ${subject}` };
  switch (step) {
    case "image": {
      const items = extension.model.whenReady().then(() =>
        worstFirst(extension.model.images()).flatMap((image): Choice<ImageReference>[] => {
          const value = parseReference(image.reference).value;
          return value === undefined ? [] : [{ ...imageItem(image, extension.now()), value }];
        }),
      );
      const placeholder = "Which image? Choose one of this workspace, or type a reference";
      const answer = await pick<ImageReference>({
        ...place,
        placeholder,
        items,
        typed: typedReference,
        keyOf: formatReference,
      });
      return mapAnswer(answer, (reference) => ({ ...draft, reference }));
    }
    case "against": {
      const items = againstItems(extension);
      const active = (value: Against): boolean => value === draft.against;
      const answer = await pick<Against>({ ...place, placeholder: "Signed by whom?", items, active });
      return mapAnswer(answer, (against) => ({ ...draft, against }));
    }
    case "identity": {
      const prompt = "Identity in the certificate, exactly: a workflow's address or an e-mail address";
      const answer = await ask({ ...place, prompt, value: draft.identity, validate: required });
      return mapAnswer(answer, (identity) => ({ ...draft, identity }));
    }
    case "issuer": {
      const prompt = "Issuer of the identity, exactly: the address of the identity provider";
      const answer = await ask({ ...place, prompt, value: draft.issuer, validate: required });
      return mapAnswer(answer, (issuer) => ({ ...draft, issuer }));
    }
  }
}

function againstItems(extension: Extension): readonly Choice<Against>[] {
  const rules = extension.model.rulebook.policy.rules.length;
  const policies = rules === 0 ? "none found: the answer can only be who signed" : count(rules, "rule");
  return [
    { label: "$(law) The policies of this workspace", description: policies, value: "policies" },
    { label: "$(key) A public key...", description: "from a PEM file", value: "key" },
    {
      label: "$(account) A certificate identity...",
      description: "a workflow or a person, and its issuer",
      value: "identity",
    },
  ];
}

/** Undefined where the person chose no key file. */
async function policyFor(extension: Extension, { against, identity, issuer }: Draft): Promise<TrustPolicy | undefined> {
  switch (against) {
    case "policies":
      return extension.model.rulebook.policy;
    case "identity":
      return commandLinePolicy({ certificateIdentity: identity, certificateOidcIssuer: issuer, named });
    case "key": {
      const options = {
        title: "Public key",
        openLabel: "Verify with this key",
        filters: { Keys: ["pem", "pub", "key"], All: ["*"] },
      };
      const [file] = (await vscode.window.showOpenDialog(options)) ?? [];
      if (file === undefined) return undefined;
      const { size } = await vscode.workspace.fs.stat(file);
      const bytes = size > maximumKeyFile ? new Uint8Array() : await vscode.workspace.fs.readFile(file);
      const name = file.path.slice(file.path.lastIndexOf("/") + 1);
      return commandLinePolicy({ keys: [{ file: name, pem: new TextDecoder().decode(bytes) }], named });
    }
  }
}

async function judgeNow(
  extension: Extension,
  reference: ImageReference,
  policy: TrustPolicy,
): Promise<Verdict | undefined> {
  const name = formatReference(reference);
  const options = { location: vscode.ProgressLocation.Notification, title: `Verifying ${name}`, cancellable: true };
  return await vscode.window.withProgress(options, async (_progress, token) => {
    const { verifyImages } = await import("../application/verifyImages.ts");
    const [ports, material] = await Promise.all([extension.connections.collecting(), extension.material()]);
    const signal = signalOf(token);
    const verdicts = await verifyImages(ports, [reference], policy, material, { signal });
    return signal.aborted ? undefined : verdicts.get(name);
  });
}

function required(text: string): string | undefined {
  return text.trim() === "" ? "It is compared exactly, so it cannot be empty." : undefined;
}
