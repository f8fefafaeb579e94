import { join } from "node:path";
import { verifyAgain } from "./again.ts";
import { startLagProxy } from "./lagProxy.ts";
import { mustRun, runAll } from "./processes.ts";
import { prepareSignedImages } from "./signedImages.ts";

const IMAGES = 50;
const DELAY_MS = 50;
const RUNS = 5;

/** Verifies the same tag references through a registry 50 ms away: cosign in one process, eight at once, and Countersign. */
export async function measureVerifying(programs: string): Promise<void> {
  const images = await prepareSignedImages(programs, IMAGES);
  const proxy = await startLagProxy(images.host, DELAY_MS);
  const cosign = join(programs, "cosign");
  const options = ["verify", "--key", images.publicKey, "--insecure-ignore-tlog=true", "--allow-http-registry"];
  const home = { HOME: images.folder };
  const references = images.names.map((name) => `${proxy.host}/${name}`);
  const perImage = (): string => (proxy.takeCount() / IMAGES).toFixed(2);
  try {
    const ours: { seconds: number; requests: string }[] = [];
    for (let round = 0; round < RUNS; round++) {
      const { seconds } = await mustRun(
        process.execPath,
        ["dist/cli.cjs", "verify", "--key", images.publicKey, ...references],
        home,
      );
      ours.push({ seconds, requests: perImage() });
    }
    ours.sort((a, b) => a.seconds - b.seconds);
    const median = ours[Math.floor(RUNS / 2)] ?? { seconds: 0, requests: "" };
    proxy.takeCount();
    const again = (await verifyAgain(references, images.publicKey, RUNS)).sort((a, b) => a - b);
    const againRequests = (proxy.takeCount() / IMAGES - Number(median.requests)) / RUNS;
    const one = await mustRun(cosign, [...options, ...references], home);
    const oneRequests = perImage();
    const eight = await runAll(
      cosign,
      references.map((reference) => [...options, reference]),
      8,
      home,
    );
    const eightRequests = perImage();

    console.log(`${IMAGES} signed tag references, registry ${DELAY_MS} ms away`);
    const row = (name: string, seconds: number, requests: string): void => {
      console.log(
        `  ${name.padEnd(26)} ${seconds.toFixed(2).padStart(6)} s  ${requests.padStart(6)} requests an image  ${(seconds / median.seconds).toFixed(1).padStart(6)} x`,
      );
    };
    row("countersign verify", median.seconds, median.requests);
    row("again in one process", again[Math.floor(RUNS / 2)] ?? 0, againRequests.toFixed(2));
    row("cosign, one process", one.seconds, oneRequests);
    row("cosign, eight at once", eight, eightRequests);
  } finally {
    proxy.stop();
    images.stop();
  }
}
