import assert from "node:assert/strict";
import { mayRunTool } from "../../../src/core/shell/runsTool.ts";
import { imageTools } from "../../../src/core/shell/imageTools.ts";
import { pushingTools } from "../../../src/core/shell/pushTargets.ts";

describe("mayRunTool", () => {
  for (const name of [...new Set([...imageTools, ...pushingTools])].filter(
    (tool) => tool !== "container" && tool !== "gh",
  ))
    it(`sees ${name} where a command may begin`, () => {
      assert.equal(mayRunTool(`set -e\n${name} x node:22\n`), true);
    });

  const running: readonly string[] = [
    "/usr/local/bin/docker run node:22",
    'ENGINE=${ENGINE:-podman}\n"$ENGINE" pull node:22',
    "X=docker",
    '"$DOCKER_CMD" run node:22',
    "{{ my_container_runtime }} run node:22",
    "$(get_docker_binary) run node:22",
    "`find-container` run node:22",
    "${CONTAINER} run node:22",
    "$X run --rm node:22",
    "container run node:22",
    "gh attestation verify oci://ghcr.io/acme/app:1",
    "docker-compose -f - up <<EOF",
    "docker.exe run node:22",
    "./docker-linux-amd64 run node:22",
    "Docker run node:22",
    "true # no\ndocker pull node:22",
    "#!/usr/bin/env -S docker run node:22",
    "sudo docker\\\n  run node:22",
    "echo x|docker load",
    "docker",
  ];
  for (const script of running)
    it(`sees a tool in ${JSON.stringify(script)}`, () => {
      assert.equal(mayRunTool(script), true);
    });

  const others: readonly string[] = [
    "",
    "# syntax=docker/dockerfile:1\nFROM node:22\nRUN npm ci",
    "  # docker run node:22",
    "RUN docker-php-ext-install zip",
    'ENTRYPOINT ["docker-entrypoint.sh"]',
    "FROM docker.io/library/node:22",
    "ls /var/lib/docker/volumes",
    "cat ~/.docker/config.json",
    "mydocker run node:22",
    "apt-get install -y docker-ce-cli",
    "echo the container is up",
    "kind: Deployment",
    "gh release create",
  ];
  for (const script of others)
    it(`sees none in ${JSON.stringify(script)}`, () => {
      assert.equal(mayRunTool(script), false);
    });
});
