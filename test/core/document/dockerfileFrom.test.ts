import { readsCases } from "../../helpers/dockerfileCases.ts";
import type { ExpectedImage } from "../../helpers/dockerfileCases.ts";

describe("readDockerfile: FROM", () => {
  readsCases([
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
      name: "what another tool fills in",
      source:
        'FROM ⟦alpine:{{ v | trim("a") }}⟧\nFROM ⟦{{ image }}⟧ AS x\nFROM ⟦php:%%PHP%%-%%V%%⟧\nFROM x\nFROM ⟦{{ r }}/a:1⟧\n',
      expected: [
        ["from", null, "partial"],
        ["from", null, "unresolved"],
        ["from", null, "partial"],
        ["from", null, "unresolved"],
      ],
    },
    {
      name: "what other tools fill in, in their own signs",
      source: [
        "FROM ⟦debian:%%OS-SUITE%%-slim⟧",
        "FROM ⟦<%= image %>⟧",
        'FROM ⟦php:<%= tag || "8" %>-fpm⟧ AS run',
        "FROM ⟦@BASE@⟧",
        "FROM ⟦alpine:@ALPINE@⟧",
        "FROM ⟦node:__NODE_VERSION__⟧",
        "FROM ⟦{% if edge %}alpine:edge{% else %}alpine:3{% endif %}⟧",
        "FROM ⟦a__b:x__y⟧",
      ].join("\n"),
      expected: [
        ["from", null, "partial"],
        ["from", null, "unresolved"],
        ["from", null, "partial"],
        ["from", null, "unresolved"],
        ["from", null, "partial"],
        ["from", null, "partial"],
        ["from", null, "unresolved"],
        ["from", "docker.io/library/a__b:x__y", "literal"],
      ],
    },
    {
      name: "a version that is not known after its letter",
      source: "ARG V\nFROM ⟦acme/tool:v${V}⟧\nFROM ⟦acme/dev${V}⟧\n",
      expected: [
        ["from", null, "partial"],
        ["from", "docker.io/acme/dev", "resolved"],
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
      ].map((row): ExpectedImage => {
        const [tag = "", defined] = row === "v2" ? ["v2", "${SET}2"] : row.split(":");
        const expected: ExpectedImage = ["from", `docker.io/library/x:${tag}`, "resolved"];
        return defined === undefined ? expected : [expected[0], expected[1], expected[2], defined];
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
      name: "an ARG without a default that leaves a separator over",
      source:
        "ARG V\nARG E=\nFROM ⟦node:22-$V⟧\nFROM ⟦node:22-$V-slim⟧\nFROM ⟦r.io/app-${V}:1⟧\nFROM ⟦node:22-$E⟧\nFROM ⟦node:22-${V}slim⟧\n",
      expected: [
        ["from", null, "partial"],
        ["from", null, "partial"],
        ["from", null, "unresolved"],
        ["from", "docker.io/library/node:22-", "resolved"],
        ["from", "docker.io/library/node:22-slim", "resolved"],
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
        "FROM ⟦a:1⟧ AS base-amd64\nFROM ⟦a:2⟧ AS base-arm64\nARG V\nFROM base-${TARGETARCH}\nFROM base-$TARGETARCH AS final\nFROM final AS linux\nFROM ${TARGETOS} AS target\n",
      expected: [
        ["from", "docker.io/library/a:1", "literal"],
        ["from", "docker.io/library/a:2", "literal"],
      ],
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
      name: "arguments of FROM",
      source:
        "FROM ⟦a⟧ # note\nFROM ⟦b⟧ AS\nFROM ⟦c⟧ AS 1x\nFROM ⟦d⟧ to x\nFROM\nFROM --platform=linux/arm64 ⟦e⟧ AS ok\n",
      expected: ["a", "b", "c", "d", "e"].map((name): ExpectedImage => [
        "from",
        `docker.io/library/${name}`,
        "literal",
      ]),
      problems: ["from-arguments", "from-arguments", "stage-name-invalid", "from-arguments", "from-arguments"],
    },
    {
      name: "words that BuildKit refuses",
      source: 'FROM ⟦"a⟧\nFROM ⟦${A⟧\nFROM ⟦${A:=b}⟧\nFROM ⟦${{a}⟧\nFROM ⟦$NONE⟧\nFROM ⟦${NONE?}⟧\nFROM ⟦node:$NONE⟧\n',
      expected: Array.from({ length: 7 }, (): ExpectedImage => ["from", null, "unresolved"]),
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
  ]);
});
