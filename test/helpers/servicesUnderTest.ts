import { createTrialService } from "../../src/adapters/services/trial.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { createTrialEngine } from "../../src/trial/service/engine.ts";
import { startTrialService } from "../../src/trial/service/startTrialService.ts";
import { startVaultScene, vaultKeys } from "./vaultScene.ts";
import { startVenafiScene } from "./venafiScene.ts";

/** A service with a key of each kind, spoken to by its own protocol. */
export interface ServiceUnderTest {
  readonly service: SigningService;
  /** PEM. */
  readonly root: string;
  stop(): Promise<unknown>;
}

const keys = vaultKeys.map((spec) => ({ name: spec, spec, hashes: ["sha256", "sha384", "sha512"] as const }));

/** The services with their names in words. */
export const servicesUnderTest: readonly (readonly [string, () => Promise<ServiceUnderTest>])[] = [
  [
    "the trial service",
    async () => {
      const engine = createTrialEngine({ keys });
      const trial = await startTrialService({ engine, retryAfterMs: 1 });
      const service = createTrialService({ url: trial.url, secret: trial.secrets.dev });
      return { service, root: trial.root, stop: () => trial.stop() };
    },
  ],
  [
    "Venafi",
    async () => {
      const scene = await startVenafiScene({ engine: { keys } });
      return { service: scene.client(), root: scene.engine.authority.root, stop: () => scene.facade.stop() };
    },
  ],
  [
    "Vault",
    async () => {
      const scene = await startVaultScene();
      return { service: await scene.open(), root: scene.engine.authority.root, stop: () => scene.stop() };
    },
  ],
];
