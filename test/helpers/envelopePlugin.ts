import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openService } from "../../src/adapters/services/services.ts";
import type { SigningService } from "../../src/application/signingService.ts";
import { issueTestCertificate, type TestCertificate } from "./notary.ts";
import { createProgramScene } from "./programScene.ts";

/** What the plug-in does otherwise than it should; by name, as the program itself knows it. */
export type Misbehaviour =
  | "none"
  | "other digest"
  | "added attribute"
  | "other content type"
  | "other type of envelope"
  | "other encoding"
  | "other key"
  | "other authority"
  | "broken signature"
  | "unknown critical attribute"
  | "own critical attribute"
  | "own plug-in"
  | "other plug-in"
  | "later expiry"
  | "no expiry"
  | "own expiry"
  | "signing authority"
  | "no answer"
  | "refusal";

/** A plug-in of notation that makes whole envelopes: a program, with a key of its own, and what is known of it. */
export interface EnvelopePlugin {
  /** Where notation looks for plug-ins. */
  readonly libexec: string;
  readonly root: TestCertificate;
  behave(how: Misbehaviour): void;
  /** What it was started with: the command, and its request. */
  calls(): readonly (readonly [string, Readonly<Record<string, unknown>>])[];
  /** The service as a configuration describes it, by all of the chain or by an authority above the plug-in's certificate. */
  open(known?: "chain" | "issuer" | "authority"): Promise<SigningService>;
  stop(): void;
}

const program = `
const { readFileSync, appendFileSync } = require("node:fs"), { createPrivateKey } = require("node:crypto");
const path = require("node:path");
const here = (name) => path.join(__dirname, name);
const request = JSON.parse(readFileSync(0, "utf8"));
appendFileSync(here("calls"), JSON.stringify([process.argv[2], request]) + "\\n");
const { helper, how, keys, chains, capabilities } = JSON.parse(readFileSync(here("plugin.json"), "utf8"));
const answer = (body) => process.stdout.write(JSON.stringify(body));
const commands = {
  "get-plugin-metadata": () => answer({
    name: "acme", description: "Makes envelopes", version: "1.2.3", url: "https://acme.example",
    supportedContractVersions: ["1.0"], capabilities,
  }),
  "verify-signature": () => answer({
    verificationResults: Object.fromEntries(
      request.trustPolicy.signatureVerification.map((check) => [check, { success: true, reason: "" }]),
    ),
    processedAttributes: Object.keys(request.signature.criticalAttributes.extendedAttributes ?? {}),
  }),
  "generate-envelope": async () => {
    if (how === "no answer") return answer({});
    if (how === "refusal") {
      process.stderr.write(JSON.stringify({ errorCode: "ACCESS_DENIED", errorMessage: "Not you." }));
      return process.exit(1);
    }
    const { signJws, signCose } = await import(helper);
    const isCose = (request.signatureEnvelopeType === "application/cose") !== (how === "other encoding");
    const name = (short) => "io.cncf.notary." + short;
    const seconds = Math.floor(Date.now() / 1000);
    const time = (at) => isCose ? new Date(at * 1000) : new Date(at * 1000).toISOString().slice(0, 19) + "Z";
    const authority = how === "signing authority" || how === "own plug-in" || how === "own critical attribute";
    const header = {
      [name("signingScheme")]: authority ? "notary.x509.signingAuthority" : "notary.x509",
      [name("signingTime")]: authority ? undefined : time(seconds),
      ...(authority ? { [name("authenticSigningTime")]: time(seconds) } : {}),
    };
    const critical = Object.keys(header).filter((each) => header[each] !== undefined && each !== name("signingTime"));
    const mark = (key, value) => { header[key] = value; critical.push(key); };
    const asked = request.expiryDurationInSeconds;
    const lasts = how === "no expiry" ? undefined : how === "own expiry" ? 3600 : asked;
    if (lasts !== undefined) mark(name("expiry"), time(seconds + lasts + (how === "later expiry" ? 1 : 0)));
    if (how === "unknown critical attribute") mark("com.acme.job", "1");
    if (how === "own plug-in" || how === "own critical attribute" || how === "other plug-in") {
      mark(name("verificationPlugin"), how === "other plug-in" ? "evil" : "acme");
      if (how === "own critical attribute") mark("com.acme.job", "1");
    }
    const payload = JSON.parse(Buffer.from(request.payload, "base64"));
    if (how === "other digest") payload.targetArtifact.digest = "sha256:" + "0".repeat(64);
    if (how === "added attribute") payload.targetArtifact.annotations = { "acme.job": "1" };
    const key = how === "other key" ? "other" : how === "other authority" ? "stranger" : "own";
    const type = how === "other content type" ? "application/json" : undefined;
    const what = {
      target: payload.targetArtifact,
      payload: JSON.stringify(payload),
      chain: chains[key === "other" ? "own" : key].map((each) => Buffer.from(each, "base64")),
      privateKey: createPrivateKey(keys[key]),
    };
    const made = isCose
      ? signCose({ ...what, protected: header, labels: new Map([[2, critical], ...(type ? [[3, type]] : [])]) })
      : signJws({ ...what, protected: { ...header, crit: critical, ...(type ? { cty: type } : {}) } });
    if (how === "broken signature") {
      // The last octet of COSE is the signature's; a JWS has it before the closing quote.
      if (isCose) made[made.length - 1] ^= 1;
      else made[made.length - 10] = made[made.length - 10] === 65 ? 66 : 65;
    }
    answer({
      signatureEnvelope: made.toString("base64"),
      signatureEnvelopeType: how === "other type of envelope" ? "application/json" : request.signatureEnvelopeType,
    });
  },
};
void commands[process.argv[2]]();
`;

/** Writes the program. `kind` is of its key; certificates are good from some minutes ago. */
export function createEnvelopePlugin(
  kind: "p256" | "p384" | "rsa2048" = "p256",
  capabilities: readonly string[] = ["SIGNATURE_GENERATOR.ENVELOPE"],
): EnvelopePlugin {
  const scene = createProgramScene();
  const place = "notation/plugins/acme";
  const sha256 = scene.write(`${place}/notation-acme`, program);
  const newKeys = (): TestCertificate["keys"] =>
    kind === "rsa2048"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: kind === "p384" ? "P-384" : "P-256" });
  const valid = { notBefore: new Date(Date.now() - 600_000), notAfter: new Date(Date.now() + 86_400_000) };
  const name = (CN: string) => ({ C: "US", ST: "WA", O: "Acme", CN });
  const chainOf = (CN: string) => {
    const root = issueTestCertificate({ ...valid, name: name(`${CN} root`), kind: "authority" });
    const issuer = issueTestCertificate({ ...valid, name: name(`${CN} issuer`), kind: "authority", issuer: root });
    const leaf = issueTestCertificate({ ...valid, name: name(CN), kind: "leaf", issuer, keys: newKeys() });
    return { root, issuer, leaf, all: [leaf, issuer, root].map(({ der }) => der.toString("base64")) };
  };
  const [own, stranger] = [chainOf("release"), chainOf("stranger")];
  const pemOf = (...certificates: readonly TestCertificate[]): string =>
    certificates
      .map(({ der }) => `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`)
      .join("");
  const privatePem = (keys: TestCertificate["keys"]): string =>
    keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const behave = (how: Misbehaviour): void =>
    writeFileSync(
      join(scene.folder, place, "plugin.json"),
      JSON.stringify({
        helper: new URL("notary.ts", import.meta.url).href,
        how,
        capabilities,
        keys: {
          own: privatePem(own.leaf.keys),
          other: privatePem(newKeys()),
          stranger: privatePem(stranger.leaf.keys),
        },
        chains: {
          own: own.all,
          stranger: stranger.all,
        },
      }),
    );
  behave("none");
  writeFileSync(join(scene.folder, "chain.pem"), pemOf(own.leaf, own.issuer, own.root));
  writeFileSync(join(scene.folder, "issuer.pem"), pemOf(own.issuer));
  writeFileSync(join(scene.folder, "authority.pem"), pemOf(own.root));
  return {
    libexec: join(scene.folder, "notation"),
    root: own.root,
    behave,
    calls: () =>
      scene
        .read(`${place}/calls`)
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as [string, Record<string, unknown>]),
    open: (known = "chain") =>
      openService("acme", {
        configuration: {
          services: [
            {
              name: "acme",
              type: "notation-plugin",
              url: "",
              options: { plugin: "acme", sha256, keys: "release", chainFile: `${known}.pem` },
            },
          ],
        },
        place: {
          environment: {
            COUNTERSIGN_STATE_DIR: "/nonexistent",
            NOTATION_LIBEXEC: join(scene.folder, "notation"),
            HOME: scene.folder,
          },
          platform: "linux",
        },
        root: scene.folder,
      }),
    stop: () => scene.stop(),
  };
}
