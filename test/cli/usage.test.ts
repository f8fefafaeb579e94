import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { version } from "../../src/cli/version.ts";
import { rules } from "../../src/core/rules/index.ts";
import { createCommandLine, jsonOf, type CommandLine } from "../helpers/commandLine.ts";

describe("countersign, its usage", () => {
  let cli: CommandLine;
  before(async () => {
    cli = await createCommandLine();
  });
  after(() => cli.dispose());

  it("has the version of its manifest", async () => {
    const manifest = readFileSync(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8");
    assert.equal(version, (JSON.parse(manifest) as { version: string }).version);
    assert.deepEqual(await cli.run("--version"), { code: 0, output: `${version}\n`, error: "" });
  });

  it("helps on a screen of 80 by 40, with three examples", async () => {
    const commands = [
      "images",
      "inspect",
      "verify",
      "verify-bundle",
      "sign",
      "attest",
      "certify",
      "pipeline-step",
      "explain",
      "trial",
    ];
    const helps = await Promise.all([cli.run("--help"), ...commands.map((command) => cli.run(command, "--help"))]);
    for (const { code, output, error } of helps) {
      const lines = output.split("\n");
      assert.equal(code, 0);
      assert.equal(error, "");
      assert.ok(lines.length <= 40, `${lines.length} lines`);
      assert.ok(lines.filter((line) => /^ {2}countersign /.test(line)).length >= 3, output);
    }
    const [general] = helps;
    for (const command of commands) assert.match(general?.output ?? "", new RegExp(`^  ${command}\\b`, "m"));
    assert.ok(general?.output.split("\n").every((line) => line.length <= 80));
    assert.match(general.output, /Exit codes: 0 .*1 .*2 .*3/);
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no command", [], /^Countersign/],
    ["an unknown command", ["frobnicate"], /'frobnicate' is no command/],
    ["an unknown option", ["images", "--frobnicate"], /Unknown option '--frobnicate'/],
    ["an option without its value", ["images", "--format"], /--format/],
    ["an unknown format", ["images", "--format", "xml"], /--format must be text, json, sarif or github, not 'xml'/],
    ["an unknown threshold", ["inspect", "--fail-on", "bad"], /--fail-on must be error, warning, note or never/],
    ["a path that does not exist", ["images", "nowhere"], /'nowhere' does not exist/],
    ["no image", ["verify"], /Name at least one image/],
    ["a reference that is none", ["verify", "acme/APP"], /'acme\/APP' is no image reference/],
    ["a key that does not exist", ["verify", "a/b", "--key", "none.pem"], /Could not read none\.pem/],
    [
      "an identity without its issuer",
      ["verify", "a/b", "--certificate-identity", "x"],
      /exactly one of --certificate-oidc-issuer/,
    ],
    ["a policy that does not exist", ["inspect", "--policy", "none.yaml"], /Could not read none\.yaml/],
    ["an unknown rule", ["explain", "no-such-rule"], /There is no rule 'no-such-rule'/],
    ["no service", ["sign", "a/b", "--key", "k"], /--service/],
    ["an unknown service", ["sign", "a/b", "--key", "k", "--service", "s"], /There is no signing service 's'/],
    [
      "an unknown format of signatures",
      ["sign", "a/b", "--service", "s", "--key", "k", "--signature-format", "pgp"],
      /sigstore-bundle, cosign, notation-jws or notation-cose, not 'pgp'/,
    ],
    ["a file that is not there", ["sign", "./none", "--service", "s", "--key", "k"], /'\.\/none' is no file/],
    ["an unknown platform", ["sign", "a/b", "--service", "s", "--key", "k", "--platforms", "x"], /--platforms/],
    ["an unknown pipeline", ["pipeline-step", "travis"], /The pipeline must be github, gitlab/],
    ["a pipeline step without an image", ["pipeline-step", "github"], /--image/],
    ["an attestation of nothing", ["attest", "a/b", "--service", "s", "--key", "k"], /--predicate/],
    ["a wait without a unit", ["sign", "a/b", "--service", "s", "--key", "k", "--wait", "15"], /time span such as/],
    ["no action of the trial", ["trial"], /'up', 'down', 'status'/],
    ["an approval without an ID", ["trial", "approve"], /'up', 'down', 'status'/],
    ["no bundle", ["verify-bundle", "file"], /--bundle/],
    ["nobody to trust", ["verify-bundle", "--bundle", "b", "file"], /Say whom to trust/],
  ];
  for (const [what, args, message] of wrong) {
    it(`says in one sentence that ${what} is wrong, and exits with 2`, async () => {
      const { code, output, error } = await cli.run(...args);
      assert.equal(code, 2);
      assert.equal(output, "");
      assert.match(error, args.length === 0 ? message : new RegExp(`^countersign: .*${message.source}.*\n$`));
      assert.ok(!error.includes("    at "), "no stack");
    });
  }

  it("gives one JSON object for an error, too", async () => {
    const run = await cli.run("verify", "a/b", "--key", "none.pem", "--format", "json");
    assert.equal(run.code, 2);
    const { version: format, images, findings, problems } = jsonOf(run);
    assert.deepEqual([format, images, findings], [1, [], []]);
    assert.equal(problems[0]?.code, "configuration");
  });

  it("explains every rule", async () => {
    for (const rule of rules) {
      assert.deepEqual(await cli.run("explain", rule.id), { code: 0, output: rule.doc, error: "" });
    }
  });
});
