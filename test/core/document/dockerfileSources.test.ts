import { readsCases } from "../../helpers/dockerfileCases.ts";

describe("readDockerfile: --from, --mount and ONBUILD", () => {
  readsCases([
    {
      name: "stage names: FROM compares as written, --from in any case, later stages count for --from",
      source:
        "FROM later AS ⟦⟧\n".replace("AS ⟦⟧", "").replace("later", "⟦later⟧") +
        "FROM ⟦a⟧ AS Build\nFROM build\nFROM Build\nCOPY --from=BUILD a b\nCOPY --from=LATER a b\nFROM ⟦b⟧ AS later\nRUN --mount=from=Build true\n",
      expected: [
        ["from", "docker.io/library/later", "literal"],
        ["from", "docker.io/library/a", "literal"],
        ["from", "docker.io/library/b", "literal"],
      ],
      problems: ["reference-invalid"],
    },
    {
      name: "a part of a Dockerfile, whose stages stand elsewhere",
      source:
        "COPY --from=build /a /b\nCOPY --from=⟦acme/tool:1⟧ /a /b\nRUN --mount=from=⟦acme/more:1⟧ true\nCOPY --from=0 /a /b\n",
      expected: [
        ["copy-from", "docker.io/acme/tool:1", "literal"],
        ["mount-from", "docker.io/acme/more:1", "literal"],
      ],
      problems: [
        "instruction-before-from",
        "no-stage",
        "instruction-before-from",
        "instruction-before-from",
        "instruction-before-from",
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
      name: "several from fields in one mount: the last counts, but none may hold a variable",
      source: "FROM ⟦a⟧\nRUN --mount=from=b:1,from=⟦c:1⟧ true\nRUN --mount=from=$V,from=d:1 true\n",
      expected: [
        ["from", "docker.io/library/a", "literal"],
        ["mount-from", "docker.io/library/c:1", "literal"],
      ],
      problems: ["from-variable"],
    },
  ]);
});
