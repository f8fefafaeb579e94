import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { readGithubWorkflow } from "../../../src/core/document/githubWorkflow.ts";
import { expectPinsToHold, expectToSurvive, expectUses, pin } from "../../helpers/imageUses.ts";

/** A workflow with one job, whose lines are given. */
function job(lines: string, before = ""): string {
  return `on: push\n${before}jobs:\n  build:\n    runs-on: ubuntu-latest\n${lines.replace(/^/gm, "    ")}\n`;
}

function words(text: string): readonly (readonly (string | undefined)[])[] {
  return readGithubWorkflow(text, "w.yml").commands.map((command) => command.words.map((word) => word.text));
}

const inputs = `  workflow_call:
    inputs:
      image: {default: "node:20"}
      free: {type: string}
      off: {type: boolean, default: false}
  workflow_dispatch:
    inputs:
      image: {default: 'node:22'}
      tag: {default: "1"}
`;

const path = ".github/workflows/w.yml";

describe("readGithubWorkflow", () => {
  const sites: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    ["a container", job("container: «node:22»"), ["container docker.io/library/node:22 literal"]],
    [
      "a container with options",
      job("container:\n  image: «node:22»\n  env: {image: x}"),
      ["container docker.io/library/node:22 literal"],
    ],
    [
      "services",
      job("services:\n  db: {image: '«postgres:16»'}\n  cache:\n    image: «redis»"),
      ["services docker.io/library/postgres:16 literal", "services docker.io/library/redis literal"],
    ],
    [
      "steps",
      job("steps:\n- uses: docker://«alpine:3»\n- uses: actions/checkout@v4\n- uses: ./docker://x"),
      ["uses docker.io/library/alpine:3 literal"],
    ],
    [
      "no container that an input leaves out by default and does not name",
      `on:\n${inputs}jobs:\n  a:\n    container: "\${{ inputs.off }}"\n    services:\n      b: {image: "\${{ inputs.tag == '2' && inputs.tag || '' }}"}\n`,
      [],
    ],
    ["no empty container", job("container: ''\nservices: {a: {image: ''}}"), []],
    ["nothing outside of its places", job("env: {image: node}\nsteps:\n- with: {image: node}\n  name: docker://x"), []],
  ];
  for (const [name, source, expected] of sites)
    it(`reads ${name}`, () => void expectUses(readGithubWorkflow, source, expected));

  const expressions: readonly (readonly [expression: string, expected: readonly string[]])[] = [
    ["${{ inputs.image }}", ["docker.io/library/node:20 resolved", "docker.io/library/node:22 resolved"]],
    ["${{ github.event.inputs.tag }}", ["docker.io/library/1 resolved"]],
    ["node:${{ inputs.tag }}", ["docker.io/library/node:1 resolved"]],
    ["${{ inputs['tag'] }}", ["docker.io/library/1 resolved"]],
    ["${{ inputs.free }}", ["? unresolved"]],
    ["node:${{ inputs.free }}", ["? partial"]],
    ["${{ inputs.free || 'redis:7' }}", ["docker.io/library/redis:7 resolved"]],
    ["${{ inputs.off || 'redis:7' }}", ["docker.io/library/redis:7 resolved"]],
    ["${{ vars.IMAGE || 'redis:7' }}", ["docker.io/library/redis:7 resolved"]],
    ["${{ 'a' || 'b' }}", ["docker.io/library/a resolved"]],
    ["${{ github.ref == 'x' && 'a' || 'b' }}", ["docker.io/library/b resolved", "docker.io/library/a resolved"]],
    ["${{ 'X' == 'x' && 'a' || 'b' }}", ["docker.io/library/a resolved"]],
    ["${{ 'x' != 'x' && 'a' || 'b' }}", ["docker.io/library/b resolved"]],
    ["${{ inputs.off && 'a:1' || '' }}", ["docker.io/library/a:1 resolved"]],
    ["${{ !inputs.off && 'a' || 'b' }}", ["docker.io/library/a resolved"]],
    ["${{ format('{0}/{1}:{2}', 'ghcr.io', 'acme', inputs.tag) }}", ["ghcr.io/acme:1 resolved"]],
    ["${{ format('node:{0}', vars.X) }}", ["? partial"]],
    ["${{ ('a') }}", ["docker.io/library/a resolved"]],
    [
      "${{ case(github.ref == 'x', 'a', inputs.tag == '2', 'b', 'c') }}",
      ["docker.io/library/a resolved", "docker.io/library/c resolved"],
    ],
    ["${{ case(inputs.tag == '1', 'a', 'b') }}", ["docker.io/library/a resolved"]],
    ["${{ case(inputs.tag == '1', 'a') }}", ["docker.io/library/a resolved"]],
    ["${{ case(inputs.tag == '2', 'a') }}", ["? unresolved"]],
    ["${{ env.IMAGE }}", ["? unresolved"]],
    ["${{ secrets.IMAGE }}", ["? unresolved"]],
    ["${{ fromJSON('\"a\"') }}", ["docker.io/library/a resolved"]],
    ['${{ fromJSON(\'["a", "b:2"]\')[1] }}', ["docker.io/library/b:2 resolved"]],
    ['${{ fromJSON(\'{"x":{"y":"a:3"}}\').x[\'y\'] }}', ["docker.io/library/a:3 resolved"]],
    ['node:${{ fromJSON(\'{"1":"20"}\')[inputs.tag] }}', ["docker.io/library/node:20 resolved"]],
    ["${{ fromJSON('{\"a\":1}').b || 'c' }}", ["docker.io/library/c resolved"]],
    ["${{ fromJSON('[\"a\"]')[vars.X] }}", ["? unresolved"]],
    ["${{ fromJSON('[\"a\"]').* }}", ["? unresolved"]],
    ["${{ fromJSON('a: b').a }}", ["? unresolved"]],
    ["${{ contains(fromJSON('[\"1\", \"2\"]'), inputs.tag) && 'a' || 'b' }}", ["docker.io/library/a resolved"]],
    ["${{ contains(fromJSON('[\"12\"]'), inputs.tag) && 'a' || 'b' }}", ["docker.io/library/b resolved"]],
    ["${{ github.event.matrix.x }}", ["? unresolved"]],
    ["${{ inputs. }}", ["? unresolved"]],
    ["${{ 'a", ["? unresolved"]],
    ["${{ ) }}", ["? unresolved"]],
    ["ghcr.io/${{ github.repository }}:1", ["? unresolved"]],
    ["ghcr.io/acme/app:${{ github.sha }}", ["? partial"]],
  ];
  for (const [expression, expected] of expressions)
    it(`evaluates ${expression}`, () => {
      const source = `on:\n${inputs}env: {IMAGE: node}\njobs:\n  a:\n    container: >-\n      «${expression}»\n`;
      expectUses(
        readGithubWorkflow,
        source,
        expected.map((one) => `container ${one}`),
      );
    });

  const matrices: readonly (readonly [name: string, matrix: string, image: string, expected: readonly string[]])[] = [
    ["a list", "{v: [20, 22]}", "node:${{ matrix.v }}", ["node:20", "node:22"]],
    ["numbers", "{v: [8.0, 8.10, '8.0']}", "php:${{ matrix.v }}", ["php:8", "php:8.1", "php:8.0"]],
    ["two lists", "{a: [x, y], b: [1, 2]}", "${{ matrix.a }}:${{ matrix.b }}", ["x:1", "x:2", "y:1", "y:2"]],
    ["the same image once", "{a: [x], os: [p, q]}", "${{ matrix.a }}", ["x"]],
    [
      "an exclusion",
      "{a: [x, y], b: [1, 2], exclude: [{a: x, b: 2}]}",
      "${{ matrix.a }}:${{ matrix.b }}",
      ["x:1", "y:1", "y:2"],
    ],
    [
      "an exclusion by one value",
      "{a: [x, y], b: [1, 2], exclude: [{a: x}]}",
      "${{ matrix.a }}:${{ matrix.b }}",
      ["y:1", "y:2"],
    ],
    [
      "an exclusion by a mapping and a list",
      "{c: [{i: x}, {i: y}], l: [[1], [2]], exclude: [{c: {i: x}}, {l: [2]}]}",
      "${{ matrix.c.i }}",
      ["y"],
    ],
    [
      "an inclusion that extends",
      "{a: [x, y], include: [{a: x, b: 3}, {b: 4, a: z}]}",
      "${{ matrix.a }}:${{ matrix.b || '0' }}",
      ["x:3", "y:0", "z:4"],
    ],
    ["an inclusion for all", "{a: [x, y], include: [{b: 3}]}", "${{ matrix.a }}:${{ matrix.b }}", ["x:3", "y:3"]],
    ["only inclusions", "{include: [{a: x}, {a: y}]}", "${{ matrix.a }}", ["x", "y"]],
    ["values that are mappings", "{c: [{image: x, n: 1}, {image: y}]}", "${{ matrix.c.image }}", ["x", "y"]],
    ["whole containers", "{c: [{image: 'x:1'}, y, '', null]}", "${{ matrix.c }}", ["x:1", "y"]],
    ["no value", "{a: [x]}", "${{ matrix.nope }}", []],
    [
      "a list beside one that is computed",
      "{p: '${{ fromJSON(needs.a.outputs.m) }}', a: [x, y]}",
      "${{ matrix.a }}",
      ["x", "y"],
    ],
    [
      "an inclusion that may extend",
      "{p: '${{ fromJSON(needs.a.outputs.m) }}', a: [x, y], include: [{p: 1, a: y, b: 2}]}",
      "${{ matrix.a }}:${{ matrix.b || '0' }}",
      ["x:0", "y:0", "y:2"],
    ],
    [
      "a computed exclusion",
      "{a: [x, y], exclude: '${{ fromJSON(needs.a.outputs.m) }}'}",
      "${{ matrix.a }}",
      ["x", "y"],
    ],
    ["items that are expressions", "{a: [\"${{ vars.A || 'x' }}\", y]}", "${{ matrix.a }}", ["x", "y"]],
    ["an item by its place", "{c: [[x, y]]}", "${{ matrix.c[1] }}", ["y"]],
    [
      "a list that a condition chooses",
      "{a: \"${{ fromJSON(github.ref == 'r' && '[\\\"x\\\"]' || '[\\\"y\\\"]') }}\"}",
      "${{ matrix.a }}",
      ["y", "x"],
    ],
  ];
  for (const [name, matrix, image, expected] of matrices)
    it(`expands a matrix with ${name}`, () => {
      const source = job(`strategy: {matrix: ${matrix}}\ncontainer: ${expected.length > 0 ? `«${image}»` : image}`);
      const full = (text: string): string => `container docker.io/library/${text} resolved`;
      expectUses(readGithubWorkflow, source, expected.map(full));
    });

  const mentions: readonly (readonly [name: string, matrix: string, steps: string, expected: readonly string[]])[] = [
    ["a part that is mentioned elsewhere only", "{os: [p, q], v: [1]}", "docker pull a:${{ matrix.v }}", ["a:1"]],
    ["a name in brackets", "{os: [p, q], v: [1, 2]}", "docker pull a:${{ matrix['v'] }}", ["a:1", "a:2"]],
    ["a name with a hyphen", "{v-x: [1, 2], v: [3]}", "docker pull a:${{ matrix.v-x }}", ["a:1", "a:2"]],
    [
      "an inclusion's name",
      "{os: [p, q], include: [{os: q, v: 2}]}",
      "docker pull a:${{ matrix.v || 1 }}",
      ["a:1", "a:2"],
    ],
  ];
  for (const [name, matrix, script, expected] of mentions)
    it(`reads commands once for each value of a matrix that they mention: ${name}`, () => {
      const { images } = readDocument(job(`strategy: {matrix: ${matrix}}\nsteps:\n- run: ${script}`), path);
      assert.deepEqual(
        images.map(({ reference }) => reference?.repository.concat(":", reference.tag ?? "").replace("library/", "")),
        expected,
      );
    });

  it("tells a variable that no list of the matrix decides", () => {
    const source = job('strategy: {matrix: {os: [p, q]}}\nenv: {IMAGE: "a:1"}\nsteps:\n- run: docker pull $IMAGE');
    assert.deepEqual(
      readDocument(source, path).images.map(({ reference }) => reference?.tag),
      ["1"],
    );
  });

  it("finds a matrix behind an alias", () => {
    const steps = "steps: &s\n- run: docker pull a:${{ matrix.v }}";
    const other = job(`strategy: {matrix: {v: [1]}}\n${steps}`).concat(
      "  again:\n    strategy: {matrix: {v: [2, 3]}}\n    steps: *s\n",
    );
    const tags = readDocument(other, path).images.map(({ reference }) => reference?.tag);
    assert.deepEqual(tags, ["1", "2", "3"]);
  });

  it("says that a computed matrix is not known", () => {
    for (const matrix of [
      "${{ fromJSON(needs.a.outputs.m) }}",
      "{v: '${{ fromJSON(x) }}'}",
      "{v: ['${{ vars.X }}']}",
      "{u: [1], include: '${{ fromJSON(x) }}'}",
    ])
      expectUses(
        readGithubWorkflow,
        job(
          `strategy: {matrix: "${matrix}"}\ncontainer: node:${"${{ matrix.v }}"}`.replace(
            "node:${{ matrix.v }}",
            "«node:${{ matrix.v }}»",
          ),
        ),
        ["container ? partial"],
      );
  });

  it("leads to the literal that decides, and follows it", () => {
    const source = job('strategy: {matrix: {image: ["node:20", "node:22"]}}\ncontainer: ${{ matrix.image }}');
    const { images, text } = readGithubWorkflow(source, "w.yml");
    assert.deepEqual(
      images.map(({ definedAt }) => text.slice(definedAt?.start, definedAt?.end)),
      ["node:20", "node:22"],
    );
    assert.deepEqual(
      images[0]?.chain.map(({ label, span }) => [label, text.slice(span.start, span.end)]),
      [
        ["expression", "${{ matrix.image }}"],
        ["matrix.image", "node:20"],
      ],
    );
  });

  it("pins so that the file reads to the pinned image, and nothing else changes", () => {
    const forms: readonly (readonly [lines: string, pins: number])[] = [
      ["container: node:22", 1],
      ['container: {image: "node:22"}', 1],
      ["container: \"${{ vars.X || 'node:22' }}\"", 1],
      ["container: ${{ inputs.x == 'y' && 'a:1' || 'b:2' }}", 2],
      ["strategy: {matrix: {image: [node:20, 'node:22']}}\ncontainer: ${{ matrix.image }}", 2],
      ["strategy: {matrix: {c: [{image: node:20}]}}\ncontainer: ${{ matrix.c }}", 1],
      ["steps:\n- uses: docker://alpine:3", 1],
      [`steps:\n- uses: "docker://alpine@sha256:${"1".repeat(64)}"`, 1],
      // The value is a version that other steps may use as such.
      ["strategy: {matrix: {v: [20, 22]}}\ncontainer: node:${{ matrix.v }}", 0],
    ];
    for (const [lines, pins] of forms) assert.equal(expectPinsToHold(readGithubWorkflow, job(lines)), pins, lines);
    const call =
      'on: {workflow_call: {inputs: {image: {default: "node:22"}}}}\njobs: {a: {container: "${{ inputs.image }}"}}';
    assert.equal(expectPinsToHold(readGithubWorkflow, call), 1);
  });

  it("reads commands with their place, job, step and environment", () => {
    const source = job(
      "env: {JOB: two, OVER: job}\nsteps:\n- uses: a/b@v1\n- name: Sign\n  env: {STEP: three, OVER: step}\n  run: |\n    cosign sign \\\n      $WORKFLOW $JOB $STEP ${{ env.OVER }} $OVER\n    echo ${{ steps.build.outputs.digest }}",
      "env: {WORKFLOW: one}\n",
    );
    const { commands, text } = readGithubWorkflow(source, "w.yml");
    const [sign, echo] = commands;
    assert.deepEqual(
      sign?.words.map((word) => word.text),
      ["cosign", "sign", "one", "two", "three", "step", "step"],
    );
    assert.deepEqual([sign?.job, sign?.step], ["build", 1]);
    assert.deepEqual({ ...sign?.environment }, { WORKFLOW: "one", JOB: "two", STEP: "three", OVER: "step" });
    assert.deepEqual(sign?.words.map((word) => text.slice(word.span.start, word.span.end)).slice(0, 3), [
      "cosign",
      "sign",
      "$WORKFLOW",
    ]);
    assert.equal(text.slice(sign?.span.start, sign?.span.end).split(/\s+/).at(-1), "$OVER");
    assert.deepEqual([echo?.words[1]?.text, echo?.words[1]?.expands], [undefined, ["steps.build.outputs.digest"]]);
  });

  it("reads commands in every style of scalar", () => {
    for (const run of [
      "cosign sign x",
      '"cosign sign x"',
      "'cosign sign x'",
      "|\n    cosign sign x",
      ">-\n    cosign\n    sign\n    x",
    ])
      assert.deepEqual(words(job(`steps:\n- run: ${run}`)), [["cosign", "sign", "x"]], run);
  });

  it("does not carry a value past a variable that is set to something unknown", () => {
    const source = job("env: {A: known}\nsteps:\n- env: {A: '${{ secrets.A }}'}\n  run: cosign $A");
    assert.deepEqual(words(source), [["cosign", undefined]]);
  });

  it("takes no value of a matrix with several combinations", () => {
    assert.deepEqual(words(job("strategy: {matrix: {v: [1, 2]}}\nsteps:\n- run: cosign ${{ matrix.v }}")), [
      ["cosign", undefined],
    ]);
    assert.deepEqual(words(job("strategy: {matrix: {v: [1]}}\nsteps:\n- run: cosign ${{ matrix.v }}")), [
      ["cosign", "1"],
    ]);
  });

  it("knows the literals and conditions of expressions in commands", () => {
    const source = job("steps:\n- run: cosign ${{ 'x' }} ${{ true }} ${{ vars.X }}");
    assert.deepEqual(words(source), [["cosign", "x", "true", undefined]]);
  });

  it("reads no scripts where none runs a tool that takes images, or sets what others see", () => {
    assert.deepEqual(words(job("steps:\n- run: npm ci")), []);
    assert.equal(words(job("steps:\n- run: npm ci\n- run: cosign sign x")).length, 2);
    const setUp = "{uses: docker/setup-qemu-action@v3, with: {image: 'a/b:${{ env.V }}'}}";
    const [image] = readGithubWorkflow(job(`steps:\n- run: echo V=1 >> $GITHUB_ENV\n- ${setUp}`), "w.yml").images;
    assert.equal(image?.reference?.tag, "1");
  });

  it("leaves scripts of other languages alone", () => {
    assert.deepEqual(words(job("steps:\n- run: cosign sign x\n  shell: pwsh")), []);
    assert.deepEqual(words(job("steps:\n- run: cosign sign x\n  shell: python")), []);
    assert.deepEqual(words(job("defaults: {run: {shell: pwsh}}\nsteps:\n- run: cosign sign x")), []);
    assert.deepEqual(words(job("steps:\n- run: cosign sign x").replace("ubuntu-latest", "windows-latest")), []);
    assert.deepEqual(words(job("steps:\n- run: cosign sign x\n  shell: bash -e {0}")), [["cosign", "sign", "x"]]);
  });

  it("gives jobs and steps with their inputs", () => {
    const source = job(
      "env: {A: b}\nsteps:\n- id: one\n  name: Build\n  uses: docker/build-push-action@v6\n  with:\n    tags: acme/app:1\n    push: true\n- run: x",
    );
    const { jobs, text } = readGithubWorkflow(source, "w.yml");
    const [only] = jobs;
    assert.equal(only?.id, "build");
    assert.ok(text.slice(only?.span.start, only?.span.end).startsWith("build:"));
    assert.equal(only?.environment["A"]?.text, "b");
    const [step, run] = only?.steps ?? [];
    assert.deepEqual([step?.id, step?.name, step?.uses], ["one", "Build", "docker/build-push-action@v6"]);
    assert.deepEqual(
      Object.entries(step?.with ?? {}).map(([name, { text: value, span }]) => [
        name,
        value,
        text.slice(span.start, span.end),
      ]),
      [
        ["tags", "acme/app:1", "acme/app:1"],
        ["push", "true", "true"],
      ],
    );
    assert.equal(run?.uses, undefined);
  });

  it("reads what it can of a broken workflow", () => {
    const { images, problems } = readGithubWorkflow(`${job("container: node")}  x: ]\n`, "w.yml");
    assert.equal(images.length, 1);
    assert.ok(problems.length > 0);
  });

  it("bounds what matrices yield", () => {
    const values = (count: number, prefix: string): string =>
      Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(",");
    const services = Array.from(
      { length: 400 },
      (_, i) => `    s${i}: {image: "\${{ matrix.a }}-${i}:\${{ matrix.b }}"}`,
    ).join("\n");
    const { images, problems } = readGithubWorkflow(
      job(`strategy: {matrix: {a: [${values(100, "a")}], b: [${values(100, "b")}]}}\nservices:\n${services}`),
      "w.yml",
    );
    assert.equal(images.length, 10_000);
    assert.ok(problems.some(({ code }) => code === "limit-reached"));
  });

  it("bounds the nesting of expressions", () => {
    for (const expression of [`${"(".repeat(500)}'a'${")".repeat(500)}`, `${"!".repeat(500)}x`, `a${"[a".repeat(500)}`])
      assert.equal(
        readGithubWorkflow(job(`container: "\${{ ${expression} }}"`), "w.yml").images[0]?.resolution,
        "unresolved",
      );
  });

  it("survives every prefix and many mutations", () => {
    expectToSurvive(
      readGithubWorkflow,
      `on: {workflow_call: {inputs: {i: {default: 'a:1'}}}}\njobs:\n  a:\n    strategy: {matrix: {v: [1, &x 2], include: [{v: *x}]}}\n    container: "\${{ format('n:{0}', matrix.v) || inputs.i }}"\n    steps:\n    - uses: docker://a@${pin}\n    - run: >\n        cosign sign "\${{ env.X }}"\n        $Y\n      env: {Y: "z"}\n`,
    );
  });
});
