import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "images/web.json");

const template = `{
  "_comment": "image: no:1",
  "variables": { "base": "ubuntu", "tag": "22.04", "own": "{{env \`OWN\`}}", "both": "r.io/{{user \`base\`}}" },
  "builders": [
    { "type": "docker", "image": "«{{user \`base\`}}:{{ user \`tag\` }}»", "commit": true },
    { "type": "docker", "image": "«alpine:3»", "run_command": ["-d", "{{.Image}}"] },
    { "type": "docker", "image": "«{{user \\"both\\"}}»" },
    { "type": "docker", "image": "«{{user \`own\`}}»" },
    { "type": "docker", "image": "«web:{{isotime}}»" },
    { "type": "digitalocean", "image": "ubuntu-22-04-x64" }
  ],
  "provisioners": [
    { "type": "shell", "inline": ["docker pull «busybox:{{user \`tag\`}}»"] },
    { "type": "file", "inline": ["docker pull no:2"] }
  ],
  "post-processors": [
    [{ "type": "docker-tag", "repository": "r.io/out" }, { "type": "shell-local", "inline": ["docker run «redis:7»"] }]
  ]
}
`;

describe("readPackerJson", () => {
  it("reads builders and shell provisioners, with user variables followed to their defaults", () => {
    const { images } = expectUses(read, template, [
      "source docker.io/library/ubuntu:22.04 resolved",
      "source docker.io/library/alpine:3 literal",
      "source r.io/ubuntu resolved",
      "source ? unresolved",
      "source ? partial",
      "command docker.io/library/busybox:22.04 resolved",
      "command docker.io/library/redis:7 literal",
    ]);
    assert.deepEqual(
      images[0]?.chain.map(({ label, text }) => `${label} = ${text}`),
      [
        "variable base = {{user `base`}}",
        "user variable base = ubuntu",
        "variable tag = {{ user `tag` }}",
        "user variable tag = 22.04",
      ],
    );
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = template.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 2);
    expectToSurvive(read, plain);
  });

  it("reads HCL that is written as JSON", () =>
    expectUses(
      (text) => readDocument(text, "web.pkr.json"),
      '{ "variable": { "t": { "default": "1" } }, "locals": { "r": "r.io/${var.t}" }, "source": { "docker": { "a": { "image": "«${local.r}/a:${var.t}»" } }, "vagrant": { "b": { "image": "no:1" } } } }',
      ["source r.io/1/a:1 resolved"],
    ));

  it("takes no other JSON for a template", () => {
    assert.equal(readDocument('{ "builders": [{ "type": "amazon-ebs" }] }', "a.json").dialect, "unrecognised");
    assert.equal(readDocument('{ "steps": [{ "type": "docker" }] }', "a.json").dialect, "unrecognised");
  });

  it("looks variables up in the other templates of the folder", () => {
    const text = 'source "docker" "a" { image = "${var.repository}:base" }\n';
    const beside = 'variable "repository" { default = "r.io/a" }\n';
    const { images } = readDocument(text, "p/docker.pkr.hcl", (path) =>
      path === "p/variables.pkr.hcl" ? beside : undefined,
    );
    assert.deepEqual(images.map(summary), ["source r.io/a:base resolved"]);
    assert.equal(images[0]?.chain.at(-1)?.file, "p/variables.pkr.hcl");
  });
});
