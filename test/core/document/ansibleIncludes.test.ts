import assert from "node:assert/strict";
import { readAnsible } from "../../../src/core/document/ansible.ts";
import { imagesOf } from "../../../src/core/shell/imageCommands.ts";
import { summary } from "../../helpers/imageUses.ts";

const tasks = `- docker_container: { name: x, image: "{{ item.image }}:{{ item.tag | default('9') }}" }
- docker_container: { name: y, image: "a/fixed:1" }
- docker_container: { name: z, image: "{{ side }}" }
- command: docker pull {{ item.image }}:{{ version }}
`;

describe("inclusionsOf", () => {
  const table: readonly (readonly [
    name: string,
    path: string,
    files: Readonly<Record<string, string>>,
    expected: readonly string[],
  ])[] = [
    [
      "each item of a loop, with what stands beside it",
      "roles/web/tasks/one.yml",
      {
        "roles/web/tasks/": "main.yml\none.yml\nother.yml",
        "roles/web/tasks/main.yml":
          "- block:\n  - include_tasks: one.yml\n    loop: [{image: a/b, tag: 1}, {image: a/c}]\n    vars: {side: 'a/side:1', version: 5}\n- include_tasks: other.yml\n  vars: {side: 'a/no:1'}\n",
      },
      ["a/b:1", "a/fixed:1", "a/side:1", "a/b:5", "a/c:9", "a/c:5"],
    ],
    [
      "a loop over a variable, under a name of its own",
      "tasks/one.yml",
      {
        "./": "site.yml\ntasks/",
        "site.yml":
          "- hosts: all\n  tasks:\n  - ansible.builtin.include_tasks: {file: tasks/one.yml}\n    loop: '{{ apps }}'\n    loop_control: {loop_var: item}\n",
        "group_vars/": "all.yml",
        "group_vars/all.yml": "apps: [{image: a/d, tag: '2'}]\nside: a/side:2\nversion: 3\n",
        "tasks/": "one.yml",
      },
      ["a/d:2", "a/fixed:1", "a/side:2", "a/d:3"],
    ],
    [
      "a role that plays and other roles run",
      "roles/web/tasks/main.yml",
      {
        "roles/": "web/\ndb/",
        "roles/db/tasks/main.yml":
          "- include_role: {name: web}\n  vars: {item: {image: a/e, tag: 1}, side: 'a/side:3', version: 6}\n- import_role: {name: webs}\n  vars: {side: 'a/no:2'}\n",
        "./": "site.yml\nroles/",
        "site.yml": "- hosts: all\n  roles: [db]\n",
      },
      ["a/e:1", "a/fixed:1", "a/side:3", "a/e:6"],
    ],
    [
      "no file that includes it",
      "roles/web/tasks/one.yml",
      { "roles/web/tasks/": "one.yml" },
      ["?", "a/fixed:1", "?", "?"],
    ],
  ];
  for (const [name, path, files, expected] of table)
    it(`gives ${name}`, () => {
      const found = imagesOf(readAnsible(tasks, path, (one) => files[one]))
        .map(summary)
        .map((one) => one.replace(/^\S+ (?:docker\.io\/)?| \w+$/g, ""));
      assert.deepEqual(found.toSorted(), [...expected].toSorted());
    });
});
