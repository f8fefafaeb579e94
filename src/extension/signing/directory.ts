import * as vscode from "vscode";
import type { Secrets } from "../../application/ports.ts";
import type { Logbook } from "../log.ts";
import type { Model } from "../model.ts";
import type { ServiceDirectory } from "./signingState.ts";

/** Finds the services that the configuration names, and the trial where it runs. */
export function createServiceDirectory({
  model,
  log,
  secrets,
}: {
  readonly model: Model;
  readonly log: Logbook;
  readonly secrets: Secrets;
}): ServiceDirectory {
  return {
    async list(person) {
      // Before the configuration is read, it names no service.
      await model.whenReady();
      const { openServices } = await import("../../adapters/services/services.ts");
      const place = { environment: process.env, platform: process.platform };
      const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
      const failures: { readonly name: string; readonly message: string }[] = [];
      const services = await openServices(
        {
          configuration: model.rulebook.configuration,
          place,
          secrets,
          ...(person === undefined ? {} : { person }),
          ...(root === undefined ? {} : { root }),
        },
        (name, { message }) => {
          failures.push({ name, message });
          log.warn(`${name}: ${message}`);
        },
      );
      return { services, failures };
    },
  };
}
