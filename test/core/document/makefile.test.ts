import { references } from "../../helpers/references.ts";
import { readMakefile } from "../../../src/core/document/makefile.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import assert from "node:assert/strict";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "Makefile");

const full = `# docker run no:1
REGISTRY ?= ghcr.io/acme
TAG := 1.2 # docker run no:2
IMAGE = $(REGISTRY)/app:$(TAG)
export NODE=node:22
LIST = a \\
  b
OUT := $(shell docker run --rm «busybox:1» date)
AMBIGUOUS = a:1
ifdef X
AMBIGUOUS = b:1
endif

.PHONY: all
all: build ; docker pull «alpine:3»
build: $(wildcard *.go)
\t@echo docker run no:3
\t@docker run --rm -v $$(pwd):/x \\
\t  -w /x «$(NODE)» npm ci
\t-docker pull «$(IMAGE)» || true
ifeq (a,b)
\tdocker run «$\{NODE}-slim»
endif
\tdocker pull «$(AMBIGUOUS)»
\tfor i in a:1 b:2; do docker pull «$$i»; done
\tdocker run $(OPTS) «$(MISSING)» x
\t# docker run no:4

define HELP
docker run no:5
endef
`.replaceAll("\\{", "{");

describe("readMakefile", () => {
  it("reads recipes with make's variables", () => {
    expectUses(read, full, [
      "command docker.io/library/busybox:1 literal",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/node:22 resolved",
      "command ghcr.io/acme/app:1.2 resolved",
      "command docker.io/library/node:22-slim resolved",
      "command docker.io/library/a:1 resolved",
      "command docker.io/library/b:1 resolved",
      "command docker.io/library/a:1 resolved",
      "command docker.io/library/b:2 resolved",
      "command ? unresolved",
    ]);
  });

  for (const [title, text, expected] of [
    [
      "the variables of a target",
      "I = a:1\nx: I = a:2\nx:\n\tdocker pull $(I)\ny:\n\tdocker pull $(I)\n",
      ["a:2", "a:1"],
    ],
    [
      "what a recipe evaluates",
      "T = 1\nx:\n\t$(eval T := 2)\n\tdocker pull a:$(T)\ny:\n\t@$(eval V ?= 3)\n\tdocker pull a:$(T)$(V)\nz:\n\t${eval N=4}\n\tdocker pull a:$(N)\n",
      ["a:2", "a:13", "a:4"],
    ],
    [
      "both sides of a condition",
      "ifeq ($(X),b)\nI = a:1\nelse\nI = a:2\nendif\nx:\n\tdocker pull $(I)\n",
      ["a:1", "a:2"],
    ],
    [
      "a default that a condition overrides",
      "I ?= a:1\nifdef X\nI = a:2\nendif\nx:\n\tdocker pull $(I)\n",
      ["a:1", "a:2"],
    ],
    ["the last of several values", "I = a:1\nI = a:2\nx:\n\tdocker pull $(I)\n", ["a:2"]],
    ["a default that nothing overrides", "I ?= a:1\nI ?= a:2\nx:\n\tdocker pull $(I)\n", ["a:1"]],
    [
      "lists over several lines",
      "L = a:1 \\\n  a:2\nL += a:3\nx:\n\tfor i in $(L); do docker pull $$i; done\n",
      ["a:1", "a:2", "a:3"],
    ],
    [
      "what define holds where it is called",
      "define get\ndocker pull $(1):$(2)\nendef\nx:\n\t$(call get,a,1)\n\t$(call get, a, 2)\n",
      ["a:1", "a:2"],
    ],
    [
      "quotes in values as the shell does",
      `V = 1\nI = "a:$(V)"\nJ = 'b:2'\nR = docker run -e "A=b no:1" "$(I)"\nx:\n\tdocker pull $(I)\n\tdocker pull "$(J)"\n\t$(R) no:2\n`,
      ["a:1", "a:1", "b:2"],
    ],
    [
      "what stands for a program that is not there",
      'F := $(shell which f || echo "docker run --rm -v $(PWD):/x a:1")\nx:\n\t$(F) no:1\n',
      ["a:1"],
    ],
    ["an engine with a variable before it", "D = GPU=$(GPU) nvidia-docker\nx:\n\t$(D) run a:1\n", ["a:1"]],
    ["a command that a variable begins", "R = docker run --rm -v $(PWD):/x -w /x\nx:\n\t$(R) a:1 sh no:1\n", ["a:1"]],
    [
      "what is built under a name that may go on",
      "x:\n\tdocker build -t a:1$(S) .\n\tdocker run a:1\n\tdocker build -t b:$(V) .\n\tdocker run b:2\n",
      ["b:2"],
    ],
    [
      "what is built under a name that nobody knows and that may go on",
      "V = $(shell v)\nifdef X\nS := -$(X)\nendif\nE = $(shell e)-dev\nx:\n" +
        "\tdocker build -t a:$(V)$(S) .\n\tdocker run a:$(V)\n\tdocker build -t b:$(V)-x$(S) .\n\tdocker run b:$(V)\n" +
        "\tdocker build -t c:$(V)$(E) .\n\tdocker run c:$(V)\n",
      ["10:13 partial", "12:13 partial"],
    ],
    [
      "an option in a long list of them",
      `B = a:1\nO = ${"--build-arg X=$(Y) \\\n\t".repeat(50)}--build-arg BASE_IMAGE=$(B)\nx:\n\tdocker build $(O) -t c .\n`,
      ["a:1"],
    ],
    [
      "options that a function gives",
      "x:\n\tdocker run $(if $(CI),,-it) a:1\n\tdocker run $(foreach v,$(V),$(v)) no:1\n",
      ["a:1"],
    ],
  ] as const)
    it(`reads ${title}`, () =>
      assert.deepEqual(
        references(text, "Makefile").map((one) => one.replace(/^\S+ docker\.io\/library\//, "")),
        expected,
      ));

  it("knows an engine by what finds it", () =>
    assert.deepEqual(
      read(
        "R ?= $(shell which podman || which docker)\nx:\n\t$(R) run a:1 $(R) run b:1\n\tdocker run $(X) c:1\nDOCKER := $(shell which docker)\nV = 2\nI = d:$(V)\nP = $(DOCKER) run $(I)\ny:\n\t$(P) x\n",
      ).images.map(({ text }) => text),
      ["a:1", "c:1", "$(I)"],
    ));

  it("reads several commands in a variable", () =>
    assert.deepEqual(
      read(
        "W = x:1\nC = mkdir -p a && \\\n\tdocker run --rm -v 'a;b':/c\na:\n\t@$(C) -e A=b $(W) make\nD = docker pull y:2; docker pull $(P)y:3\nP =\nb:\n\t$(D)\n",
      ).images.map(({ text, resolution }) => [text, resolution]),
      [
        ["$(W)", "resolved"],
        ["y:2", "literal"],
        ["$(P)y:3", "resolved"],
      ],
    ));

  it("says where a value is defined and pins it there, unless others use it", () => {
    const text = "I = node:22\nJ ?= a:1\nx:\n\tdocker run $(I)\n\tdocker run $(J)\n\tdocker push $(J)\n";
    const [one, other] = read(text).images;
    assert.equal(text.slice(one?.definedAt?.start, one?.definedAt?.end), "node:22");
    assert.deepEqual(one?.pinAt, { start: 11, end: 11 });
    assert.equal(other?.pinAt?.start, text.indexOf("$(J)") + 4);
    assert.deepEqual(
      one?.chain.map(({ label, text: shown }) => [label, shown]),
      [
        ["variable I", "$(I)"],
        ["assignment of I", "node:22"],
      ],
    );
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 6);
    expectToSurvive(read, plain);
    expectUses(
      read,
      full.replaceAll("\n", "\r\n"),
      read(plain).images.map((use) => `command ${summaryOf(use)}`),
    );
  });

  it("reads calls of the shell wherever make expands them", () => {
    const text = [
      "A := $(strip $(shell docker run «a/a:1» id))",
      "B := $(shell echo $$(( $(shell docker run «a/b:1» nproc) - 1)))",
      "x y: C ?= $(shell docker pull «a/c:1»)",
      "ifeq ($(shell docker pull «a/d:1»),)",
      "D = $(if $(shell docker pull «a/e:1»),y) # $(shell docker pull no/no:1)",
      "endif",
      "# $(shell docker pull no/no:2)",
      "$(info $(shell docker pull «a/f:1»))",
      "all: $(shell docker pull «a/g:1»)",
      '\t@echo "$(shell docker pull «a/h:$(T)»)"',
      "",
    ].join("\n");
    expectUses(
      read,
      text,
      "abcdefg"
        .split("")
        .map((name) => `command docker.io/a/${name}:1 literal`)
        .concat("command ? partial"),
    );
    expectToSurvive(read, text.replaceAll(/[«»]/g, ""));
  });

  it("lists commands", () => assert.equal(readMakefile("a:\n\tb c\n", "Makefile").commands.length, 1));
});

function summaryOf(use: ReturnType<typeof read>["images"][number]): string {
  const { reference, resolution } = use;
  const tag = reference?.tag === undefined ? "" : `:${reference.tag}`;
  return `${reference === undefined ? "?" : `${reference.registry}/${reference.repository}${tag}`} ${resolution}`;
}
