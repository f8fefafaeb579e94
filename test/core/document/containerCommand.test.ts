import { readDocument } from "../../../src/core/document/readDocument.ts";
import { noSiblings } from "../../../src/core/document/siblings.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";

const pod = (fields: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: «docker:29»\n${fields}`;
const service = (fields: string): string => `services:\n  a:\n    image: «docker:29»\n${fields}`;
const own = "image docker.io/library/docker:29 literal";

describe("readContainerCommand", () => {
  const table: readonly (readonly [path: string, text: string, ...uses: readonly string[]])[] = [
    ["pod.yaml", pod("    command: [docker, run, «a/b:1»]\n"), "command docker.io/a/b:1 literal"],
    ["pod.yaml", pod("    command: [docker]\n    args: [pull, «a/b:1»]\n"), "command docker.io/a/b:1 literal"],
    ["pod.yaml", pod("    args: [sh, -c, docker run «a/b:1» x]\n"), "command docker.io/a/b:1 literal"],
    [
      "pod.yaml",
      pod(
        "    env: [{name: T, value: '2'}]\n    command: [/bin/sh, -ec]\n    args:\n    - |\n      x\n      crane copy «a/b:$T» r.io/b\n",
      ),
      "command docker.io/a/b:2 resolved",
    ],
    [
      "pod.yaml",
      pod(
        "    env: [{name: T, valueFrom: {configMapKeyRef: {name: c, key: T}}}]\n    args: [sh, -c, 'docker pull «a/b:$T»']\n",
      ),
      "command ? partial",
    ],
    ["pod.yaml", pod("    args: [run, --image=no:1, docker, no:2]\n")],
    ["pod.yaml", pod("    command: [echo, docker, run, no:1]\n")],
    ["compose.yaml", service("    command: docker run --rm «a/b:1»\n"), "command docker.io/a/b:1 literal"],
    ["compose.yaml", service("    command: sh -c 'docker pull «a/b:1»'\n"), "command docker.io/a/b:1 literal"],
    [
      "compose.yaml",
      service("    entrypoint: [docker, run]\n    command: ['«a/b:1»']\n"),
      "command docker.io/a/b:1 literal",
    ],
    [
      "compose.yaml",
      service("    entrypoint: [sh, -c]\n    command: |\n      docker pull «a/b:${T:-1}»\n"),
      "command docker.io/a/b:3 resolved",
    ],
    ["compose.yaml", service("    command: dockerd --registry-mirror http://no:1\n")],
  ];
  const read = (text: string, path: string) =>
    readDocument(text, path, (file) => (file === ".env" ? "T=3\n" : noSiblings(file)));
  for (const [path, text, ...uses] of table)
    it(`reads ${path} with ${text
      .slice(text.indexOf(":29»") + 4)
      .trim()
      .replaceAll("\n", "; ")}`, () => {
      void expectUses((plain) => read(plain, path), text, [own, ...uses]);
      expectPinsToHold((plain) => read(plain, path), text.replaceAll(/[«»]/g, ""));
    });
});
