import assert from "node:assert/strict";
import { formatReference } from "../../../src/core/image/reference.ts";
import type { Span } from "../../../src/core/image/span.ts";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";
import { marked } from "../../helpers/marked.ts";

const digest = `sha256:${"a".repeat(64)}`;

/** site, reference (or null), resolution; and, where it is elsewhere, the literal that defines it. */
type Expected = [site: string, reference: string | null, resolution: string, definedAt?: string];

/** A fixture marks the spans of its images with ⟦⟧; `expected` has one row for each. */
interface Case {
  readonly name: string;
  readonly source: string;
  readonly expected: readonly Expected[];
  readonly problems?: readonly string[];
}

const cases: Case[] = [
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
    name: "FROM sees ARGs before the first FROM, never ENV nor a stage's ARG",
    source: "ARG A=1\nFROM ⟦x:$A⟧\nARG B=2\nENV C=3\nFROM ⟦x:${B:-b}⟧\nFROM ⟦x:${C:-c}⟧\n",
    expected: [
      ["from", "docker.io/library/x:1", "resolved", "1"],
      ["from", "docker.io/library/x:b", "resolved", "b"],
      ["from", "docker.io/library/x:c", "resolved", "c"],
    ],
  },
  {
    name: "every operator",
    source: [
      "ARG SET=v",
      "ARG EMPTY=",
      "ARG LONG=v1.2.3-alpine",
      "FROM ⟦x:${SET:-d}⟧",
      "FROM ⟦x:${SET-d}⟧",
      "FROM ⟦x:${EMPTY:-d}⟧",
      "FROM ⟦x:e${EMPTY-d}⟧",
      "FROM ⟦x:${NONE-d}⟧",
      "FROM ⟦x:${SET:+p}⟧",
      "FROM ⟦x:e${EMPTY:+p}⟧",
      "FROM ⟦x:${EMPTY+p}⟧",
      "FROM ⟦x:e${NONE+p}⟧",
      "FROM ⟦x:${SET:?must}⟧",
      "FROM ⟦x:${NONE:-${ALSO:-${SET}2}}⟧",
      "FROM ⟦x:${LONG#v}⟧",
      "FROM ⟦x:${LONG#*.}⟧",
      "FROM ⟦x:${LONG##*.}⟧",
      "FROM ⟦x:${LONG%-*}⟧",
      "FROM ⟦x:${LONG%%.*}⟧",
      "FROM ⟦x:${LONG/./_}⟧",
      "FROM ⟦x:${LONG//./_}⟧",
      "FROM ⟦x:${LONG/-alpine/}⟧",
    ].join("\n"),
    expected: [
      "v:v",
      "v:v",
      "d:d",
      "e",
      "d:d",
      "p:p",
      "e",
      "p:p",
      "e",
      "v:v",
      "v2",
      "1.2.3-alpine",
      "2.3-alpine",
      "3-alpine",
      "v1.2.3",
      "v1",
      "v1_2.3-alpine",
      "v1_2_3-alpine",
      "v1.2.3",
    ].map((row): Expected => {
      const [tag = "", defined] = row === "v2" ? ["v2", "${SET}2"] : row.split(":");
      const expected: Expected = ["from", `docker.io/library/x:${tag}`, "resolved"];
      return defined === undefined ? expected : [...expected, defined];
    }),
  },
  {
    name: "an ARG without a default",
    source:
      "ARG V\nARG BASE\nARG REG\nARG SUFFIX\nFROM ⟦node:$V⟧\nFROM ⟦$BASE⟧\nFROM ⟦${REG}/node:22⟧\nFROM ⟦node:22$SUFFIX⟧\nFROM ⟦${REG}node:22⟧\nFROM ⟦app@${V}⟧\nFROM ⟦${BASE:?set}⟧\n",
    expected: [
      ["from", null, "partial"],
      ["from", null, "unresolved"],
      ["from", null, "unresolved"],
      ["from", "docker.io/library/node:22", "resolved"],
      ["from", "docker.io/library/node:22", "resolved"],
      ["from", null, "partial"],
      ["from", null, "unresolved"],
    ],
  },
  {
    name: "what the build provides",
    source:
      "FROM ⟦alpine:3-$TARGETARCH⟧\nFROM --platform=$BUILDPLATFORM ⟦a-$TARGETOS/b:1⟧\nFROM ⟦x:${TARGETARCH:+y}⟧\nFROM ⟦localhost:$TARGETARCH/x⟧\n",
    expected: [
      ["from", null, "partial"],
      ["from", null, "unresolved"],
      ["from", "docker.io/library/x:y", "resolved", "y"],
      ["from", null, "unresolved"],
    ],
  },
  {
    name: "a stage that is chosen by platform",
    source:
      "FROM ⟦a:1⟧ AS base-amd64\nFROM ⟦a:2⟧ AS base-arm64\nARG V\nFROM base-${TARGETARCH}\nFROM base-$TARGETARCH AS final\n",
    expected: [
      ["from", "docker.io/library/a:1", "literal"],
      ["from", "docker.io/library/a:2", "literal"],
    ],
  },
  {
    name: "stage names: FROM compares as written, --from in any case, later stages count for --from",
    source:
      "FROM later AS ⟦⟧\n".replace("AS ⟦⟧", "").replace("later", "⟦later⟧") +
      "FROM ⟦a⟧ AS Build\nFROM build\nFROM ⟦Build⟧\nCOPY --from=BUILD a b\nCOPY --from=LATER a b\nFROM ⟦b⟧ AS later\nRUN --mount=from=Build true\n",
    expected: [
      ["from", "docker.io/library/later", "literal"],
      ["from", "docker.io/library/a", "literal"],
      ["from", null, "unresolved"],
      ["from", "docker.io/library/b", "literal"],
    ],
    problems: ["reference-invalid"],
  },
  {
    name: "a stage named like its own base",
    source: "FROM ⟦node:22⟧ AS node\nFROM ⟦alpine⟧ as alpine\nFROM node\nFROM alpine\n",
    expected: [
      ["from", "docker.io/library/node:22", "literal"],
      ["from", "docker.io/library/alpine", "literal"],
    ],
  },
  {
    name: "indexes",
    source:
      "FROM ⟦a⟧\nFROM ⟦0⟧\nCOPY --from=0 a b\nCOPY --from=+1 a b\nCOPY --from=2 a b\nRUN --mount=from=1 true\nRUN --mount=from=⟦77⟧ true\n",
    expected: [
      ["from", "docker.io/library/a", "literal"],
      ["from", "docker.io/library/0", "literal"],
      ["mount-from", "docker.io/library/77", "literal"],
    ],
    problems: ["stage-unknown", "mount-from-index"],
  },
  {
    name: "mounts of any type, several, quoted, with the keys in any case",
    source: `FROM ⟦a⟧
RUN --mount=type=cache,from=⟦c:1⟧,target=/x --network=none --mount=FROM=⟦d:1⟧ --mount="type=bind,from=⟦e:1⟧" --mount=type=bind,\\"from=⟦f:1⟧\\",source=/ --mount=from=scratch cosign version
`,
    expected: [
      ["from", "docker.io/library/a", "literal"],
      ["mount-from", "docker.io/library/c:1", "literal"],
      ["mount-from", "docker.io/library/d:1", "literal"],
      ["mount-from", "docker.io/library/e:1", "literal"],
      ["mount-from", "docker.io/library/f:1", "literal"],
    ],
  },
  {
    name: "variables where BuildKit expands none",
    source: "ARG V=1\nFROM ⟦a⟧\nCOPY --from=x:$V a b\nCOPY --from=${V} a b\nRUN --mount=from=x:${V},target=/x true\n",
    expected: [["from", "docker.io/library/a", "literal"]],
    problems: ["from-variable", "from-variable", "from-variable"],
  },
  {
    name: "ONBUILD of each, and where it is not allowed",
    source:
      "FROM ⟦a⟧\nONBUILD copy --from=⟦b:1⟧ a b\nONBUILD RUN --mount=from=⟦c:1⟧ \\\n true\nONBUILD FROM no:1\nONBUILD ONBUILD COPY --from=no:2 a b\nONBUILD COPY <<EOF /x\nFROM no:3\nEOF\nONBUILD ADD --from=no:4 a b\n",
    expected: [
      ["from", "docker.io/library/a", "literal"],
      ["copy-from", "docker.io/library/b:1", "literal"],
      ["mount-from", "docker.io/library/c:1", "literal"],
    ],
    problems: ["onbuild-invalid", "onbuild-invalid"],
  },
  {
    name: "quotes",
    source: `ARG A="b:1"\nARG C='d':"2"\nFROM "⟦a:1⟧"\nFROM '⟦$A⟧'\nFROM ⟦$A⟧\nFROM "⟦\${C}⟧"\nFROM ⟦e":3"⟧\nCOPY --from="⟦f:1⟧" a b\n`,
    expected: [
      ["from", "docker.io/library/a:1", "literal"],
      ["from", null, "unresolved"],
      ["from", "docker.io/library/b:1", "resolved", "b:1"],
      ["from", "docker.io/library/d:2", "resolved", "'d':\"2\""],
      ["from", "docker.io/library/e:3", "literal"],
      ["copy-from", "docker.io/library/f:1", "literal"],
    ],
    problems: ["reference-invalid"],
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
    name: "arguments of FROM",
    source:
      "FROM ⟦a⟧ # note\nFROM ⟦b⟧ AS\nFROM ⟦c⟧ AS 1x\nFROM ⟦d⟧ to x\nFROM\nFROM --platform=linux/arm64 ⟦e⟧ AS ok\n",
    expected: ["a", "b", "c", "d", "e"].map((name): Expected => ["from", `docker.io/library/${name}`, "literal"]),
    problems: ["from-arguments", "from-arguments", "stage-name-invalid", "from-arguments", "from-arguments"],
  },
  {
    name: "words that BuildKit refuses",
    source: 'FROM ⟦"a⟧\nFROM ⟦${A⟧\nFROM ⟦${A:=b}⟧\nFROM ⟦${{a}⟧\nFROM ⟦$NONE⟧\nFROM ⟦${NONE?}⟧\nFROM ⟦node:$NONE⟧\n',
    expected: Array.from({ length: 7 }, (): Expected => ["from", null, "unresolved"]),
    problems: [
      "expansion-invalid",
      "expansion-invalid",
      "expansion-invalid",
      "expansion-invalid",
      "reference-invalid",
      "expansion-invalid",
      "reference-invalid",
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
  { name: "no FROM", source: "ARG A=1\n", expected: [], problems: ["no-stage"] },
  { name: "nothing", source: "", expected: [], problems: ["no-stage"] },
];

describe("readDockerfile", () => {
  for (const { name, source, expected, problems = [] } of cases) {
    it(`reads ${name}`, () => {
      const byteOrderMark = source.startsWith("\uFEFF");
      const { text, spans } = marked(byteOrderMark ? source.slice(1) : source);
      const document = readDockerfile(byteOrderMark ? `\uFEFF${text}` : text, "Dockerfile");
      const textOf = (span: Span) => text.slice(span.start, span.end);
      assert.deepEqual(
        document.images.map(({ site, reference, resolution, definedAt }) => [
          site,
          reference === undefined ? null : formatReference(reference),
          resolution,
          ...(definedAt === undefined ? [] : [textOf(definedAt)]),
        ]),
        expected,
      );
      assert.deepEqual(
        document.images.map(({ span }) => span),
        spans,
      );
      assert.deepEqual(
        document.problems.map(({ code }) => code),
        problems,
      );
      for (const problem of document.problems)
        assert.ok(problem.span !== undefined && problem.message.endsWith("."), problem.message);
    });
  }

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

  describe("commands of RUN", () => {
    const runs: [name: string, body: string, commands: (string | undefined)[][]][] = [
      [
        "the shell form",
        "RUN cosign sign a && \\\n # note\n\n docker push b",
        [
          ["cosign", "sign", "a"],
          ["docker", "push", "b"],
        ],
      ],
      ["the exec form", 'RUN ["docker", "pull", "a b"]', [["docker", "pull", "a b"]]],
      ["a here-document that is the script", "RUN <<EOF\ndocker pull a\nEOF", [["docker", "pull", "a"]]],
      ["a script with stripped tabs", "RUN <<-EOF\n\tdocker pull a\n\tEOF", [["docker", "pull", "a"]]],
      [
        "a script with a shell's shebang",
        "RUN <<EOF\n#!/usr/bin/env bash\ndocker pull a\nEOF",
        [["docker", "pull", "a"]],
      ],
      ["a script with another shebang", "RUN <<EOF\n#!/usr/bin/env python3\ndocker pull a\nEOF", []],
      [
        "a here-document that feeds a shell",
        "RUN bash -e <<EOF\ndocker pull a\nEOF",
        [
          ["bash", "-e"],
          ["docker", "pull", "a"],
        ],
      ],
      ["a here-document that a program reads", "RUN <<EOF python3\ndocker pull a\nEOF", [["python3"]]],
      [
        "a here-document that becomes a file",
        "RUN cat <<EOF > x\r\ndocker pull a\r\nEOF\r\nRUN docker pull b",
        [["cat"], ["docker", "pull", "b"]],
      ],
      ["COPY's here-document", "COPY <<EOF /x\ndocker pull a\nEOF", []],
      ["a shell that is not POSIX", 'SHELL ["powershell", "-Command"]\nRUN docker pull a', []],
      ["a shell that is", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN docker pull a', [["docker", "pull", "a"]]],
      [
        "variables of ENV and ARG",
        "ARG T=1\nENV I=app E=2\nENV U $I-x\nENV T=3\nARG E=9\nRUN docker pull $I:$T-$E $U",
        [["docker", "pull", "app:3-2", "app-x"]],
      ],
      ["a global ARG that the stage takes", "ARG G\nRUN docker pull $G $H", [["docker", "pull", "global", undefined]]],
      ["ONBUILD", "ONBUILD RUN docker pull a", [["docker", "pull", "a"]]],
      ["mounts", "RUN --mount=type=bind,from=x:1 docker pull a", [["docker", "pull", "a"]]],
    ];
    for (const [name, body, commands] of runs) {
      it(`reads ${name}`, () => {
        const document = readDockerfile(`ARG G=global\nARG H=hidden\nFROM base\n${body}\n`, "Dockerfile");
        assert.deepEqual(
          document.commands.map(({ words }) => words.map(({ text }) => text)),
          commands,
        );
        for (const command of document.commands) {
          for (const { span, raw } of command.words) assert.equal(document.text.slice(span.start, span.end), raw);
        }
      });
    }

    it("inherits ENV and SHELL from the stage that it builds on", () => {
      const { commands } = readDockerfile(
        'FROM a AS one\nENV I=app\nFROM one AS two\nRUN docker pull $I\nSHELL ["cmd"]\nFROM two\nRUN x\n',
        "D",
      );
      assert.deepEqual(
        commands.map(({ words }) => words.map(({ text }) => text)),
        [["docker", "pull", "app"]],
      );
    });
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
