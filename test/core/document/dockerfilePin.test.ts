import assert from "node:assert/strict";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";

const digest = `sha256:${"a".repeat(64)}`;

/** The text after pinning its first image: `@D` stands for the new digest. */
const cases: [name: string, text: string, pinned: string][] = [
  ["a literal", "FROM node:22 AS a\n", "FROM node:22@D AS a\n"],
  ["a quoted literal", 'FROM "node:22"\n', 'FROM "node:22@D"\n'],
  ["an old digest", `FROM node:22@${digest}\n`, "FROM node:22@D\n"],
  ["a variable that is the whole image", "ARG I=node:22\nFROM $I\n", "ARG I=node:22@D\nFROM $I\n"],
  ["a variable that is the tag", 'ARG V="22"\nFROM node:${V}\n', 'ARG V="22@D"\nFROM node:${V}\n'],
  ["a variable with an old digest", `ARG I=node@${digest}\nFROM $I\n`, "ARG I=node@D\nFROM $I\n"],
  ["a variable with only the digest", `ARG D=${digest}\nFROM node@$D\n`, "ARG D=SAME\nFROM node@D\n"],
  ["a variable in front of the end", "ARG V=22\nFROM node:$V-slim\n", "ARG V=22\nFROM node:$V-slim@D\n"],
  ["a registry", "ARG R=ghcr.io\nFROM $R/a:1\n", "ARG R=ghcr.io\nFROM $R/a:1@D\n"],
  ["a variable of a variable", "ARG V=22\nARG I=node:$V\nFROM $I\n", "ARG V=22@D\nARG I=node:$V\nFROM $I\n"],
  [
    "a variable that two uses of the same image share",
    "ARG V=22\nFROM node:$V\nFROM node:$V\n",
    "ARG V=22@D\nFROM node:$V\nFROM node:$V\n",
  ],
  ["a variable that another image shares", "ARG V=3\nFROM a:$V\nFROM b:$V\n", "ARG V=3\nFROM a:$V@D\nFROM b:$V\n"],
  [
    "a variable that a stage takes over",
    "ARG V=22\nFROM node:$V\nARG V\nRUN get $V\n",
    "ARG V=22\nFROM node:$V@D\nARG V\nRUN get $V\n",
  ],
  [
    "a variable that a platform takes",
    "ARG V=arm64\nFROM --platform=linux/$V a:$V\n",
    "ARG V=arm64\nFROM --platform=linux/$V a:$V@D\n",
  ],
  [
    "a variable that is tested elsewhere",
    "ARG V=22\nFROM node:$V\nFROM a:${V:+x}\n",
    "ARG V=22\nFROM node:$V@D\nFROM a:${V:+x}\n",
  ],
  [
    "a variable that an operator also looks at",
    "ARG V=22\nARG W=${V%2}$V\nFROM a:$W\n",
    "ARG V=22\nARG W=${V%2}$V@D\nFROM a:$W\n",
  ],
  ["a variable that is inside twice", "ARG V=2\nFROM a:$V$V\n", "ARG V=2\nFROM a:$V$V@D\n"],
  ["an empty variable at the end", "ARG S=\nFROM node:22$S\n", "ARG S=\nFROM node:22$S@D\n"],
  ["a default in the expression", "FROM ${I:-node:22}\n", "FROM ${I:-node:22@D}\n"],
  ["a computed value", "ARG V=v22\nFROM node:${V#v}\n", "ARG V=v22\nFROM node:${V#v}@D\n"],
];

describe("pinning a Dockerfile's first image", () => {
  for (const [name, text, pinned] of cases) {
    it(`edits the right place for ${name}`, () => {
      const pinAt = readDockerfile(text, "Dockerfile").images[0]?.pinAt;
      assert.ok(pinAt);
      const edited = `${text.slice(0, pinAt.start)}@D${text.slice(pinAt.end)}`;
      assert.equal(edited, pinned.replace("SAME", digest));
    });
  }

  for (const text of [
    "FROM node:$V\n",
    "FROM Node\n",
    "ARG A=node@sha256:\nARG H=" + "a".repeat(64) + "\nFROM $A$H\n",
  ]) {
    it(`offers no place in ${JSON.stringify(text.slice(0, 30))}`, () =>
      assert.equal(readDockerfile(text, "Dockerfile").images[0]?.pinAt, undefined));
  }
});
