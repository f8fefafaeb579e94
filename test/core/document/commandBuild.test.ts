import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const files: Readonly<Record<string, string>> = {
  ".github/workflows/ci.yml": `on: push
jobs:
  x:
    runs-on: u
    steps:
    - uses: docker/build-push-action@v6
      with:
        context: a
        build-contexts: |
          base=docker-image://r.io/base:1
        build-args: |
          V=3.20
          W=\${{ github.sha }}
    - uses: docker/build-push-action@v6
      with: {context: '\${{ matrix.d }}', build-contexts: 'mid=docker-image://r.io/mid:1', build-args: N=1}
    - uses: docker/build-push-action@v6
      with: {context: '{{defaultContext}}:f', build-contexts: 'base=docker-image://r.io/mid:1'}
    - run: docker buildx build --build-context lib=docker-image://r.io/lib:1 -f b/Dockerfile --build-arg V=2 b
    - run: docker build --build-context lib=x https://example.com/a.git
`,
  "a/Dockerfile": "",
  "c/compose.yml": "services: {x: {build: {context: ., args: {V: '7'}}}}",
  "c/build.sh": "V=8\ndocker build --build-arg V=$V --build-context base=docker-image://r.io/base:1 .\n",
  "d/Dockerfile": "",
  "e/Dockerfile": "",
  "f/Dockerfile": "",
  "scripts/e": "#!/bin/sh\ndocker build --build-context base=x --build-arg V=1 e\n",
  "g/images/h/Dockerfile": "",
  "g/hack/build.sh":
    'cd "$(dirname "$0")/../images/h"\ndocker buildx build --build-context shared=../shared --build-context "tools=$T" .\n',
  "g/ci/other.sh": "docker buildx build --build-context other=x -f images/i/Dockerfile images/i\n",
  "g/ci/open.sh": 'docker buildx build --build-context open=x -f "$D/Dockerfile" .\n',
  Makefile: "V := 5\nx:\n\tdocker build --build-context=base=docker-image://q/w:1 --build-arg V=$(V) d\n",
};

/** What a folder of the files holds. */
function namesIn(folder: string): string {
  const prefix = folder === "./" ? "" : folder;
  const names = Object.keys(files)
    .filter((file) => file.startsWith(prefix))
    .map((file) => file.slice(prefix.length).replace(/\/.*$/, "/"));
  return [...new Set(names)].join("\n");
}

describe("commandBuildsBeside", () => {
  const table: readonly (readonly [path: string, source: string, expected: readonly string[]])[] = [
    ["a/Dockerfile", "FROM base\nFROM mid\nFROM «lib»\n", ["from docker.io/library/lib literal"]],
    ["a/Dockerfile", "ARG V\nFROM «a:$V»\n", ["from docker.io/library/a:3.20 resolved"]],
    ["a/Dockerfile", "ARG W\nARG N\nFROM «a:$W»\nFROM «b:$N»\n", ["from ? partial", "from ? partial"]],
    ["a/Dockerfile", "ARG V=1\nFROM «a:$V»\n", ["from docker.io/library/a:1 resolved"]],
    [
      "b/Dockerfile",
      "ARG V\nFROM «base»\nFROM lib\nFROM «a:$V»\n",
      ["from docker.io/library/base literal", "from docker.io/library/a:2 resolved"],
    ],
    ["c/Dockerfile", "ARG V\nFROM base\nFROM «a:$V»\n", ["from docker.io/library/a:7 resolved"]],
    ["d/Dockerfile", "ARG V\nFROM base\nFROM «a:$V»\n", ["from docker.io/library/a:5 resolved"]],
    ["e/Dockerfile", "ARG V\nFROM base\nFROM mid\nFROM «a:$V»\n", ["from ? partial"]],
    [
      "g/images/h/Dockerfile",
      "FROM «alpine»\nCOPY --from=shared a b\nCOPY --from=«other» a b\nCOPY --from=open a b\nRUN --mount=from=tools,target=/x x\nCOPY --from=«shared:2» a b\n",
      [
        "from docker.io/library/alpine literal",
        "copy-from docker.io/library/other literal",
        "copy-from docker.io/library/shared:2 literal",
      ],
    ],
    ["f/Dockerfile", "FROM base\n", []],
  ];
  for (const [path, source, expected] of table)
    it(`tell ${path} what it is built with: ${JSON.stringify(source)}`, () =>
      void expectUses(
        (text) => readDocument(text, path, (file) => (file.endsWith("/") ? namesIn(file) : files[file])),
        source,
        expected,
      ));
});
