import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openService } from "../../src/adapters/services/services.ts";
import type { Person, Secrets } from "../../src/application/ports.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { startTrialSigstore, type RunningTrialSigstore } from "../../src/trial/sigstore/startTrialSigstore.ts";

/** A private Sigstore on loopback, with a workspace whose configuration points to it. */
export interface SigstoreServiceScene {
  readonly sigstore: RunningTrialSigstore;
  /** The workspace. */
  readonly folder: string;
  /** Writes the files of the workspace anew and opens the service as a new process does. */
  open(changes?: {
    readonly log?: 1 | 2 | "none";
    readonly signingConfig?: string;
    readonly trustedRoot?: string;
    readonly url?: string;
    readonly options?: Readonly<Record<string, string>>;
    /** In place of the agreement that tokens go there. */
    readonly environment?: Readonly<Record<string, string>>;
    readonly person?: Person;
    readonly secrets?: Secrets;
  }): Promise<SigningService>;
  stop(): Promise<void>;
}

export async function startSigstoreService(): Promise<SigstoreServiceScene> {
  const sigstore = await startTrialSigstore();
  const folder = mkdtempSync(join(tmpdir(), "countersign-sigstore-"));
  return {
    sigstore,
    folder,
    open(changes = {}) {
      const { log, options = {}, environment, person, secrets } = changes;
      writeFileSync(join(folder, "signing_config.json"), changes.signingConfig ?? sigstore.signingConfig(log));
      writeFileSync(join(folder, "trusted_root.json"), changes.trustedRoot ?? sigstore.trustedRoot);
      return openService("people", {
        configuration: {
          services: [
            {
              name: "people",
              type: "sigstore",
              url: changes.url ?? sigstore.url,
              options: { signingConfig: "signing_config.json", trustedRoot: "trusted_root.json", ...options },
            },
          ],
        },
        place: {
          environment: {
            COUNTERSIGN_STATE_DIR: "/nonexistent",
            ...(environment ?? { COUNTERSIGN_SIGSTORE_URL: sigstore.url }),
          },
          platform: process.platform,
        },
        root: folder,
        ...(person === undefined ? {} : { person }),
        ...(secrets === undefined ? {} : { secrets }),
      });
    },
    stop: async () => {
      await sigstore.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The variables by which GitHub Actions lets a job ask for its token. */
export function pipelineVariables({ url, provider }: RunningTrialSigstore): Readonly<Record<string, string>> {
  return {
    COUNTERSIGN_SIGSTORE_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/ci/token`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: provider.pipelineSecret,
  };
}

/** Somebody with a browser, who opens every address. */
export function browsingPerson(answer = "yes"): Person & { readonly visits: string[]; readonly questions: string[] } {
  const [visits, questions]: [string[], string[]] = [[], []];
  return {
    visits,
    questions,
    answer: ({ prompt, about }) => {
      questions.push(`${about} ${prompt}`);
      return Promise.resolve(answer);
    },
    visit: async ({ url }) => {
      visits.push(url);
      // The browser goes its own way: nobody waits for it.
      void fetch(url).then(
        (response) => response.text(),
        () => "",
      );
      await Promise.resolve();
    },
  };
}
