import assert from "node:assert/strict";
import { readCircleci } from "../../../src/core/document/circleci.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/cimg/node";

describe("readCircleci", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "images of jobs and executors",
      "version: 2.1\nexecutors:\n  e: {docker: [{image: «cimg/node:20.1»}]}\njobs:\n  a:\n    docker:\n    - image: «cimg/node:22.1»\n      name: primary\n    - image: '«postgres:16»'\n",
      [`image ${node}:20.1 literal`, `image ${node}:22.1 literal`, "image docker.io/library/postgres:16 literal"],
    ],
    [
      "no machine",
      "jobs:\n  a: {machine: {image: 'ubuntu-2204:current'}}\n  b: {machine: true, macos: {xcode: 15}, resource_class: image}\nexecutors: {m: {machine: {image: default}}}\n",
      [],
    ],
    [
      "anchors",
      "x: &d {docker: [{image: «cimg/node:1»}]}\ny: &i cimg/node:2\njobs:\n  a: {<<: *d, steps: []}\n  b: {<<: *d}\n  c: {docker: [{image: «*i»}]}\n".replace(
        "«*i»",
        "«*i» ",
      ),
      [`image ${node}:1 literal`, `image ${node}:2 resolved`],
    ],
    [
      "defaults of parameters",
      "parameters: {tag: {type: string, default: '20'}}\njobs:\n  a:\n    parameters: {image: {type: string, default: 'cimg/node:22'}, none: {type: string}}\n    docker: [{image: «<< parameters.image >>»}, {image: 'cimg/node:<<parameters.none>>'}, {image: 'cimg/node:<< pipeline.parameters.tag >>'}]\n"
        .replace("'cimg/node:<<parameters.none>>'", "'«cimg/node:<<parameters.none>>»'")
        .replace("'cimg/node:<< pipeline.parameters.tag >>'", "'«cimg/node:<< pipeline.parameters.tag >>»'"),
      [`image ${node}:22 resolved`, "image ? partial", `image ${node}:20 resolved`],
    ],
    [
      "what workflows give, in place of the default",
      "parameters: {p: {default: '18'}}\njobs:\n  a:\n    parameters: {v: {default: '1'}}\n    docker: [{image: '«cimg/node:<< parameters.v >>»'}]\nworkflows:\n  w:\n    jobs:\n    - a: {v: '20'}\n    - a: {name: x, v: << pipeline.parameters.p >>}\n    - approve: {type: approval}\n",
      [`image ${node}:20 resolved`, `image ${node}:18 resolved`],
    ],
    [
      "a matrix",
      "jobs:\n  a:\n    parameters: {v: {type: string}, os: {type: string}}\n    docker: [{image: '«cimg/node:<< parameters.v >>-<< parameters.os >>»'}]\nworkflows:\n  w:\n    jobs:\n    - a:\n        matrix:\n          parameters: {v: ['20', '22'], os: [x, y]}\n          exclude: [{v: '20', os: y}]\n",
      [`image ${node}:20-x resolved`, `image ${node}:22-x resolved`, `image ${node}:22-y resolved`],
    ],
    [
      "executors with what jobs give them",
      "executors:\n  e:\n    parameters: {v: {default: '1'}}\n    docker: [{image: '«cimg/node:<< parameters.v >>»'}]\n  unused:\n    parameters: {v: {default: '9'}}\n    docker: [{image: '«redis:<< parameters.v >>»'}]\njobs:\n  a: {executor: {name: e, v: '2'}}\n  b: {parameters: {w: {default: '3'}}, executor: {name: e, v: << parameters.w >>}}\n  c: {executor: e}\n  d: {parameters: {x: {type: executor, default: e}}, executor: << parameters.x >>}\n  f: {executor: orb/e}\n",
      [
        `image ${node}:2 resolved`,
        `image ${node}:3 resolved`,
        `image ${node}:1 resolved`,
        "image docker.io/library/redis:9 resolved",
      ],
    ],
    [
      "orbs that are written out",
      "orbs:\n  ext: circleci/node@5\n  own:\n    executors: {e: {parameters: {v: {default: '1'}}, docker: [{image: '«cimg/node:<< parameters.v >>»'}]}}\n    jobs: {j: {parameters: {t: {type: string}}, docker: [{image: '«redis:<< parameters.t >>»'}]}}\njobs: {a: {executor: {name: own/e, v: '5'}}}\nworkflows: {w: {jobs: [own/j: {t: '7'}]}}\n",
      [`image ${node}:5 resolved`, "image docker.io/library/redis:7 resolved"],
    ],
    [
      "an executor in a file of its own",
      "parameters: {tag: {type: string, default: '22'}}\ndocker:\n- image: «cimg/node:<<parameters.tag>>»\n",
      [`image ${node}:22 resolved`],
    ],
    ["a variable that CircleCI does not expand", "jobs: {a: {docker: [{image: «$IMAGE»}]}}", ["image ? unresolved"]],
    [
      "a value that is not given",
      "jobs: {a: {docker: [{image: '«<< pipeline.git.branch >>»'}]}}",
      ["image ? unresolved"],
    ],
    [
      "nothing outside of its places",
      "jobs:\n  a:\n    environment: {image: node}\n    steps:\n    - run: 'image: node'\n    - own/push: {image: acme/app}\n    - setup_remote_docker: {image: x}\ncommands: {c: {parameters: {image: {default: node}}}}\n",
      [],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readCircleci, source, expected));

  it("reads commands with what steps give them, and others at their defaults", () =>
    void expectUses(
      (text) => readDocument(text, ".circleci/config.yml"),
      "orbs:\n  o:\n    commands:\n      pull: {parameters: {i: {type: string}}, steps: [{run: 'docker pull «<< parameters.i >>»'}]}\n      idle: {parameters: {i: {default: 'a/idle:1'}}, steps: [{run: 'docker pull «<< parameters.i >>»'}]}\njobs:\n  a:\n    parameters: {v: {default: '1'}}\n    steps: [{o/pull: {i: 'a/b:<< parameters.v >>'}}, {outer: {t: '2'}}]\n  b: {steps: [{outer: {t: '3'}}, {o/none: {i: x}}]}\ncommands:\n  outer: {parameters: {t: {type: string}}, steps: [{inner: {i: 'a/c:<< parameters.t >>'}}]}\n  inner: {parameters: {i: {type: string}}, steps: [{run: 'docker pull «<< parameters.i >>»'}, {inner: {i: '<< parameters.i >>'}}]}\n",
      [
        "command docker.io/a/b:1 resolved",
        "command docker.io/a/idle:1 resolved",
        "command docker.io/a/c:2 resolved",
        "command docker.io/a/c:3 resolved",
      ],
    ));

  it("reads what older configurations write", () =>
    expectUses(
      (text) => readDocument(text, ".circleci/config.yml"),
      "jobs:\n  a:\n    environment: [{I: a/b:1}, {J: x}]\n    steps:\n    - deploy: {name: d, command: docker pull «$I»}\n    - deploy: docker pull «a/c:1»\n    - deploy: {image: a/d:1}\n",
      ["command docker.io/a/b:1 resolved", "command docker.io/a/c:1 literal"],
    ));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      ["jobs: {a: {docker: [{image: cimg/node:22}]}}", 1],
      ["jobs: {a: {parameters: {i: {default: 'cimg/node:22'}}, docker: [{image: << parameters.i >>}]}}", 1],
      ["parameters: {v: {default: '22'}}\njobs: {a: {docker: [{image: 'cimg/node:<< pipeline.parameters.v >>'}]}}", 0],
      [
        "jobs: {a: {docker: [{image: << parameters.i >>}]}}\nworkflows: {w: {jobs: [a: {matrix: {parameters: {i: ['a:1', 'b:2']}}}]}}",
        2,
      ],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readCircleci, source), pins, source);
  });

  it("reads commands of steps, of commands and of conditions", () => {
    const source =
      "jobs:\n  a:\n    parameters: {v: {default: one}, w: {type: string}}\n    environment: {E: two}\n    steps:\n    - checkout\n    - run: cosign sign << parameters.v >> $E << parameters.w >>\n    - run:\n        name: n\n        environment: {E: three}\n        command: |\n          cat << EOF\n          cosign no >> x\n          EOF\n          cosign x $E\n    - run: {shell: pwsh.exe, command: cosign no}\n    - when: {condition: x, steps: [run: cosign when]}\ncommands: {c: {parameters: {p: {default: four}}, steps: [run: 'cosign c << parameters.p >>']}}\nworkflows: {w: {jobs: [a: {pre-steps: [run: cosign pre]}]}}\n";
    const document = readCircleci(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "a: cosign sign one two ?",
      "a: cat",
      "a: cosign x three",
      "a: cosign when",
      "a: cosign pre",
      "cosign c four",
    ]);
    assert.deepEqual(document.commands[0]?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), [
      "<< parameters.v >>",
      "$E",
      "<< parameters.w >>",
    ]);
    assert.deepEqual(
      document.jobs[0]?.steps.map(({ name, uses }) => name ?? uses),
      ["checkout", undefined, "n", undefined, "when"],
    );
  });

  it("does not say what a parameter is where workflows differ", () => {
    const source =
      "jobs: {a: {steps: [run: 'cosign << parameters.v >>']}}\nworkflows: {w: {jobs: [a: {v: '1'}, a: {v: '2'}]}}";
    assert.deepEqual(commandTexts(readCircleci(source, "x.yml")), ["a: cosign ?"]);
  });

  it("runs a job's commands in its executor's environment and shell", () => {
    const source =
      "version: 2.1\nexecutors:\n  e:\n    parameters: {v: {type: string, default: '1'}}\n    environment: {R: reg.example.com, T: << parameters.v >>}\n    machine: true\n  w:\n    machine: true\n    shell: powershell.exe -ExecutionPolicy Bypass\n    environment: {R: reg.example.com}\njobs:\n  a:\n    executor: {name: e, v: '7'}\n    steps:\n    - run: docker run «$R/a:$T»\n  b:\n    executor: e\n    environment: {R: other.example.com}\n    steps:\n    - run: docker run «$R/b:$T»\n  c:\n    executor: w\n    steps:\n    - run: |\n        docker run `\n          --rm «$env:R/c:1»\n    - run: {shell: bash.exe, command: docker run «$R/d:1»}\n    - run: {shell: cmd.exe, command: docker run «%R%/e:1»}\n    - run: {shell: python, command: docker run no}\n";
    expectUses((text) => readDocument(text, ".circleci/config.yml"), source, [
      "command reg.example.com/a:7 resolved",
      "command other.example.com/b:1 resolved",
      "command reg.example.com/c:1 resolved",
      "command reg.example.com/d:1 resolved",
      "command reg.example.com/e:1 resolved",
    ]);
  });

  it("reads the command of an orb in a file of its own, and leaves its scripts to theirs", () => {
    const source =
      "description: x\nparameters: {tag: {type: string, default: '3'}}\nsteps:\n- run: docker run «alpine:<< parameters.tag >>»\n- run: {command: <<include(scripts/a.sh)>>}\n- run: docker pull «redis:7»\n";
    const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, "src/commands/a.yml");
    const document = expectUses(read, source, [
      "command docker.io/library/alpine:3 resolved",
      "command docker.io/library/redis:7 literal",
    ]);
    assert.deepEqual(document.problems, []);
  });

  it("reads the commands of the first format", () => {
    const source =
      "machine: {services: [docker], environment: {V: '7'}}\ndependencies:\n  pre:\n  - docker pull «redis:$V»\n  override:\n  - docker pull «alpine:3»: {timeout: 600}\ntest:\n  post: ['docker run «node:22»', 'docker build -t no .', docker run no]\ndeployment:\n  hub: {branch: main, commands: [docker pull «a/b:1»]}\n";
    expectUses((text) => readDocument(text, "circle.yml"), source, [
      "command docker.io/library/redis:7 resolved",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/node:22 literal",
      "command docker.io/a/b:1 literal",
    ]);
  });
});
