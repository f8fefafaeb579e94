import assert from "node:assert/strict";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

/** A makefile with its images between ⟦⟧, what they are, and the files beside it. */
const cases: readonly {
  readonly title: string;
  readonly makefile: string;
  readonly path?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: readonly string[];
}[] = [
  {
    title: "variables of an included file",
    makefile: "include mk/vars.mk\nx:\n\tdocker pull ⟦$(I)⟧\n\tdocker pull ⟦b:$(V)⟧\n",
    files: { "mk/vars.mk": "I = a:1\nV := 2\n" },
    expected: ["docker.io/library/a:1 resolved", "docker.io/library/b:2 resolved"],
  },
  {
    title: "files that included ones include, from where make runs",
    makefile: "-include ../lib.mk\nx:\n\tdocker pull ⟦$(I)⟧\n",
    path: "a/Makefile",
    files: { "lib.mk": "include ../versions.mk\nI = a:$(V)\n", "versions.mk": "V = 3\n" },
    expected: ["docker.io/library/a:3 resolved"],
  },
  {
    title: "a file below something that is not known",
    makefile: "include $(ROOT)/mk/v.mk\nx:\n\tdocker pull ⟦a:$(V)⟧\n",
    path: "a/b/Makefile",
    files: { "mk/v.mk": "V = 3\n" },
    expected: ["docker.io/library/a:3 resolved"],
  },
  {
    title: "what the makefile says that includes it, before and after, and others that that includes",
    makefile:
      "W = own\nx:\n\tdocker pull ⟦$(R)/a:$(V)⟧\n\tdocker pull ⟦$(LATE)⟧\n\tdocker pull ⟦$(W)⟧\n\tdocker pull ⟦b:$(T)⟧\n",
    path: "mk/docker.mk",
    files: {
      Makefile: "R := r.io\nV ?= 1\ninclude other.mk\nW = no\ninclude mk/*.mk\nLATE = late:2\n",
      "other.mk": "V = 3\n",
    },
    expected: ["r.io/a:3 resolved", "docker.io/library/late:2 resolved", "docker.io/library/own resolved", "? partial"],
  },
  {
    title: "all files like a name, in any way that says so",
    makefile:
      "include mk/*.mk\n-include $(wildcard v*.mk)\nx:\n\tdocker pull ⟦a:$(A)-$(B)-$(C)⟧\n\tdocker pull ⟦b:$(D)⟧\n",
    files: {
      "mk/": "a.mk\nb.mk\nd.txt\ne.mk/",
      "./": "mk/\nv3.mk\nw.mk",
      "mk/a.mk": "A = 1\n",
      "mk/b.mk": "B = 2\n",
      "v3.mk": "C = 3\n",
      "mk/d.txt": "D = 4\n",
      "w.mk": "D = 5\n",
    },
    expected: ["docker.io/library/a:1-2-3 resolved", "? partial"],
  },
  {
    title: "files from where make runs",
    makefile: "include mk/v.mk\nx:\n\tdocker pull ⟦a:$(V)⟧\n",
    path: "mk/docker.mk",
    files: { Makefile: "D = mk\n-include $(D)/docker.mk\n", "mk/v.mk": "V = 3\n" },
    expected: ["docker.io/library/a:3 resolved"],
  },
  {
    title: "nothing of a makefile that includes others",
    makefile: "x:\n\tdocker pull ⟦a:$(V)⟧\n",
    path: "mk/docker.mk",
    files: { Makefile: "V = 1\ninclude mk/*.make other/*.mk mk/docker\n", "../Makefile": "include mk/docker.mk\n" },
    expected: ["? partial"],
  },
  {
    title: "a default that the included file overrides",
    makefile: "V ?= 1\ninclude v.mk\nx:\n\tdocker pull ⟦a:$(V)⟧\n",
    files: { "v.mk": "V = 2\n" },
    expected: ["docker.io/library/a:2 resolved"],
  },
  {
    title: "a value that overrides the included file's",
    makefile: "include v.mk\nV = 3\nx:\n\tdocker pull ⟦a:$(V)⟧\n",
    files: { "v.mk": "V ?= 2\n" },
    expected: ["docker.io/library/a:3 resolved"],
  },
  {
    title: "no command of which an included file holds all",
    makefile: "include v.mk\nx:\n\t$(RUN) make\n\t$(DOCKER) run ⟦b:1⟧\n",
    files: { "v.mk": "RUN = docker run a:1\nDOCKER = docker\n" },
    expected: ["docker.io/library/b:1 literal"],
  },
  {
    title: "what define and recipes of an included file hold for no variable",
    makefile: "include v.mk\nx:\n\tdocker pull ⟦a:$(V)⟧\n",
    files: { "v.mk": "define x\nV = 1\nendef\ny:\n\tV = 2\n" },
    expected: ["? partial"],
  },
  {
    title: "a file that is not there, and one that includes itself",
    makefile: "include none.mk self.mk\nx:\n\tdocker pull ⟦a:$(V)⟧\n",
    files: { "self.mk": "include self.mk\nV = 1\n" },
    expected: ["docker.io/library/a:1 resolved"],
  },
  {
    title: "a command behind an assignment that a variable holds",
    makefile: "E = A=b\nB = docker buildx build\nx:\n\t$(E) $(B) -t a:1 .\n\tdocker run a:1\n\tdocker run ⟦a:2⟧\n",
    files: {},
    expected: ["docker.io/library/a:2 literal"],
  },
  {
    title: "what is substituted in a list",
    makefile:
      "A = amd64 arm64\nI = a\nF = x.c y.c z\nx:\n\tdocker manifest create l:1 ⟦$(A:%=$(I):1-%)⟧\n\tdocker manifest create l:1 $(B:%=$(I)-%)\n\tdocker pull ⟦$(F:.c=-o)⟧\n",
    files: {},
    expected: [
      "docker.io/library/a:1-amd64 resolved",
      "docker.io/library/a:1-arm64 resolved",
      "docker.io/library/x-o resolved",
      "docker.io/library/y-o resolved",
      "docker.io/library/z resolved",
    ],
  },
  {
    title: "rules that a condition indents",
    makefile: "ifeq (a,b)\n  $(error x: y)\n  V = 1\n  x:\n\tdocker run ⟦a:$(V)⟧\nendif\n",
    files: {},
    expected: ["docker.io/library/a:1 resolved"],
  },
  {
    title: "functions of make",
    makefile:
      "V := $(shell cat VERSION)\nx:\n\tdocker pull ⟦a:$(V)⟧\n\tdocker pull ⟦$(or $(I),b:2)⟧\n\tdocker pull ⟦$(addprefix c:,$(strip  3 ))⟧\n\tdocker pull ⟦d:$(subst v,,v$(V))⟧\n\tdocker pull ⟦$(if $(X),e:1,e:2)⟧\n\tdocker run $(if $(X),--name $(X)) ⟦f:1⟧\n\tdocker pull ⟦g:$(shell git describe)⟧\n",
    files: { VERSION: "1.2\n" },
    expected: [
      "docker.io/library/a:1.2 resolved",
      "docker.io/library/b:2 resolved",
      "docker.io/library/c:3 resolved",
      "docker.io/library/d:1.2 resolved",
      "docker.io/library/e:2 resolved",
      "docker.io/library/f:1 literal",
      "? partial",
    ],
  },
  {
    title: "the columns of a file",
    makefile:
      "F = ./images\nA := $(shell awk '$$4==\"a\" {print $$2}' $(F))\nB := $(shell awk '$$4 == \"b\" { print $$2 }' images)\nC := $(shell awk '$$4==\"c\" {print $$2}' images)\nD := $(shell awk '/d/ {print $$2}' images)\nx:\n\tdocker pull ⟦$(A)⟧\n\tdocker pull ⟦$(B)⟧\n\tdocker pull ⟦c:$(C)⟧\n\tdocker pull ⟦d:$(D)⟧\n",
    files: { images: "# a b c\nFROM a/b:1 AS a\nFROM c AS c\nFROM d AS c\n  FROM\te:2   AS b\r\n" },
    expected: ["docker.io/a/b:1 resolved", "docker.io/library/e:2 resolved", "? partial", "? partial"],
  },
  {
    title: "commands that variables hold, used here or elsewhere",
    makefile:
      "A = docker run --rm ⟦a:1⟧ sh\nB := @docker run -w $(W) ⟦b:$(V)⟧\nC = $(DOCKER) run -v $(X):/x ⟦c:1⟧ go\nD = docker run --rm $(ARGS)\nE = docker images are no:1\nx:\n\t$(A) make\n\t$(D) ⟦d:1⟧\n",
    files: {},
    expected: [
      "docker.io/library/a:1 literal",
      "? partial",
      "docker.io/library/c:1 literal",
      "docker.io/library/d:1 literal",
    ],
  },
];

describe("makefiles beside others", () => {
  for (const { title, makefile, path = "Makefile", files, expected } of cases)
    it(`reads ${title}`, () => {
      const { text, spans } = marked(makefile);
      const known = new Map(Object.entries(files));
      const { images } = resolveAmong(text, path, (file) => known.get(file)).document;
      assert.deepEqual(
        images.map(
          ({ reference, resolution }) => `${reference === undefined ? "?" : formatReference(reference)} ${resolution}`,
        ),
        expected,
      );
      assert.deepEqual([...new Map(images.map(({ span }) => [span.start, span])).values()], spans);
      for (const { definedAt, pinAt } of images)
        for (const place of [definedAt, pinAt]) assert.ok(place === undefined || place.end <= text.length);
    });

  it("says in which file a value stands", () => {
    const { images } = resolveAmong("include v.mk\nx:\n\tdocker pull $(I)\n", "Makefile", (file) =>
      file === "v.mk" ? "# x\nI = a:1\n" : undefined,
    ).document;
    assert.deepEqual(
      images[0]?.chain.map(({ file, label, text }) => [file, label, text]),
      [
        [undefined, "variable I", "$(I)"],
        ["v.mk", "assignment of I", "a:1"],
      ],
    );
    assert.equal(images[0]?.definedAt, undefined);
    assert.deepEqual(images[0]?.pinAt, { start: 33, end: 33 });
  });
});
