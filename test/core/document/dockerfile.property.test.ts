import assert from "node:assert/strict";
import fc from "fast-check";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";
import type { Document } from "../../../src/core/document/document.ts";
import { formatReference } from "../../../src/core/image/reference.ts";

const oldDigest = `sha256:${"a".repeat(64)}`;
const newDigest = `sha256:${"b".repeat(64)}`;

/** Values of ARGs: literals, quoted, empty, built from other ARGs. */
const value = fc.constantFrom(
  "node:22",
  '"node:22"',
  "'node':22",
  "22",
  "",
  "ghcr.io/a",
  `node@${oldDigest}`,
  `22@${oldDigest}`,
  oldDigest,
  `@${oldDigest}`,
  "$V0",
  "${V0}",
  "node:${V1}",
  '"node:$V1"',
  "${V1:-node:22}",
  "${V2}-slim",
  "$V0$V1",
  "${V0:+22}",
  "node\\:22",
  "v${V2#v}",
  "${V1%22}",
  "${V1+node}:${V2:-1}",
  "${V0:-$V1}",
);
const base = fc.constantFrom(
  "node:22",
  `node@${oldDigest}`,
  '"node:22"',
  "$V0",
  "${V0}",
  "'x'$V1",
  '"$V1"',
  '"${V2}"',
  "node:$V1",
  "node:${V1}-slim",
  "node:\\\n$V2",
  "${V0:-node:22}",
  "${V0-node:$V1}",
  '"${V3:-"node:22"}"',
  "node:${V1:-20}",
  "node:22$V2",
  "node@$V2",
  "node@${V2:-" + oldDigest + "}",
  "node${V3}",
  "${V3}/node:1",
  "${V1:+node:1}",
  "node:${V1%-*}",
);
const instruction = fc.oneof(
  fc.tuple(base, fc.constantFrom("", " AS s1", " as S2")).map(([text, as]) => `FROM ${text}${as}`),
  fc.constantFrom(
    "FROM --platform=linux/$V2 node:22",
    "ARG V1",
    "ARG V2=stage",
    "ENV V0=x",
    "RUN docker pull $V1 $V0",
    "COPY --from=busybox:1 a b",
    `COPY --from="busybox@${oldDigest}" a b`,
    "RUN --mount=type=bind,from=alpine:3,target=/x true",
    "ONBUILD COPY --from=nginx:1.27 a b",
    "FROM s1",
    "# comment",
  ),
);
const dockerfile = fc
  .tuple(
    fc.constantFrom("", "# syntax=docker/dockerfile:1\n", `# syntax=docker/dockerfile:1@${oldDigest}\n`),
    fc.array(fc.tuple(fc.nat(3), value), { maxLength: 5 }),
    fc.array(instruction, { minLength: 1, maxLength: 7 }),
    fc.constantFrom("\n", "\r\n"),
  )
  .map(([syntax, args, instructions, lineBreak]) =>
    `${syntax}${args.map(([name, text]) => `ARG V${name}=${text}\n`).join("")}${instructions.join("\n")}\n`.replaceAll(
      "\n",
      lineBreak,
    ),
  );

const imagesOf = (document: Document) =>
  document.images.map(({ reference }) => (reference === undefined ? undefined : formatReference(reference)));
const withNewDigest = (reference: string) => `${reference.replace(/@.*/, "")}@${newDigest}`;

describe("readDockerfile, for any file", () => {
  it("gives pins that pin the image, and every other use of it or nothing else", () => {
    let pinned = 0;
    let elsewhere = 0;
    fc.assert(
      fc.property(dockerfile, (text) => {
        const before = readDockerfile(text, "Dockerfile");
        const images = imagesOf(before);
        before.images.forEach(({ pinAt, definedAt, reference }, index) => {
          assert.equal(pinAt === undefined || reference !== undefined, true);
          if (pinAt === undefined || reference === undefined) return;
          const edited = `${text.slice(0, pinAt.start)}@${newDigest}${text.slice(pinAt.end)}`;
          const after = readDockerfile(edited, "Dockerfile");
          const now = imagesOf(after);
          const wanted = withNewDigest(formatReference(reference));
          assert.equal(now[index], wanted);
          now.forEach((image, other) => {
            if (image !== images[other])
              assert.equal(
                image,
                images[other] === undefined ? undefined : withNewDigest(images[other]),
                `use ${other}`,
              );
            if (image !== images[other]) assert.equal(images[other], images[index], `use ${other} is another image`);
          });
          assert.deepEqual(
            after.commands.map(({ words }) => words.map((word) => word.text)),
            before.commands.map(({ words }) => words.map((word) => word.text)),
          );
          assert.equal(after.problems.length, before.problems.length);
          pinned += 1;
          if (definedAt !== undefined && pinAt.start >= definedAt.start && pinAt.end <= definedAt.end) elsewhere += 1;
        });
      }),
      { numRuns: 2000 },
    );
    // The property would hold for a reader that offers no pin, or never edits a variable.
    assert.ok(pinned > 2000 && elsewhere > 100, `${pinned} pins, ${elsewhere} of them in a variable or default`);
  });

  it("keeps all spans inside the text, whatever is cut off or changed", () => {
    fc.assert(
      fc.property(
        dockerfile,
        fc.nat(),
        fc.nat(),
        fc.constantFrom("", "'", '"', "\\", "$", "${", "$(", "`", "<<EOF", "\n", "{", "}", "\uFEFF", "\0", "é"),
        (text, cut, at, insert) => {
          const changed = text.slice(0, cut % (text.length + 1));
          const place = at % (changed.length + 1);
          check(changed.slice(0, place) + insert + changed.slice(place));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reads any text without throwing", () => {
    const piece = fc.constantFrom(
      "FROM ",
      "RUN ",
      "COPY --from=",
      "ARG ",
      "ENV ",
      "ONBUILD ",
      "SHELL ",
      "\n",
      "\r\n",
      "\\\n",
      " ",
      "=",
      "$",
      "${",
      "}",
      ":-",
      "'",
      '"',
      "\\",
      "`",
      "<<A",
      "A\n",
      "#",
      "[",
      '["a"]',
      "a",
      "1",
      "@",
      "/",
      "--mount=from=",
      ",",
      "AS",
      "$(",
      ")",
      "((",
      ";",
      "&&",
      "|",
      "if ",
      "fi",
      "case x in ",
      "${{ a }}",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
        ),
        check,
      ),
      // What is longer in lower case, and a keyword over two lines.
      { numRuns: 3000, examples: [["\u0130"], ["FO\\\nO"]] },
    );
  });
});

function check(source: string): void {
  const document = readDockerfile(source, "Dockerfile");
  const { text } = document;
  const spans = [
    ...document.images.flatMap(({ span, definedAt, pinAt, chain }) => [
      span,
      definedAt,
      pinAt,
      ...chain.map((step) => step.span),
    ]),
    ...document.commands.flatMap(({ span, words }) => [span, ...words.map((word) => word.span)]),
    ...document.problems.map(({ span }) => span),
  ];
  for (const span of spans) {
    if (span !== undefined)
      assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length, JSON.stringify(span));
  }
}
