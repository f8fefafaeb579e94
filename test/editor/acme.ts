// A workspace whose signing service is a Venafi service of the trial that asks for a sign-in.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTrialEngine, type TrialEngine } from "../../src/trial/service/engine.ts";
import { startTrialVenafi, type TrialVenafi } from "../../src/trial/venafi/startTrialVenafi.ts";

export interface AcmeWorkspace {
  readonly folder: string;
  /** Environment of the editor that keeps its state apart. */
  readonly env: Readonly<Record<string, string>>;
  readonly engine: TrialEngine;
  readonly venafi: TrialVenafi;
  stop(): Promise<void>;
}

/** Starts the service, named `acme` in the workspace's configuration, with the keys of the engine. */
export async function startAcme(engine: TrialEngine = createTrialEngine()): Promise<AcmeWorkspace> {
  const place = mkdtempSync(join(tmpdir(), "countersign-acme-"));
  const folder = join(place, "shop");
  const venafi = await startTrialVenafi(engine);
  mkdirSync(folder);
  writeFileSync(join(folder, "acme-ca.pem"), venafi.root);
  const service = `  - name: acme\n    type: venafi\n    url: ${venafi.url}\n    options:\n      caFile: acme-ca.pem\n`;
  writeFileSync(join(folder, ".countersign.yaml"), `version: 1\nservices:\n${service}`);
  return {
    folder,
    env: { COUNTERSIGN_STATE_DIR: join(place, "state") },
    engine,
    venafi,
    async stop() {
      await venafi.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
