import assert from "node:assert/strict";
import { readAnsible } from "../../../src/core/document/ansible.ts";
import { expectUses, summary } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "roles/web/defaults/main.yml",
    "web_image: quay.io/a/web\nweb_tag: '1.2'\nweb_full: '{{ web_image }}:{{ web_tag }}'\nboth: a/default:1\nimages: [a/b:1, a/b:2]\nweb: {image: a/nested:1}\n",
  ],
  ["roles/web/meta/main.yml", "dependencies: [base, {role: more}]\n"],
  ["roles/base/vars/main.yml", "base_image: a/base:1\n"],
  ["roles/more/defaults/main.yml", "more_image: a/more:1\nboth: a/more:2\n"],
  ["roles/web/vars/main.yml", "both: a/vars:1\n"],
  ["group_vars/all.yml", "global_image: a/all:1\nboth: a/all:2\n"],
  ["named.yml", "named_image: a/named:1\nglobal_image: a/named:2\n"],
]);
const siblings = (path: string): string | undefined => files.get(path);

describe("variablesBeside", () => {
  const table: readonly (readonly [image: string, expected: readonly string[]])[] = [
    ["{{ web_image }}:{{ web_tag }}", ["docker_container quay.io/a/web:1.2 resolved"]],
    ["{{ web_full }}", ["docker_container quay.io/a/web:1.2 resolved"]],
    ["{{ both }}", ["docker_container docker.io/a/vars:1 resolved"]],
    ["{{ global_image }}", ["docker_container docker.io/a/all:1 resolved"]],
    ["{{ web.image }}", ["docker_container docker.io/a/nested:1 resolved"]],
    ["{{ base_image }}", ["docker_container docker.io/a/base:1 resolved"]],
    ["{{ more_image }}", ["docker_container docker.io/a/more:1 resolved"]],
    ["{{ missing | default('a/b:3') }}", ["docker_container docker.io/a/b:3 resolved"]],
    ["{{ missing }}", ["docker_container ? unresolved"]],
  ];
  for (const [image, expected] of table)
    it(`follows ${image} in a role's tasks`, () => {
      const source = `- docker_container:\n    image: "${image}"\n`;
      const { images } = readAnsible(source, "roles/web/tasks/main.yml", siblings);
      assert.deepEqual(images.map(summary), expected);
      assert.equal(images[0]?.text, image);
      assert.equal(images[0]?.pinAt === undefined || image.includes("default"), true);
    });

  it("follows the variables of a role in tasks that lie deeper", () => {
    const source = "- docker_container: {image: '{{ web_full }}'}\n- docker_container: {image: '{{ base_image }}'}\n";
    assert.deepEqual(readAnsible(source, "roles/web/tasks/a/b.yml", siblings).images.map(summary), [
      "docker_container quay.io/a/web:1.2 resolved",
      "docker_container docker.io/a/base:1 resolved",
    ]);
  });

  it("follows the variables of a play's own files, which win, and not those of roles", () => {
    const source =
      "- hosts: all\n  vars_files: [named.yml]\n  tasks:\n  - docker_container: {image: '{{ named_image }}'}\n  - docker_container: {image: '{{ global_image }}'}\n  - docker_container: {image: '{{ web_full }}'}\n  - docker_container: {image: '{{ named_image }}'}\n    vars: {named_image: a/own:1}\n";
    assert.deepEqual(readAnsible(source, "play.yml", siblings).images.map(summary), [
      "docker_container docker.io/a/named:1 resolved",
      "docker_container docker.io/a/named:2 resolved",
      "docker_container ? unresolved",
      "docker_container docker.io/a/own:1 resolved",
    ]);
  });

  it("follows the variables of plays beside a folder of tasks that is no role's", () => {
    const beside = new Map([
      ["site/", "play.yml\nnamed.yml\ntasks/"],
      ["site/play.yml", "- hosts: all\n  vars: {tag: '2'}\n  vars_files: [named.yml]\n"],
      ["site/named.yml", "image: a/named\ntag: '1'\n"],
    ]);
    const source = "- docker_container: {image: '{{ image }}:{{ tag }}'}\n";
    const { images } = readAnsible(source, "site/tasks/web.yml", (path) => beside.get(path));
    assert.deepEqual(images.map(summary), ["docker_container docker.io/a/named:2 resolved"]);
  });

  it("follows the variables of a play's hosts and roles, in files and folders", () => {
    const files = new Map([
      ["group_vars/", "all/\nall.yml\nweb/\nother.yml"],
      ["group_vars/all/", "images.yml\nvault.txt"],
      ["group_vars/all.yml", "api_image: a/api:1\nboth: a/all:1\n"],
      ["group_vars/all/images.yml", "db_image: a/db:1\n"],
      ["group_vars/web/", "vars.yaml"],
      ["group_vars/web/vars.yaml", "web_image: a/web:1\nboth: a/web:2\n"],
      ["group_vars/other.yml", "other_image: a/other:1\n"],
      ["host_vars/", "one.yml"],
      ["host_vars/one.yml", "one_image: a/one:1\n"],
      ["roles/base/defaults/main.yml", "base_image: a/base:1\nunset:\n"],
      ["roles/late/vars/main.yml", "late_image: a/late:1\n"],
      ["vars/more.yml", "more_image: a/more:1\n"],
    ]);
    const names = ["api", "db", "web", "other", "one", "base", "late", "more"].map((name) => `${name}_image`);
    const source = `- hosts: web:one
  roles: [{ role: base }]
  tasks:
  - include_vars: more.yml
  - import_role: { name: late }
${[...names, "both", "unset"].map((name) => `  - docker_container: {image: '{{ ${name} }}'}\n`).join("")}`;
    const { images } = readAnsible(source, "play.yml", (path) => files.get(path));
    assert.deepEqual(
      images.map(summary).map((one) => one.replace(/^docker_container (?:docker\.io\/)?| resolved$/g, "")),
      [
        "a/api:1",
        "a/db:1",
        "a/web:1",
        "? unresolved",
        "a/one:1",
        "a/base:1",
        "a/late:1",
        "a/more:1",
        "a/web:2",
        "? unresolved",
      ],
    );
  });

  it("follows what a play says for a role that it runs, where nothing else does", () => {
    const files = new Map([
      ["./", "roles/\nsite.yml\nother.yml"],
      ["other.yml", "- hosts: all\n  vars: {tag: '1', image: a/other}\n  roles: [other, {role: webs}]\n"],
      [
        "site.yml",
        "- hosts: all\n  vars: {tag: '2', image: a/play, name: a/c}\n  roles: [base, {role: web, image: a/b, vars: {own: '3'}}]\n",
      ],
      ["roles/web/defaults/main.yml", "name: a/d\n"],
    ]);
    const source = ["{{ image }}:{{ tag }}", "{{ name }}:{{ own }}", "{{ none }}"]
      .map((image) => `- docker_container: {image: '${image}'}\n`)
      .join("");
    const { images } = readAnsible(source, "roles/web/tasks/main.yml", (path) => files.get(path));
    assert.deepEqual(images.map(summary), [
      "docker_container docker.io/a/b:2 resolved",
      "docker_container docker.io/a/d:3 resolved",
      "docker_container ? unresolved",
    ]);
  });

  it("follows the files of variables that a play names, for a role that it runs", () => {
    const files = new Map([
      ["./", "roles/\nother.yml\nsite.yml"],
      ["other.yml", "- hosts: all\n  vars_files: [vars/b.yml]\n  roles: [webs]\n"],
      ["site.yml", "- hosts: all\n  vars_files: [vars/a.yml, vars/b.yml]\n  roles: [web]\n"],
      ["vars/a.yml", "tag: '1'\nside: a/c:1\n"],
      ["vars/b.yml", "tag: '2'\n"],
    ]);
    const read = (path: string) =>
      readAnsible(
        "- docker_container: {image: 'a/b:{{ tag }}'}\n- docker_container: {image: '{{ side }}'}\n",
        path,
        (one) => files.get(one),
      ).images.map(summary);
    assert.deepEqual(read("roles/web/tasks/main.yml"), [
      "docker_container docker.io/a/b:2 resolved",
      "docker_container docker.io/a/c:1 resolved",
    ]);
    assert.deepEqual(read("roles/db/tasks/main.yml"), ["docker_container ? partial", "docker_container ? unresolved"]);
  });

  it("follows the variables of the hosts of a play that runs a role, also of one in a folder of plays", () => {
    const files = new Map([
      ["./", "roles/\nsite.yml"],
      ["playbooks/", "more.yml"],
      ["site.yml", "- hosts: front[0]:!old\n  roles: [web]\n- hosts: [back]\n  roles: [{ role: db }]\n"],
      ["playbooks/more.yml", "- hosts: all:&cache\n  vars: { tag: '5' }\n  roles: [cache]\n"],
      ["group_vars/", "front.yml\nback.yml"],
      ["group_vars/front.yml", "tag: '1'\n"],
      ["group_vars/back.yml", "tag: '2'\n"],
      ["inventory/host_vars/", "cache.yml"],
      ["inventory/host_vars/cache.yml", "tag: '3'\nside: '4'\n"],
    ]);
    const read = (role: string) =>
      readAnsible(
        "- docker_container: {image: 'a/b:{{ tag }}'}\n- docker_container: {image: 'a/c:{{ side }}'}\n",
        `roles/${role}/tasks/main.yml`,
        (one) => files.get(one),
      ).images.map(summary);
    assert.deepEqual(read("web"), ["docker_container docker.io/a/b:1 resolved", "docker_container ? partial"]);
    assert.deepEqual(read("db"), ["docker_container docker.io/a/b:2 resolved", "docker_container ? partial"]);
    assert.deepEqual(read("cache"), [
      "docker_container docker.io/a/b:5 resolved",
      "docker_container docker.io/a/c:4 resolved",
    ]);
    // No play runs it: only one host says `side`, several groups say `tag`.
    assert.deepEqual(read("other"), ["docker_container ? partial", "docker_container docker.io/a/c:4 resolved"]);
  });

  it("follows a list that a loop takes from elsewhere", () => {
    const source =
      "- docker_container: {image: '{{ one }}'}\n  loop: '{{ images }}'\n  loop_control: {loop_var: one}\n";
    const { images } = readAnsible(source, "roles/web/tasks/main.yml", siblings);
    assert.deepEqual(images.map(summary), [
      "docker_container docker.io/a/b:1 resolved",
      "docker_container docker.io/a/b:2 resolved",
    ]);
    assert.equal(images[0]?.chain.at(-1)?.file, "roles/web/defaults/main.yml");
  });
});

describe("readAnsible, modules with more than an image", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "the older form",
      `- docker_container: name=a image=«a/b:1» state=started\n- docker_container: name=a image="«a/b:2»"\n- docker_container: "image=«{{ tag | default('a/b:3') }}» name=a"\n- docker_image: name=«{{ own | default('a/c:1') }}» source=pull\n- docker_image: name=«a/d:1»\n`,
      [
        "docker_container docker.io/a/b:1 literal",
        "docker_container docker.io/a/b:2 literal",
        "docker_container docker.io/a/b:3 resolved",
        "docker_image docker.io/a/c:1 resolved",
        "docker_image docker.io/a/d:1 literal",
      ],
    ],
    [
      "resources",
      "- kubernetes.core.k8s:\n    definition:\n    - {apiVersion: v1, kind: Pod, spec: {containers: [{image: «a/b:1»}]}}\n    - {apiVersion: v1, kind: ConfigMap, data: {image: a/c:1}}\n",
      ["image docker.io/a/b:1 literal"],
    ],
    [
      "a chart and its values",
      "- kubernetes.core.helm:\n    chart_ref: oci://«ghcr.io/a/chart»\n    chart_version: 1.0.0\n    values: {image: {repository: «a/b», tag: '1'}}\n",
      ["chart ghcr.io/a/chart:1.0.0 resolved", "image docker.io/a/b:1 resolved"],
    ],
    [
      "compose files and stacks",
      "- community.docker.docker_compose_v2:\n    definition: {services: {a: {image: «a/b:1»}, b: {image: a/out, build: .}}}\n- docker_stack:\n    compose: [{services: {a: {image: «a/c:1»}}}]\n- acme.stacks.stack:\n    definition: {services: {a: {image: «a/d:1»}}}\n",
      ["image docker.io/a/b:1 literal", "image docker.io/a/c:1 literal", "image docker.io/a/d:1 literal"],
    ],
    [
      "no image that is not one",
      "- set_fact: {image: a/b:1}\n- debug: {msg: 'image: a'}\n- docker_image: name=a/b:1 path=/src\n- docker_image: name=a/c:1 source=build\n- docker_image: name=a/d:1 state=absent\n- docker_image: name=a/e tag=1 source=pull\n- copy: {content: 'image: a'}\n",
      [],
    ],
  ];
  for (const [name, source, expected] of table)
    it(`reads ${name}`, () => void expectUses((text) => readAnsible(text, "tasks.yml"), source, expected));
});
