import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "roles/web/tasks/main.yml");

const full = `---
# image: no:1
- name: docker run no:2
  hosts: all
  vars:
    tag: "1.2"
    image: ghcr.io/a/b
  tasks:
    - name: Run
      community.docker.docker_container:
        name: no:3
        image: "«{{ image }}:{{ tag }}»"
        env: { IMAGE: no:4 }
    - docker_container: { image: «redis:7» }
    - containers.podman.podman_container:
        image: "«{{ other | default('nginx:1') }}»"
    - docker_image: { name: «a/b», tag: "{{ tag }}", source: pull }
    - community.docker.docker_image: { name: no:5, source: build, build: { path: . } }
    - docker_image: { name: «a/c:1» }
    - docker_container: { image: "«{{ missing }}»" }
    - docker_container: { image: «{{ item }}» }
      loop: [x:1, y:2]
    - block:
        - shell: docker run --rm «busybox:{{ tag }}» ls
          vars: { tag: "9" }
        - ansible.builtin.command:
            cmd: docker pull «alpine:3»
        - command: { argv: [docker, pull, «alpine:4»] }
        - debug: { msg: docker run no:6 }
`.replace("{ image: «{{ item }}» }", '{ image: "«{{ item }}»" }');

describe("readAnsible", () => {
  it("reads container modules and commands", () => {
    const document = expectUses(read, full, [
      "docker_container ghcr.io/a/b:1.2 resolved",
      "docker_container docker.io/library/redis:7 literal",
      "podman_container docker.io/library/nginx:1 resolved",
      "docker_image docker.io/a/b:1.2 resolved",
      "docker_image docker.io/a/c:1 literal",
      "docker_container ? unresolved",
      "docker_container docker.io/library/x:1 resolved",
      "docker_container docker.io/library/y:2 resolved",
      "command docker.io/library/busybox:9 resolved",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/alpine:4 literal",
    ]);
    assert.equal(document.dialect, "ansible");
  });

  it("leaves other lists alone", () => {
    assert.equal(read("- a\n- b\n").dialect, "unrecognised");
    assert.equal(read("image: a\n").dialect, "unrecognised");
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 6);
    expectToSurvive(read, plain);
    assert.equal(read(plain.replaceAll("\n", "\r\n")).images.length, read(plain).images.length);
  });
});
