import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "infra/main.tf");

const scripts = `resource "coder_agent" "a" {
  startup_script = <<-EOF
    docker run «acme/a:1»
  EOF
  env = { startup_script = "docker run acme/no:1" }
}
resource "ssh_resource" "b" { commands = ["docker pull «acme/b:1»", "docker run -d «acme/b:2»"] }
resource "aws_instance" "c" {
  user_data = join("\\n", ["#!/bin/bash", "docker run «acme/c:1»"])
}
resource "aws_instance" "f" {
  user_data = join("\\n", [file("install.sh"), "docker run «acme/f:1»"])
}
resource "aws_instance" "d" { user_data = join("\\n", ["docker run acme/no:2", "x"]) }
resource "google_compute_instance" "e" {
  metadata = {
    gce-container-declaration = yamlencode({ spec = { containers = [{ image = "«gcr.io/acme/e:1»" }] } })
  }
}
`;

const quoted = String.raw`resource "aws_instance" "a" { user_data = "#!/bin/bash\ndocker run -d «acme/a:1» x\ndocker pull \"«acme/b»\"\n" }
resource "aws_instance" "b" { user_data = "#cloud-config\nruncmd:\n- docker run «acme/c:1»\n" }
resource "acme_note" "c" { text = "docker run acme/no:1", first = "#!/usr/bin/python\nprint" }
`;

describe("scripts of Terraform's resources", () => {
  it("are read from quotes where their first line tells", () => {
    expectUses(read, quoted, [
      "command docker.io/acme/a:1 literal",
      "command docker.io/acme/b literal",
      "command docker.io/acme/c:1 literal",
    ]);
    expectToSurvive(read, quoted.replaceAll(/[«»]/g, ""));
  });

  it("are read though their first line names no shell, and line by line", () => {
    expectUses(read, scripts, [
      "command docker.io/acme/a:1 literal",
      "command docker.io/acme/b:1 literal",
      "command docker.io/acme/b:2 literal",
      "command docker.io/acme/c:1 literal",
      "command docker.io/acme/f:1 literal",
      "google_compute_instance gcr.io/acme/e:1 literal",
    ]);
  });

  it("are read as the program reads them that is told to run one", () => {
    const local = (interpreter: string, command: string): string =>
      `resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    interpreter = ${interpreter}\n    command = <<-X\n${command}\n    X\n  }\n}\n`;
    const lines = "      az containerapp job create `\n        --image «acme/a:1»";
    expectUses(read, local('["PowerShell", "-Command"]', lines), ["command docker.io/acme/a:1 literal"]);
    expectUses(read, local('["python", "-c"]', "      docker run acme/no:1"), []);
  });

  it("keep pins and spans, whatever is changed", () => {
    const plain = scripts.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(read, plain), 6);
    expectToSurvive(read, plain);
  });
});
