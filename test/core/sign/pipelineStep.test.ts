import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import type { PipelineSigning, PipelineTool } from "../../../src/core/sign/pipelineCommand.ts";
import { pipelineDialects, pipelineStep, type PipelineDialect } from "../../../src/core/sign/pipelineStep.ts";

const signing: PipelineSigning = {
  image: "ghcr.io/acme/app",
  service: { name: "acme", type: "vault", url: "https://vault.acme.io", options: {} },
  key: { name: "release", needs: [] },
  format: "sigstore-bundle",
};
const awkward: PipelineSigning = {
  ...signing,
  service: { ...signing.service, name: "it's", type: "venafi", url: "https://csp.acme.io" },
  key: { name: "Shop\\Release: 'x' #1", needs: ["justification", "approval"] },
};

const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));

/** A whole file around a step, at the path by which its dialect is known. */
const files: Readonly<Record<PipelineDialect, (step: string) => readonly [string, string]>> = {
  github: (step) => [
    ".github/workflows/release.yml",
    `on: push\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n${indented(step, 6)}`,
  ],
  gitlab: (step) => [".gitlab-ci.yml", step],
  azure: (step) => ["azure-pipelines.yml", `steps:\n${indented(step, 2)}`],
  jenkins: (step) => ["Jenkinsfile", `pipeline {\n  agent any\n  stages {\n${indented(step, 4)}  }\n}\n`],
  circleci: (step) => [
    ".circleci/config.yml",
    `version: 2.1\njobs:\n  release:\n    docker:\n      - image: cimg/base:2026.01\n    steps:\n${indented(step, 6)}`,
  ],
  bitbucket: (step) => ["bitbucket-pipelines.yml", `pipelines:\n  default:\n${indented(step, 4)}`],
  buildkite: (step) => [".buildkite/pipeline.yml", `steps:\n${indented(step, 2)}`],
  drone: (step) => [".drone.yml", `kind: pipeline\ntype: docker\nname: release\nsteps:\n${indented(step, 2)}`],
  woodpecker: (step) => [".woodpecker.yml", `steps:\n${indented(step, 2)}`],
};

describe("a pipeline step that signs", () => {
  for (const dialect of pipelineDialects)
    for (const [what, request] of [
      ["plain names", signing],
      ["awkward names", awkward],
    ] as const)
      it(`for ${dialect} is read by our own reader, with ${what}`, () => {
        const { value, problems } = pipelineStep(dialect, request);
        assert.deepEqual(problems, []);
        const [path, text] = files[dialect](value ?? "");
        const document = readDocument(text, path);
        assert.deepEqual(document.problems, [], text);
        const commands = document.commands.map(({ words }) => words.map((word) => word.text ?? word.raw));
        const signs = commands.find(([program]) => program === "countersign");
        assert.deepEqual(signs?.slice(0, 2), ["countersign", "sign"], text);
        assert.equal(signs?.[signs.indexOf("--service") + 1], request.service.name, text);
        assert.equal(signs?.[signs.indexOf("--key") + 1], request.key.name, text);
        assert.ok(!/[^$]\b(?:token|secret)\s*[:=]\s*["'][^$"']/i.test(text), "no secret in it");
      });

  it("gives the shell exactly the names that were meant", () => {
    const step = pipelineStep("github", awkward).value ?? "";
    const script = `countersign() { printf '%s\\n' "$@"; }\n${/run: \|\n {4}(.+)\n/.exec(step)?.[1] ?? ""}`;
    const env = { PATH: process.env["PATH"] ?? "", IMAGE: "i", DIGEST: "sha256:d", GITHUB_RUN_ID: "7" };
    const printed = execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8" }).trim().split("\n");
    const named = ["sign", "i@sha256:d", "--service", "it's", "--key", "Shop\\Release: 'x' #1"];
    assert.deepEqual(printed, [...named, "--justification", "//actions/runs/7", "--wait", "30m"]);
  });

  it("signs in without a secret where the pipeline can prove who it is", () => {
    assert.doesNotMatch(pipelineStep("github", signing).value ?? "", /secrets\./);
    assert.match(pipelineStep("gitlab", signing).value ?? "", /VAULT_ID_TOKEN:\n {6}aud: "https:\/\/vault\.acme\.io"/);
    assert.match(pipelineStep("azure", signing).value ?? "", /VAULT_TOKEN: \$\(VAULT_TOKEN\)/);
    const options = { authentication: "approle" };
    const approle = pipelineStep("github", { ...signing, service: { ...signing.service, options } }).value ?? "";
    assert.match(approle, /VAULT_ROLE_ID: \$\{\{ secrets\.VAULT_ROLE_ID \}\}/);
  });

  const commands: readonly (readonly [PipelineTool, PipelineSigning, RegExp])[] = [
    ["cosign", signing, /cosign sign --yes --key hashivault:\/\/release /],
    ["cosign", { ...signing, format: "cosign" }, /--new-bundle-format=false/],
    [
      "notation",
      { ...signing, format: "notation-cose" },
      /notation sign --plugin countersign --id acme\/release --signature-format cose/,
    ],
    [
      "vsign",
      { ...signing, format: "cosign", service: { ...signing.service, type: "venafi" } },
      /vsign sign --image "\$IMAGE@\$DIGEST" --mechanism 64/,
    ],
    ["countersign", { ...signing, format: "notation-jws" }, /--signature-format notation-jws/],
  ];
  for (const [tool, request, expected] of commands)
    it(`calls ${tool} for ${request.format}`, () =>
      assert.match(pipelineStep("circleci", request, tool).value ?? "", expected));

  const refused: readonly (readonly [string, PipelineSigning, PipelineTool])[] = [
    ["cosign for an envelope of the Notary Project", { ...signing, format: "notation-jws" }, "cosign"],
    ["cosign for a key that needs an approval", { ...signing, key: { name: "k", needs: ["approval"] } }, "cosign"],
    ["cosign for a service that it does not know", awkward, "cosign"],
    ["notation for a bundle", signing, "notation"],
    ["vsign for Vault", { ...signing, format: "cosign" }, "vsign"],
    ["the trial", { ...signing, service: { ...signing.service, type: "trial" } }, "countersign"],
    ["an expression in a name", { ...signing, key: { name: "${{ github.token }}", needs: [] } }, "countersign"],
    ["a line break in a name", { ...signing, image: "a\n- run: x" }, "countersign"],
    ["a parameter of CircleCI in a name", { ...signing, key: { name: "<< x >>", needs: [] } }, "countersign"],
  ];
  for (const [what, request, tool] of refused)
    it(`is not written with ${what}`, () => {
      const { value, problems } = pipelineStep("github", request, tool);
      assert.deepEqual([value, problems[0]?.code], [undefined, "pipeline-step-impossible"]);
    });
});
