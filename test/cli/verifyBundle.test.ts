import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createCommandLine, jsonOf, type CommandLine } from "../helpers/commandLine.ts";

describe("countersign verify-bundle", () => {
  let cli: CommandLine;
  let hex: string;
  const content = Buffer.from("the file\n");
  before(async () => {
    cli = await createCommandLine();
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const digest = createHash("sha256").update(content).digest();
    hex = digest.toString("hex");
    const bundle = {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { publicKey: { hint: "" } },
      messageSignature: {
        messageDigest: { algorithm: "SHA2_256", digest: digest.toString("base64") },
        signature: sign("sha256", content, privateKey).toString("base64"),
      },
    };
    cli.write("file", content);
    cli.write("changed", "another file\n");
    cli.write("file.sigstore.json", JSON.stringify(bundle));
    cli.write("broken.json", "{");
    cli.write("key.pem", publicKey.export({ type: "spki", format: "pem" }));
    cli.write("other.pem", other.publicKey.export({ type: "spki", format: "pem" }));
  });
  after(() => cli.dispose());

  const verify = (...args: readonly string[]) => cli.run("verify-bundle", "--format", "json", ...args);

  it("accepts the signed file, and its digest alone", async () => {
    for (const artifact of ["file", `sha256:${hex}`]) {
      const run = await verify("--bundle", "file.sigstore.json", "--key", "key.pem", artifact);
      assert.equal(run.code, 0, run.output);
      assert.equal(jsonOf<{ verified: boolean }>(run).verified, true);
    }
    const { output } = await cli.run("verify-bundle", "--bundle", "file.sigstore.json", "--key", "key.pem", "file");
    assert.match(output, /^Verified: /);
  });

  const refused: readonly (readonly [string, readonly string[]])[] = [
    ["another file", ["--bundle", "file.sigstore.json", "--key", "key.pem", "changed"]],
    ["another digest", ["--bundle", "file.sigstore.json", "--key", "key.pem", `sha256:${"0".repeat(64)}`]],
    ["another key", ["--bundle", "file.sigstore.json", "--key", "other.pem", "file"]],
    ["a bundle that is none", ["--bundle", "broken.json", "--key", "key.pem", "file"]],
    [
      "an identity, where a key signed",
      [
        "--bundle",
        "file.sigstore.json",
        "--certificate-identity",
        "a@b.example",
        "--certificate-oidc-issuer",
        "https://c.example",
        "file",
      ],
    ],
  ];
  for (const [what, args] of refused) {
    it(`refuses ${what}`, async () => {
      const run = await verify(...args);
      assert.equal(run.code, 1);
      assert.equal(jsonOf<{ verified: boolean }>(run).verified, false);
    });
  }
});
