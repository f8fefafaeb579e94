import assert from "node:assert/strict";
import { readGithubWorkflow } from "../../../src/core/document/githubWorkflow.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";

const workflow = (steps: string, rest = ""): string =>
  `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps}${rest}`;
const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, ".github/workflows/a.yml");

describe("what steps hand on", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "a variable for later scripts and inputs",
      workflow(`    - run: |
        echo "IMAGE=node:22" >> $GITHUB_ENV
        docker pull «$IMAGE»
    - run: docker pull «$IMAGE»
    - uses: addnab/docker-run-action@v3
      with: {image: '«\${{ env.IMAGE }}»', run: x}
    - run: docker pull «$IMAGE»
      env: {IMAGE: redis:7}
`),
      [
        "command ? unresolved",
        "command docker.io/library/node:22 resolved",
        "with docker.io/library/node:22 resolved",
        "command docker.io/library/redis:7 resolved",
      ],
    ],
    [
      "every way to write them",
      workflow(`    - id: one
      run: |
        echo A=a/b:1 >>"\${GITHUB_ENV}"
        echo 'B=a/b:2' | tee -a $GITHUB_ENV
        {
          echo "C=a/b:3"
          echo "D=a/b:4"
        } >> "$GITHUB_ENV"
        printf "E=a/b:5\\n" >> $GITHUB_ENV
        echo "::set-env name=F::a/b:6"
        echo "G=a/b:7"
        echo "H=a/b:8" >> other
        cat <<EOF >> $GITHUB_ENV
        J=a/b:10
        K=a/b:$A
        EOF
        cat >> "$GITHUB_ENV" <<'END'
        L=a/b:12
        END
        cat <<EOF >> other
        M=a/b:13
        EOF
    - shell: pwsh
      run: |
        echo "I=a/b:9" >> $env:GITHUB_ENV
    - run: |
        for image in x; do docker pull «$A»; done
        docker pull «$B»
        docker pull «$C»
        docker pull «$D»
        docker pull «$E»
        docker pull «$F»
        docker pull «$G»
        docker pull «$H»
        docker pull «$I»
        docker pull «$J»
        docker pull «$K»
        docker pull «$L»
        docker pull «$M»
`),
      [
        "command docker.io/a/b:1 resolved",
        "command docker.io/a/b:2 resolved",
        "command docker.io/a/b:3 resolved",
        "command docker.io/a/b:4 resolved",
        "command docker.io/a/b:5 resolved",
        "command docker.io/a/b:6 resolved",
        "command ? unresolved",
        "command ? unresolved",
        "command docker.io/a/b:9 resolved",
        "command docker.io/a/b:10 resolved",
        "command ? unresolved",
        "command docker.io/a/b:12 resolved",
        "command ? unresolved",
      ],
    ],
    [
      "what is put together, and what replaces what was",
      workflow(
        `    - run: echo "TAG=\${{ env.V }}-slim" >> $GITHUB_ENV
    - run: docker pull «node:$TAG»
    - run: echo "V=23" >> $GITHUB_ENV
    - run: docker pull «node:$V»
    - run: echo "V=24" >> $GITHUB_ENV
      if: github.ref == 'x'
    - run: docker pull «node:$V»
    - run: echo "W=$(date)" >> $GITHUB_ENV
    - run: docker pull «node:$W»
`,
      ).replace("    runs-on: x", "    runs-on: x\n    env: {V: '22', W: '1'}"),
      [
        "command docker.io/library/node:22-slim resolved",
        "command docker.io/library/node:23 resolved",
        "command ? partial",
        "command ? partial",
      ],
    ],
    [
      "outputs, in the job and in those that need it",
      workflow(
        `    - id: meta
      run: |
        echo "image=ghcr.io/a/b:1" >> "$GITHUB_OUTPUT"
        echo "::set-output name=old::redis:6"
        if x; then echo "which=a:1" >> $GITHUB_OUTPUT; else echo "which=b:1" >> $GITHUB_OUTPUT; fi
    - run: docker pull «\${{ steps.meta.outputs.image }}» && docker pull «\${{ steps.meta.outputs.which }}»
    - run: docker pull «\${{ steps.other.outputs.image }}»
`,
        "    outputs: {image: '${{ steps.meta.outputs.image }}', old: '${{ steps.meta.outputs.old }}'}\n  b:\n    needs: a\n    runs-on: x\n    container: «${{ needs.a.outputs.image }}»\n    services: {r: {image: '«${{ needs.a.outputs.old }}»'}}\n    steps: [{run: x}]\n",
      ),
      [
        "command ghcr.io/a/b:1 resolved",
        "command ? unresolved",
        "command ? unresolved",
        "container ghcr.io/a/b:1 resolved",
        "services docker.io/library/redis:6 resolved",
      ],
    ],
  ];
  for (const [name, source, expected] of cases) it(`reads ${name}`, () => void expectUses(read, source, expected));

  it("leads to where the value is written, and pins it there", () => {
    const text = workflow(
      `    - run: echo "IMAGE=node:22" >> $GITHUB_ENV\n    - uses: addnab/docker-run-action@v3\n      with: {image: '\${{ env.IMAGE }}'}\n`,
    );
    const [use] = read(text).images;
    assert.deepEqual(
      use?.chain.map(({ label, span }) => `${label}: ${text.slice(span.start, span.end)}`),
      ["expression: ${{ env.IMAGE }}", "env IMAGE: node:22"],
    );
    assert.equal(expectPinsToHold(read, text), 1);
  });

  it("keeps variables from jobs' containers, which begin before any step", () => {
    const text = workflow(`    - run: echo "IMAGE=node:22" >> $GITHUB_ENV\n`, "    container: '${{ env.IMAGE }}'\n");
    assert.equal(readGithubWorkflow(text, "a.yml").images[0]?.reference, undefined);
  });
});

describe("matrices in JSON", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "an axis",
      'on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        tag: ${{ fromJSON(\'["20", "22"]\') }}\n    container: «node:${{ matrix.tag }}»\n    steps: []\n',
      ["container docker.io/library/node:20 resolved", "container docker.io/library/node:22 resolved"],
    ],
    [
      "the whole matrix",
      'on: push\njobs:\n  a:\n    strategy:\n      matrix: ${{ fromJson(\'{"include":[{"i":"a:1"},{"i":"b:2"}]}\') }}\n    container: «${{ matrix.i }}»\n    steps: []\n',
      ["container docker.io/library/a:1 resolved", "container docker.io/library/b:2 resolved"],
    ],
    [
      "an input's default",
      'on:\n  workflow_call:\n    inputs:\n      v: {default: \'["20", "22"]\'}\njobs:\n  a:\n    strategy:\n      matrix:\n        tag: ${{ fromJSON(inputs.v) }}\n    container: «node:${{ matrix.tag }}»\n    steps: []\n',
      ["container docker.io/library/node:20 resolved", "container docker.io/library/node:22 resolved"],
    ],
    [
      "what a job writes",
      'on: push\njobs:\n  x:\n    outputs: {m: "${{ steps.s.outputs.m }}"}\n    steps:\n    - id: s\n      run: echo \'m={"include":[{"i":"a:1"},{"i":"b:2"}]}\' >> $GITHUB_OUTPUT\n  a:\n    strategy:\n      matrix: ${{ fromJSON(needs.x.outputs.m) }}\n    container: «${{ matrix.i }}»\n    steps: []\n',
      ["container docker.io/library/a:1 resolved", "container docker.io/library/b:2 resolved"],
    ],
    [
      "what stands over several lines",
      'on: push\njobs:\n  a:\n    strategy:\n      matrix: >-\n        ${{ fromJSON(\'{\n          "i": ["a:1"]\n        }\') }}\n    container: «${{ matrix.i }}»\n    steps: []\n',
      ["container docker.io/library/a:1 resolved"],
    ],
    [
      "a container by its place",
      'on: push\njobs:\n  a:\n    container: «${{ fromJSON(\'[{"image":"a:1"}]\')[0] }}»\n    steps: []\n',
      ["container docker.io/library/a:1 resolved"],
    ],
    [
      "what a step computes",
      "on: push\njobs:\n  a:\n    strategy:\n      matrix: ${{ fromJSON(needs.x.outputs.y) }}\n    container: «${{ matrix.i }}»\n    steps: []\n",
      ["container ? unresolved"],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => {
      const document = expectUses(read, source, expected);
      const text = source.replaceAll(/[«»]/g, "");
      for (const { chain } of document.images)
        for (const { span, text: said, label } of chain)
          if (label.startsWith("matrix") && !name.includes("several lines"))
            assert.equal(text.slice(span.start, span.end), said);
    });
});
