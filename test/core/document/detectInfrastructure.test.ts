import assert from "node:assert/strict";
import { mayHoldReferences } from "../../../src/core/document/detect.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";

const cases: readonly (readonly [path: string, text: string, dialect: string])[] = [
  [".devcontainer.json", "{}", "devcontainer"],
  ["app/.devcontainer/python/devcontainer.json", "{}", "devcontainer"],
  [".devcontainer/devcontainer.gpu.json", "{}", "devcontainer"],
  [".devcontainer/devcontainer-minimal.json", "{}", "devcontainer"],
  [".devcontainer/devcontainers.json", "{}", "unrecognised"],
  ["test/tool/scenarios.json", "{}", "devcontainer"],
  ["docs/scenarios.json", "{}", "unrecognised"],
  ["docker-bake.override.hcl", "", "bake"],
  ["ci/docker-bake.json", "{}", "bake"],
  ["build.hcl", 'target "a" {\n}\n', "bake"],
  ["terragrunt.hcl", 'include "root" {}\n', "unrecognised"],
  ["infra/main.tf", "", "terraform"],
  ["cdk.tf.json", "{}", "terraform"],
  ["job.nomad", "", "nomad"],
  ["jobs/web.hcl", '# a\njob "web" {\n}\n', "nomad"],
  ["nomad/web.nomad.tpl", "", "nomad"],
  ["jobs/web.job", "job web {\n}\n", "nomad"],
  ["jobs/web.job.tmpl", 'job "[[ .name ]]" {\n}\n', "nomad"],
  ["modules/web/templates/web.nomad.tpl", "", "nomad"],
  ["modules/web/templates/web.json.tpl", '[{ "image": "b:1", "essential": true }]', "ecs"],
  ["chart/templates/_helpers.tpl", '{{- define "a" }}{{ end }}', "helm-template"],
  ["consul.hcl.tftpl", "acl {\n}\n", "unrecognised"],
  ["jobs/web.json", '{ "Job": { "TaskGroups": [ { "Tasks": [ { "Driver": "docker" } ] } ] } }', "nomad"],
  ["nightly.job", "#!/bin/sh\n", "unrecognised"],
  ["x.pkr.hcl", "", "packer"],
  ["Jenkinsfile", "", "jenkinsfile"],
  ["ci/Jenkinsfile.release", "", "jenkinsfile"],
  ["vars/build.groovy", "", "jenkinsfile"],
  ["ci/build.groovy", "pipeline {\n}\n", "jenkinsfile"],
  ["ci/JenkinsfileNightly", "", "jenkinsfile"],
  ["ci/release-Jenkinsfile", "", "jenkinsfile"],
  ["src/JenkinsfileRule.java", "", "unrecognised"],
  ["bin/run-jenkins", "#!/bin/sh\n", "shell"],
  ["ci/pod.groovy", "podTemplate(\n  label: 'x')\n", "jenkinsfile"],
  ["src/org/acme/Tools.groovy", "class Tools {\n  def run() { script.docker.image('a:1').pull() }\n}\n", "jenkinsfile"],
  ["src/org/acme/Pods.groovy", "class Pods {\n  static final POD = '''\n  kind: Pod\n'''\n}\n", "jenkinsfile"],
  ["src/org/acme/Run.groovy", "class Run {\n  def go() { steps.sh 'docker pull a:1' }\n}\n", "jenkinsfile"],
  ["jobs/seed.groovy", "freeStyleJob('x') {\n}\n", "jenkinsfile"],
  ["src/org/acme/Text.groovy", "class Text { String image = 'a:1' }\n", "unrecognised"],
  ["src/Thing.groovy", "class Thing {}\n", "unrecognised"],
  ["Earthfile", "", "earthfile"],
  ["tests/build.earth", "", "earthfile"],
  ["web.container", "", "quadlet"],
  ["a.service", "", "quadlet"],
  ["ecs/task-definition.json", "{}", "ecs"],
  ["Dockerrun.aws.json", "{}", "ecs"],
  ["tasks/web.json", '[{ "name": "a", "image": "b:1", "essential": true }]', "ecs"],
  ["tasks/web.json.tpl", '[{ "name": "a", "image": "${image}", "portMappings": ${ports} }]', "ecs"],
  ["data/people.json", '[{ "name": "a", "image": "b.png" }]', "unrecognised"],
  ["template.yaml", "AWSTemplateFormatVersion: '2010-09-09'\n", "cloudformation"],
  ["template.json", '{ "AWSTemplateFormatVersion": "2010-09-09" }', "cloudformation"],
  ["composer.json", '{ "image": "a" }', "unrecognised"],
  ["playbook.yml", "- hosts: all\n", "ansible"],
  ["ack.yaml", "apiVersion: a/v1\nkind: B\nspec:\n  containerDefinitions: []\n", "kubernetes"],
  ["GNUmakefile", "", "makefile"],
  ["rules.mk", "", "makefile"],
  ["lib.Makefile", "", "makefile"],
  ["Makefile.docker", "", "makefile"],
  ["letsencrypt.makefile", "", "makefile"],
  ["bin/run", "#!/usr/bin/env bash\n", "shell"],
];

describe("infrastructure files", () => {
  for (const [path, text, dialect] of cases)
    it(`are recognised: ${path} is ${dialect}`, () => {
      assert.equal(readDocument(text, path).dialect, dialect);
      if (dialect !== "unrecognised") assert.ok(mayHoldReferences(path));
    });
});
