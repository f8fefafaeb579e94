import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectSample } from "../../helpers/imageUses.ts";

const actions = {
  plain: "outputs:\n  image: {value: 'node:22'}\nruns: {using: composite, steps: []}\n",
  given:
    "inputs:\n  tag: {default: '20'}\n  name: {default: node}\noutputs:\n  image: {value: '${{ inputs.name }}:${{ inputs.tag }}'}\nruns: {using: composite, steps: []}\n",
  script:
    "inputs: {tag: {default: '1'}}\noutputs: {image: {value: '${{ steps.s.outputs.i }}'}, none: {value: '${{ steps.s.outputs.none }}'}}\nruns:\n  using: composite\n  steps:\n  - id: s\n    shell: bash\n    run: echo \"i=a/script:${{ inputs.tag }}\" >> $GITHUB_OUTPUT\n",
  nested:
    "outputs: {image: {value: '${{ steps.n.outputs.image }}'}}\nruns:\n  using: composite\n  steps:\n  - {id: n, uses: ./.github/actions/plain}\n",
  loop: "outputs: {image: {value: '${{ steps.n.outputs.image }}'}}\nruns: {using: composite, steps: [{id: n, uses: ./.github/actions/loop}]}\n",
};
const called = `on:
  workflow_call:
    inputs: {tag: {default: '1'}}
    outputs:
      image: {value: '\${{ jobs.z.outputs.i }}'}
      given: {value: 'a/given:\${{ inputs.tag }}'}
jobs:
  z:
    outputs: {i: '\${{ steps.s.outputs.i }}'}
    steps: [{id: s, run: 'echo i=a/called:1 >> $GITHUB_OUTPUT'}]
`;
const files = new Map([
  ...Object.entries(actions).map(([name, text]) => [`app/.github/actions/${name}/action.yml`, text] as const),
  ["app/.github/workflows/called.yml", called],
  [
    "app/.github/workflows/loop.yml",
    "on: {workflow_call: {outputs: {i: {value: '${{ jobs.a.outputs.i }}'}}}}\njobs: {a: {uses: ./.github/workflows/loop.yml}}\n",
  ],
]);
const read = (text: string) => readDocument(text, "app/.github/workflows/a.yml", (path) => files.get(path));
const steps = (lines: string): string => `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${lines}`;

describe("localFiles", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "outputs of an action",
      steps(
        "    - {id: x, uses: ./.github/actions/plain}\n    - run: docker pull «${{ steps.x.outputs.image }}» && docker pull «${{ steps.x.outputs.none }}»\n",
      ),
      "command docker.io/library/node:22 resolved",
      "command ? unresolved",
    ],
    [
      "outputs that come from inputs, given or not",
      steps(
        "    - {id: x, uses: ./.github/actions/given, with: {tag: '22'}}\n    - {id: y, uses: ./.github/actions/given}\n    - {id: z, uses: ./.github/actions/given, with: {tag: '${{ github.sha }}'}}\n    - uses: addnab/docker-run-action@v3\n      with: {image: '«${{ steps.x.outputs.image }}»', run: x}\n    - run: docker pull «${{ steps.y.outputs.image }}»\n    - run: docker pull «${{ steps.z.outputs.image }}»\n",
      ),
      "with docker.io/library/node:22 resolved",
      "command docker.io/library/node:20 resolved",
      "command ? unresolved",
    ],
    [
      "outputs that scripts of an action write, and those of actions in actions",
      steps(
        "    - {id: x, uses: ./.github/actions/script, with: {tag: '3'}}\n    - {id: y, uses: ./.github/actions/nested}\n    - run: docker pull «${{ steps.x.outputs.image }}»\n    - run: docker pull «${{ steps.y.outputs.image }}»\n    - run: docker pull «${{ steps.x.outputs.none }}»\n",
      ),
      "command docker.io/a/script:3 resolved",
      "command docker.io/library/node:22 resolved",
      "command ? unresolved",
    ],
    [
      "an action in each job of a matrix",
      `${steps("    - {id: x, uses: ./.github/actions/given, with: {tag: '${{ matrix.v }}'}}\n    - run: docker pull «${{ steps.x.outputs.image }}»\n")}    strategy: {matrix: {v: ['20', '22']}}\n`,
      "command docker.io/library/node:20 resolved",
      "command docker.io/library/node:22 resolved",
    ],
    [
      "outputs of a workflow that a job calls",
      "on: push\njobs:\n  a: {uses: ./.github/workflows/called.yml, with: {tag: '2'}}\n  b:\n    needs: a\n    container: «${{ needs.a.outputs.image }}»\n    services: {s: {image: '«${{ needs.a.outputs.given }}»'}, t: {image: '«${{ needs.a.outputs.none }}»'}}\n    steps: []\n",
      "container docker.io/a/called:1 resolved",
      "services docker.io/a/given:2 resolved",
      "services ? unresolved",
    ],
    [
      "nothing of files that lead to themselves, or that are elsewhere",
      "on: push\njobs:\n  a: {uses: ./.github/workflows/loop.yml}\n  c: {uses: o/r/.github/workflows/called.yml@v1}\n  b:\n    container: «${{ needs.a.outputs.i }}»\n    services: {s: {image: '«${{ needs.c.outputs.image }}»'}}\n    steps:\n    - {id: x, uses: ./.github/actions/loop}\n    - {id: y, uses: o/r/.github/actions/plain@v1}\n    - run: docker pull «${{ steps.x.outputs.image }}»\n    - run: docker pull «${{ steps.y.outputs.image }}»\n",
      "container ? unresolved",
      "services ? unresolved",
      "command ? unresolved",
      "command ? unresolved",
    ],
    [
      "what scripts write in each job of a matrix",
      `${steps('    - id: s\n      run: |\n        echo "image=node:${{ matrix.v }}" >> $GITHUB_OUTPUT\n        echo "OTHER=redis:${{ matrix.v }}-$FIXED" >> $GITHUB_ENV\n      env: {FIXED: x}\n    - run: |\n        docker pull «${{ steps.s.outputs.image }}»\n        docker pull «$OTHER»\n    - uses: addnab/docker-run-action@v3\n      with: {image: "«${{ steps.s.outputs.image }}»", run: x}\n')}    strategy: {matrix: {v: ['20', '22']}}\n`,
      "command docker.io/library/node:20 resolved",
      "command docker.io/library/node:22 resolved",
      "command docker.io/library/redis:20-x resolved",
      "command docker.io/library/redis:22-x resolved",
      "with docker.io/library/node:20 resolved",
      "with docker.io/library/node:22 resolved",
    ],
    [
      "what expressions ask of texts",
      "on: {workflow_call: {inputs: {t: {default: '22-Slim'}}}}\njobs:\n  a:\n    container: «${{ contains(inputs.t, 'slim') && 'node:slim' || 'node:1' }}»\n    services:\n      a: {image: \"«${{ startsWith(inputs.t, '3') && 'a:3' || 'a:2' }}»\"}\n      b: {image: \"«${{ endsWith(inputs.t, 'SLIM') && 'b:1' || 'b:2' }}»\"}\n      c: {image: \"«${{ contains(inputs.none, 'x') && 'c:1' || 'c:2' }}»\"}\n    steps: []\n",
      "container docker.io/library/node:slim resolved",
      "services docker.io/library/a:2 resolved",
      "services docker.io/library/b:1 resolved",
      "services docker.io/library/c:2 resolved",
      "services docker.io/library/c:1 resolved",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });

  it("says in which file a value stands, and pins nothing there", () => {
    const text = steps(
      "    - {id: x, uses: ./.github/actions/plain}\n    - uses: addnab/docker-run-action@v3\n      with: {image: '${{ steps.x.outputs.image }}', run: x}\n",
    );
    const [use] = read(text).images;
    const last = use?.chain.at(-1);
    assert.equal(last?.file, "app/.github/actions/plain/action.yml");
    assert.equal(actions.plain.slice(last?.span.start, last?.span.end), "node:22");
    assert.deepEqual([use?.pinAt, use?.definedAt], [undefined, undefined]);
  });
});
