// Steps that several journeys through signing begin with.
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
