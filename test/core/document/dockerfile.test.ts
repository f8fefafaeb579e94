import assert from "node:assert/strict";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";
import { readsCases } from "../../helpers/dockerfileCases.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("readDockerfile", () => {
  readsCases([
    {
      name: "the file of nineteen lines that other tools misread",
      source: `# syntax=⟦docker/dockerfile:1.7@${digest}⟧
ARG REGISTRY=ghcr.io
ARG BASE=\${REGISTRY}/org/base:1.2
ARG NODE_VERSION
from --platform=$BUILDPLATFORM \\
  ⟦golang:1.25-alpine⟧ AS build
RUN --mount=type=bind,from=⟦alpine:3.20⟧,target=/x true
COPY <<EOF /notes
FROM notanimage:1
EOF
FROM ⟦\${BASE}⟧ AS base
FROM ⟦node:\${NODE_VERSION:-22}-slim⟧
COPY --from=build /out /app
COPY --from=0 /out /app
COPY --from=⟦busybox:1.36⟧ /bin/busybox /bin/
FROM ⟦registry.example.com:5000/team/app@${digest}⟧
ONBUILD COPY --from=⟦nginx:1.27⟧ /etc/nginx /etc/nginx
FROM scratch
COPY --from=build /out /app
`,
      expected: [
        ["syntax", `docker.io/docker/dockerfile:1.7@${digest}`, "literal"],
        ["from", "docker.io/library/golang:1.25-alpine", "literal"],
        ["mount-from", "docker.io/library/alpine:3.20", "literal"],
        ["from", "ghcr.io/org/base:1.2", "resolved", "${REGISTRY}/org/base:1.2"],
        ["from", "docker.io/library/node:22-slim", "resolved", "22"],
        ["copy-from", "docker.io/library/busybox:1.36", "literal"],
        ["from", `registry.example.com:5000/team/app@${digest}`, "literal"],
        ["copy-from", "docker.io/library/nginx:1.27", "literal"],
      ],
    },
    {
      name: "a byte-order mark and CRLF",
      source:
        "\uFEFF# syntax=⟦docker/dockerfile:1⟧\r\nARG V=22\r\nFROM \\\r\n  # note\r\n\r\n  ⟦node:$V⟧ AS x\r\nFROM x\r\n",
      expected: [
        ["syntax", "docker.io/docker/dockerfile:1", "literal"],
        ["from", "docker.io/library/node:22", "resolved", "22"],
      ],
    },
    {
      name: "a reference that continues on the next line",
      source: "FROM ⟦node:\\\n# in between\n22⟧ AS x\n",
      expected: [["from", "docker.io/library/node:22", "literal"]],
    },
    {
      name: "backtick as the escape character",
      source: "# escape=`\nFROM `\n  ⟦mcr.microsoft.com/windows:1⟧\nRUN dir c:\\\nCOPY --from=⟦x:1⟧ a c:\\\n",
      expected: [
        ["from", "mcr.microsoft.com/windows:1", "literal"],
        ["copy-from", "docker.io/library/x:1", "literal"],
      ],
    },
    {
      name: "directives in any case, spacing and order",
      source: "#check=skip=all\n#  SynTax  =  ⟦docker/dockerfile:1⟧ some options\n# escape=`\nFROM ⟦a⟧\n",
      expected: [
        ["syntax", "docker.io/docker/dockerfile:1", "literal"],
        ["from", "docker.io/library/a", "literal"],
      ],
    },
    {
      name: "a syntax line after another comment",
      source: "# hello\n# syntax=no/no\nFROM ⟦a⟧\n",
      expected: [["from", "docker.io/library/a", "literal"]],
    },
    {
      name: "a syntax line after an empty line",
      source: "\n# syntax=no/no\nFROM ⟦a⟧\n",
      expected: [["from", "docker.io/library/a", "literal"]],
    },
    {
      name: "an indented syntax line",
      source: " # syntax=no/no\nFROM ⟦a⟧\n",
      expected: [["from", "docker.io/library/a", "literal"]],
    },
    {
      name: "a syntax line after a shebang",
      source: "#!/usr/bin/env docker\n# syntax=⟦a/b⟧\nFROM ⟦a⟧\n",
      expected: [
        ["syntax", "docker.io/a/b", "literal"],
        ["from", "docker.io/library/a", "literal"],
      ],
    },
    {
      name: "a syntax line in C style",
      source: "//syntax=⟦a/b:1⟧\n{ FROM: x }\n",
      expected: [["syntax", "docker.io/a/b:1", "literal"]],
    },
    {
      name: "a syntax in JSON",
      source: '{"syntax": "⟦a/b:1⟧", "x": ["FROM y"]}',
      expected: [["syntax", "docker.io/a/b:1", "literal"]],
    },
    {
      name: "a repeated directive",
      source: "# syntax=⟦a/b⟧\n# syntax=c/d\nFROM ⟦a⟧\n",
      expected: [
        ["syntax", "docker.io/a/b", "literal"],
        ["from", "docker.io/library/a", "literal"],
      ],
      problems: ["directive-repeated"],
    },
    {
      name: "an escape that cannot be",
      source: "# escape=x\nFROM ⟦a⟧\n",
      expected: [["from", "docker.io/library/a", "literal"]],
      problems: ["directive-invalid"],
    },
    {
      name: "here-documents",
      source: `FROM ⟦a⟧
RUN <<EOF
FROM no:1
EOF
RUN <<-A cat <<'B'
FROM no:2
	A
FROM no:3
B
COPY <<X <<"Y Z" /d/
FROM no:4
X
FROM no:5
Y Z
RUN "<<Q"
RUN ["sh", "<<Q"]
ENV X=<<Q
FROM ⟦b⟧
RUN 3<<  EOF  > x
FROM no:6
EOF
FROM ⟦c⟧
`,
      expected: [
        ["from", "docker.io/library/a", "literal"],
        ["from", "docker.io/library/b", "literal"],
        ["from", "docker.io/library/c", "literal"],
      ],
    },
    {
      name: "a here-document that is not closed",
      source: "FROM ⟦a⟧\nRUN <<EOF\nFROM b\n",
      expected: [["from", "docker.io/library/a", "literal"]],
      problems: ["heredoc-unterminated"],
    },
    {
      name: "a line that only looks like a continuation",
      source: "FROM ⟦a⟧\nRUN echo \\\\\nFROM ⟦b⟧\nRUN echo \\ \t\n  FROM no\nFROM ⟦c⟧",
      expected: [
        ["from", "docker.io/library/a", "literal"],
        ["from", "docker.io/library/b", "literal"],
        ["from", "docker.io/library/c", "literal"],
      ],
    },
    {
      name: "instructions before FROM",
      source: "RUN x\nFROM ⟦a⟧\n",
      expected: [["from", "docker.io/library/a", "literal"]],
      problems: ["instruction-before-from"],
    },
    {
      name: "unknown instructions",
      source: "FROM ⟦a⟧\nFORM b\n",
      expected: [["from", "docker.io/library/a", "literal"]],
      problems: ["instruction-unknown"],
    },
    {
      name: "a byte-order mark that is not at the start, which is no white space",
      source: "FROM ⟦a⟧\n\uFEFFFROM b\n",
      expected: [["from", "docker.io/library/a", "literal"]],
      problems: ["instruction-unknown"],
    },
    {
      name: "a continuation that nothing follows",
      source: "FROM ⟦a⟧\n\\\n",
      expected: [["from", "docker.io/library/a", "literal"]],
      problems: ["instruction-unknown"],
    },
    { name: "no FROM", source: "ARG A=1\n", expected: [], problems: ["no-stage"] },
    { name: "nothing", source: "", expected: [], problems: ["no-stage"] },
  ]);

  it("tells how a value came to be, outermost first", () => {
    const { images } = readDockerfile("ARG V=22\nARG BASE=node:${V}\nFROM ${BASE}\n", "Dockerfile");
    assert.deepEqual(
      images[0]?.chain.map(({ label, text }) => [label, text]),
      [
        ["expression", "${BASE}"],
        ["ARG BASE", "node:${V}"],
        ["ARG V", "22"],
      ],
    );
  });

  it("gives the platform only where it is written literally", () => {
    const { images } = readDockerfile(
      "FROM --platform=linux/arm64 a\nFROM --platform=$BUILDPLATFORM b\nFROM c\n",
      "Dockerfile",
    );
    assert.deepEqual(
      images.map(({ platform }) => platform),
      ["linux/arm64", undefined, undefined],
    );
  });

  it("answers quickly and clearly for what is no Dockerfile", () => {
    const noise = Array.from({ length: 200_000 }, (_, i) => String.fromCharCode((i * 7919) % 65_536)).join("");
    const document = readDockerfile(noise, "Dockerfile");
    assert.deepEqual(document.images, []);
    assert.ok(document.problems.length > 0 && document.problems.length <= 52);
  });

  const limits: [name: string, text: string][] = [
    ["a line longer than BuildKit takes", `FROM a\nRUN ${"x".repeat(70_000)}\nFROM b\n`],
    ["very many instructions", "FROM a\n".repeat(30_000)],
    ["a value that doubles and doubles", `ARG A=x\n${"ARG A=$A$A\n".repeat(60)}FROM $A\n`],
    [
      "a long chain of variables",
      `ARG A0=x\n${Array.from({ length: 500 }, (_, i) => `ARG A${i + 1}=$A${i}`).join("\n")}\nFROM $A500\n`,
    ],
  ];
  for (const [name, text] of limits) {
    it(`stops at ${name}`, () => {
      const { problems } = readDockerfile(text, "Dockerfile");
      assert.ok(problems.some(({ code }) => code === "limit-reached"));
    });
  }
});
