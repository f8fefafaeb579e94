import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { dialectOfPath, mayHoldReferences } from "../../src/core/document/detect.ts";

/** Names by which files are known, each of a form of its own. */
const names = `
a.dockerfile  a.docker  Dockerfile.dev  Containerfile  compose.yaml  docker-compose.prod.yml  a.yml  ci/Jenkinsfile
parmJenkinsfile  x.groovy  Earthfile  .gitlab-ci.yml  .github/workflows/a.yml  a/Makefile  rules.mk  justfile
x.just  Procfile.dev  run.sh  run.bash  x.bats  x.ps1  x.psm1  x.cmd  x.bat  x.ksh  x.zsh  package.json
.devcontainer/devcontainer.json  docker-bake.hcl  main.tf  main.tofu  x.nomad  x.nomad.hcl  x.pkr.hcl  job.hcl.tpl
x.tftpl  x.tmpl  x.gotmpl  x.tpl  x.j2  x.jinja2  Kustomization  x.container  x.container.d/a.conf
x.image  x.volume  x.service  Kptfile  fly.toml  project.toml  Cross.toml  MODULE.bazel  WORKSPACE  x.bzl  BUILD
a/BUILD.bazel  Tiltfile  x.tiltfile  .bazelrc  ci.bazelrc  build.gradle  build.gradle.kts  pom.xml  x.nix  x.template  x.job  compose.yml.dist
x.yml.example  x.yml.sample  x.yaml.in  x.yml.envsubst  x.yaml.subst  config.toml  mise.toml  .mise.local.toml  mise/conf.d/a.toml  Makefile.toml  pixi.toml  pyproject.toml  containerd.toml  runner.toml  crio.conf  crio.conf.d/10.conf  x.bu  x.fcc
.actrc  captain-definition  captain-definition-web  x.def  Singularity.app  Apptainer  a.code-workspace
.vscode/tasks.json  Vagrantfile  Vagrantfile.host
`
  .trim()
  .split(/\s+/);

describe("what the editor looks at", () => {
  const source = readFileSync("src/extension/workspaceFiles.ts", "utf8");
  const pattern = /readablePattern =\s*"([^"]+)"/.exec(source)?.[1] ?? "";

  /** Stars of the editor's patterns stand for a dot at the beginning, too. */
  const isLookedAt = (name: string): boolean =>
    [name, name.replaceAll(/(^|\/)\./g, "$1x.")].some((one) => matchesGlob(one, pattern));

  it("is what is read", () => {
    assert.deepEqual(
      names.filter((name) => !mayHoldReferences(name)),
      [],
    );
    assert.deepEqual(
      names.filter((name) => !isLookedAt(name)),
      [],
    );
    assert.ok(names.filter((name) => dialectOfPath(name) !== undefined).length > 60);
    assert.ok(!isLookedAt("src/main.rs"));
  });
});
