import assert from "node:assert/strict";
import { repositoryOf } from "../../../src/core/document/ansibleFacts.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "roles/web/tasks/main.yml");

describe("tasks of a file that know of each other", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "no image that a task builds",
      '- docker_image: {name: a/b, tag: "{{ v }}", source: build, build: {path: .}}\n- docker_container: {image: "a/b:{{ v }}"}\n- docker_container: {image: «a/c»}\n- docker_image: {name: old, path: /src}\n- docker_container: {image: old:latest}\n- community.docker.docker_image_build: {name: x.io:5/e, path: .}\n- docker_image_tag: {name: x.io:5/e}\n- podman_image: {name: p, state: build}\n- podman_containers: {containers: [{image: p}, {image: «q:1»}]}\n',
      ["docker_container docker.io/a/c literal", "podman_container docker.io/library/q:1 literal"],
    ],
    [
      "no image that is built under a variable's name",
      '- vars: {n: a/b}\n  block:\n  - docker_image: {name: a/b, source: build}\n  - docker_container: {image: "{{ n }}:1"}\n',
      [],
    ],
    [
      "an image that is pulled under the name of another",
      "- docker_image: {name: a/b, source: build}\n- docker_image: {name: «a/bc», source: pull}\n",
      ["docker_image docker.io/a/bc literal"],
    ],
    [
      "an image whose source a variable says, unless it has what to build from",
      '- docker_image: {name: «a/b:1», source: "{{ source }}"}\n- docker_container: {image: «a/b:1»}\n- docker_image: {name: a/c, source: "{{ source }}", build: {path: .}}\n',
      ["docker_image docker.io/a/b:1 literal", "docker_container docker.io/a/b:1 literal"],
    ],
    [
      "what set_fact sets",
      '- set_fact: {i: "a/b:1", twice: x}\n- docker_container: {image: "«{{ i }}»"}\n- ansible.builtin.set_fact: {twice: y}\n- docker_container: {image: "«{{ twice }}»"}\n',
      ["docker_container docker.io/a/b:1 resolved", "docker_container ? unresolved"],
    ],
    [
      "each of several facts of which conditions let one count, unless it is made of another one",
      '- set_fact: {i: "a/b:1", n: a/b}\n  when: x\n- block:\n  - set_fact: {i: "a/c:1", n: "{{ n }}-y"}\n  when: not x\n- docker_container: {image: "«{{ i }}»"}\n- docker_container: {image: "«{{ n }}»"}\n',
      [
        "docker_container docker.io/a/b:1 resolved",
        "docker_container docker.io/a/c:1 resolved",
        "docker_container ? unresolved",
      ],
    ],
    [
      "modules that are called as an action",
      "- local_action: docker_container name=x image=«alpine:3»\n- action: docker_container image=«alpine:4» name=x\n- local_action: {module: community.docker.docker_container, image: «alpine:5»}\n- docker: image=«alpine:6»\n",
      ["docker_container 3", "docker_container 4", "docker_container 5", "docker 6"].map((one) => {
        const [site, tag] = one.split(" ");
        return `${site} docker.io/library/alpine:${tag} literal`;
      }),
    ],
    [
      "each item of a loop with its own fields",
      '- docker_container: {image: "«{{ item.i }}:{{ item.t }}»"}\n  loop: [{i: a/b, t: "1"}, {i: a/c, t: "2"}]\n- docker_image: {name: "«{{ item.i }}»", tag: "{{ item.t }}", source: pull}\n  with_items: [{i: a/d, t: "3"}, {i: a/e, t: "4"}]\n- docker_container: {name: "{{ item }}", image: «a/f»}\n  loop: [x, y]\n',
      [
        "docker_container docker.io/a/b:1 resolved",
        "docker_container docker.io/a/c:2 resolved",
        "docker_image docker.io/a/d:3 resolved",
        "docker_image docker.io/a/e:4 resolved",
        "docker_container docker.io/a/f literal",
      ],
    ],
    [
      "expressions",
      '- vars: {i: a/b, t: "1", full: "{{ i }}:{{ t }}"}\n  block:\n  - docker_container: {image: "«{{ i + \':\' + t }}»"}\n  - docker_container: {image: "«{{ other | default(full) }}»"}\n  - docker_container: {image: "«{{ i ~ \':\' ~ other }}»"}\n  - docker_container: {image: "«{{ x if y else z }}»"}\n',
      [
        "docker_container docker.io/a/b:1 resolved",
        "docker_container docker.io/a/b:1 resolved",
        "docker_container ? partial",
        "docker_container ? unresolved",
      ],
    ],
    [
      "the words that a variable holds",
      '- command: {argv: "{{ words }}"}\n  vars: {words: [docker, run, --rm, «redis:7»]}\n',
      ["command docker.io/library/redis:7 literal"],
    ],
    [
      "a resource that is written as a text",
      "- kubernetes.core.k8s:\n    definition: |\n      apiVersion: v1\n      kind: Pod\n      spec: {containers: [{image: «a/b:1»}]}\n- k8s: {definition: \"{{ lookup('template', 'x.j2') }}\"}\n",
      ["image docker.io/a/b:1 literal"],
    ],
  ];
  for (const [name, source, expected] of table) it(`have ${name}`, () => void expectUses(read, source, expected));

  it("end where variables name each other without end", () => {
    const text = '- vars: {a: "{{ b ~ b }}", b: "{{ a ~ a }}"}\n  docker_container: {image: "{{ a }}"}\n';
    assert.deepEqual(
      read(text).images.map(({ resolution }) => resolution),
      ["unresolved"],
    );
  });

  it("survive mutations", () =>
    expectToSurvive(
      read,
      '- set_fact: {i: "{{ x | default(y) }}"}\n- docker_image: {name: a, build: {path: .}}\n- local_action: {module: docker, image: "{{ i + \'b\' }}"}\n',
    ));
});

describe("repositoryOf", () => {
  const table: readonly (readonly [written: string, repository: string])[] = [
    ["a/b:1", "a/b"],
    ["x.io:5/a@sha256:1", "x.io:5/a"],
    ["{{ r ~ ':' }}/a:{{ t }}", "{{ r ~ ':' }}/a"],
    ["a", "a"],
  ];
  for (const [written, repository] of table)
    it(`takes ${written} for ${repository}`, () => assert.equal(repositoryOf(written), repository));
});
