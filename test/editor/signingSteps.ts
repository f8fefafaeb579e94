// Steps that several journeys through signing begin with.
import { sendToService } from "../../src/adapters/services/serviceRequest.ts";
import type { AcmeWorkspace } from "./acme.ts";
import type { Workbench } from "./workbench.ts";

/** Chooses "Sign file..." for a file of the explorer, and waits until its keys are listed. */
export async function signFileInExplorer(workbench: Workbench, name: string, key: string): Promise<void> {
  const { page, quickInput } = workbench;
  await workbench.openViewContainer("Countersign");
  await workbench.treeItem("Signing", key).waitFor();
  await workbench.openViewContainer("Explorer");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().click({ button: "right" });
  const action = page.locator(".monaco-menu .action-label", { hasText: "Sign file..." });
  // A menu that has just opened takes no click yet.
  await action.hover();
  await page.waitForTimeout(500);
  await action.click();
  await workbench.quickPickTitle(`Sign ${name} (1/2)`);
  await quickInput.locator(".monaco-list-row", { hasText: key }).first().waitFor();
}

/** Asks for a signature of `shop/cart`, which is not signed, by the key that needs an approval. */
export async function requestSignature(workbench: Workbench, justification: string): Promise<void> {
  const { page, quickInput } = workbench;
  await (await workbench.codeLens("Not signed")).locator("a", { hasText: "Sign" }).last().click();
  await workbench.quickPickTitle("shop/cart");
  await workbench.pick("release");
  await quickInput.locator(".monaco-list-row", { hasText: "as policy shop asks" }).waitFor();
  await page.keyboard.press("Enter");
  await workbench.quickPickTitle("(4/5)");
  await workbench.answer(justification);
  await quickInput.locator(".monaco-list-row", { hasText: "Request the signature" }).first().waitFor();
  await page.keyboard.press("Enter");
}

/** Signs an image by keyboard alone with the key that needs nothing. */
export async function signAtOnce(workbench: Workbench, image: string): Promise<void> {
  const { page, quickInput } = workbench;
  // Everything has been read and verified then.
  await workbench.openFile("compose.yaml");
  await workbench.codeLens("Invalid signature");
  await workbench.runCommand("Countersign: Sign image...");
  await workbench.quickPickTitle("Sign an image");
  await quickInput.locator(".monaco-list-row", { hasText: image }).first().waitFor();
  await quickInput.locator("input").pressSequentially(image.slice(image.indexOf("/") + 1));
  await page.keyboard.press("Enter");
  await workbench.quickPickTitle(image);
  await workbench.pick("dev");
  await quickInput.locator(".monaco-list-row", { hasText: "Sigstore bundle" }).first().waitFor();
  await page.keyboard.press("Enter");
  await quickInput.locator(".monaco-list-row", { hasText: "Digest" }).first().waitFor();
  await page.keyboard.press("Enter");
}

/** Answers the questions of a sign-in to the service `acme` with a token that it has just given out. */
export async function giveToken(
  workbench: Workbench,
  { venafi, engine }: Pick<AcmeWorkspace, "venafi" | "engine">,
): Promise<void> {
  const credentials = { username: "dev", password: engine.secrets.dev };
  const body = { client_id: "vsign-sdk", scope: "codesignclient;codesign;certificate:manage,discover", ...credentials };
  const url = `${venafi.url}/vedauth/authorize/oauth`;
  const tls = { authorities: venafi.root };
  const request = { method: "POST", url, body, tls, timeoutMs: 10_000, action: "get a token" } as const;
  const { body: answer } = await sendToService(request, { signal: AbortSignal.timeout(10_000) });
  const token = JSON.parse(JSON.stringify(answer)).access_token;
  await workbench.quickPickTitle("Sign in to acme at https://127.0.0.1");
  await workbench.pick("Access token");
  await workbench.quickInput.locator("input[type=password]").waitFor();
  await workbench.answer(token);
}
