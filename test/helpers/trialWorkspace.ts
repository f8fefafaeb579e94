import { silentLog } from "../../src/adapters/log.ts";
import { noCredentials } from "../../src/adapters/registry/credentials.ts";
import { createRegistry } from "../../src/adapters/registry/registry.ts";
import { parseReference } from "../../src/core/image/reference.ts";
import { pushSampleImage } from "../../src/trial/sample/pushSampleImage.ts";
import { createCommandLine, jsonOf, type CommandLine } from "./commandLine.ts";

/** What `trial up` says of the services that the trial also is. */
interface Up {
  readonly registry: string;
  readonly keys: readonly { readonly publicKey: string }[];
  readonly vault: { readonly url: string };
  readonly venafi: { readonly url: string; readonly root: string };
}

/** The command line beside a trial that runs, with an image, the public key `dev.pem` and a service in `.countersign.yaml`. */
export interface TrialWorkspace {
  readonly cli: CommandLine;
  readonly up: Up;
  readonly image: string;
  stop(): Promise<void>;
}

/** `service` is its entry in the configuration, in YAML's flow style. */
export async function startTrialWorkspace(service: (up: Up) => string): Promise<TrialWorkspace> {
  const cli = await createCommandLine();
  const up = jsonOf<Up>(await cli.run("trial", "up", "--format", "json"));
  cli.write("dev.pem", up.keys[0]!.publicKey);
  const image = `${up.registry}/acme/app:1`;
  const registry = createRegistry({ credentials: noCredentials, userAgent: "countersign/test", log: silentLog });
  const { signal } = new AbortController();
  await pushSampleImage(registry, parseReference(image).value!, new Date(0), { signal });
  cli.write(".countersign.yaml", `version: 1\nservices:\n  - ${service(up)}\n`);
  return {
    cli,
    up,
    image,
    stop: async () => {
      await cli.run("trial", "down");
      cli.dispose();
    },
  };
}
