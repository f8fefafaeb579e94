// Steps that several journeys through signing begin with.
import { sendToService } from "../../src/adapters/services/serviceRequest.ts";
import type { TrialEngine } from "../../src/trial/service/engine.ts";
import type { TrialVenafi } from "../../src/trial/venafi/startTrialVenafi.ts";
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

/** Answers the questions of a sign-in to the service `acme` with a token that it has just given out. */
export async function giveToken(workbench: Workbench, venafi: TrialVenafi, engine: TrialEngine): Promise<void> {
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
