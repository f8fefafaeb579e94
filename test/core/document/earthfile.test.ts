import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "app/Earthfile");

const full = `VERSION 0.8
# FROM no:1
ARG --global GO=1.25
ARG LOCAL=no
FROM «golang:$\{GO}-alpine»
IMPORT github.com/a/b:main

base:
    FROM --platform=linux/arm64 «debian:12»
    SAVE IMAGE --push --cache-from=«acme/cache:1» --cache-from «acme/out:1» acme/out:1

build:
    FROM +base
    ARG VARIANT="slim"
    FROM «node:22-$VARIANT»
    FROM «$\{LOCAL}»
    COPY +base/x .
    RUN --mount=type=cache,target=/x --no-cache docker pull «busybox:1» && \\
        # docker pull no:2
        docker run «alpine:$GO»
    RUN echo "FROM no:3"
    FROM ./dir+target
    FROM github.com/a/b:v1+t
    FROM DOCKERFILE -f x .
    FROM scratch

test:
    FROM «earthly/dind:alpine»
    WITH DOCKER --pull «postgres:16» --pull=«redis:$GO» \\
          --load app:latest=+build --compose compose.yml
        RUN docker run app:latest && docker run «nginx:1»
    END
    IF [ "$X" = "docker run no:4" ]
        ARG CHOSEN=a:1
    ELSE
        ARG CHOSEN=b:1
    END
    FROM «$CHOSEN»
    FOR v IN 20 22
        FROM «node:$v»
    END
    BUILD +base
`.replaceAll("\\{", "{");

describe("readEarthfile", () => {
  it("reads FROM, WITH DOCKER and RUN", () => {
    expectUses(read, full, [
      "from docker.io/library/golang:1.25-alpine resolved",
      "from docker.io/library/debian:12 literal",
      "cache-from docker.io/acme/cache:1 literal",
      "cache-from docker.io/acme/out:1 literal",
      "from docker.io/library/node:22-slim resolved",
      "from ? unresolved",
      "command docker.io/library/busybox:1 literal",
      "command docker.io/library/alpine:1.25 resolved",
      "from docker.io/earthly/dind:alpine literal",
      "pull docker.io/library/postgres:16 literal",
      "pull docker.io/library/redis:1.25 resolved",
      "command docker.io/library/nginx:1 literal",
      "from docker.io/library/a:1 resolved",
      "from docker.io/library/b:1 resolved",
      "from docker.io/library/node:20 resolved",
      "from docker.io/library/node:22 resolved",
    ]);
  });

  it("says where a value is defined, its platform, and pins the literal of a whole image", () => {
    const text = "VERSION 0.8\nARG --global IMAGE=node:22\na:\n  FROM --platform=linux/amd64 $IMAGE\n";
    const [use] = read(text).images;
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "node:22");
    assert.equal(use?.pinAt?.start, text.indexOf("node:22") + 7);
    assert.equal(use?.platform, "linux/amd64");
    assert.deepEqual(
      use?.chain.map(({ label }) => label),
      ["variable IMAGE", "assignment of IMAGE"],
    );
  });

  it("lists the commands of RUN only", () =>
    assert.deepEqual(
      read("VERSION 0.8\na:\n  FROM a\n  RUN b c\n").commands.map(({ words }) => words.map((word) => word.text)),
      [["b", "c"]],
    ));

  it("keeps pins and spans, whatever is changed", () => {
    const plain = full.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 8);
    expectToSurvive(read, plain);
    assert.equal(read(plain.replaceAll("\n", "\r\n")).images.length, read(plain).images.length);
  });

  it("reads on after texts in quotes that go over lines, and nothing in them", () => {
    const text = `VERSION 0.8
ARG CONFIG="
[registry]
  FROM no:1
"
a:
    FROM «alpine:3»
    RUN echo 'FROM no:2
b:
    FROM no:3' > x && echo "docker \\" run no:4
  # don't" && docker run «busybox:1»
    FROM «redis:7»
c:
    RUN echo it's
    FROM «nginx:1»
`;
    const { problems } = expectUses(read, text, [
      "from docker.io/library/alpine:3 literal",
      "command docker.io/library/busybox:1 literal",
      "from docker.io/library/redis:7 literal",
      "from docker.io/library/nginx:1 literal",
    ]);
    assert.ok(problems.length <= 1);
    const plain = text.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(read, plain) >= 4);
    expectToSurvive(read, plain);
  });

  it("follows what ENV sets for all targets, up to another image", () =>
    expectUses(
      read,
      `VERSION 0.8
ENV GO="1.25"
a:
    FROM «golang:$GO»
    WITH DOCKER --pull «acme/tool:$GO»
        RUN true
    END
b:
    RUN docker pull «acme/own:$GO»
`,
      ["from docker.io/library/golang:1.25 resolved", "pull ? partial", "command docker.io/acme/own:1.25 resolved"],
    ));

  it("leaves open what ENV sets for all targets in one case", () =>
    expectUses(
      read,
      'VERSION 0.8\nIF [ -n "$X" ]\n  ENV TAG=debug\nELSE\n  ENV TAG=nonroot\nEND\nENV GO=1.25\na:\n    FROM «acme/base:$TAG»\nb:\n    FROM «golang:$GO»\n',
      ["from ? partial", "from docker.io/library/golang:1.25 resolved"],
    ));

  it("follows what ENV sets, in one word", () =>
    expectUses(
      read,
      `VERSION 0.8
test:
    FROM «alpine:3»
    ENV A="7"
    ENV B 8
    ENV C docker run no:1
    ENV D=docker pull no:2
    WITH DOCKER --pull «redis:$A» --pull «nginx:$C»
        RUN docker run «redis:$B»
    END
other:
    FROM «busybox:$A»
`,
      [
        "from docker.io/library/alpine:3 literal",
        "pull docker.io/library/redis:7 resolved",
        "pull ? partial",
        "command docker.io/library/redis:8 resolved",
        "from ? partial",
      ],
    ));

  it("reads on behind a comment at the end of a continued line", () =>
    expectUses(
      read,
      `VERSION 0.8
test:
    FROM «alpine:3»
    WITH DOCKER --pull «redis:7» \\  # no:1
            --load a:latest=+a \\ # no:2

            # no:4
            --pull «nginx:1»
        RUN docker run a:latest \\ # no:3
            && docker run «busybox:1» && echo "x\\ # y" && docker run «node:22»
    END
`,
      [
        "from docker.io/library/alpine:3 literal",
        "pull docker.io/library/redis:7 literal",
        "pull docker.io/library/nginx:1 literal",
        "command docker.io/library/busybox:1 literal",
        "command docker.io/library/node:22 literal",
      ],
    ));

  it("reads no image that a target of the file saves, unless it is pulled", () =>
    expectUses(
      read,
      `VERSION 0.8
tool:
    FROM «alpine:3»
    ARG tag=1
    SAVE IMAGE --push acme/tool:$tag acme/tool:latest
test:
    FROM «earthly/dind:alpine»
    WITH DOCKER --load=+tool --pull «redis:7»
        RUN docker run acme/tool lint && docker run acme/tool:1 && docker run «acme/other»
    END
    WITH DOCKER --pull «acme/tool:1»
        RUN docker ps
    END
`,
      [
        "from docker.io/library/alpine:3 literal",
        "from docker.io/earthly/dind:alpine literal",
        "pull docker.io/library/redis:7 literal",
        "command docker.io/acme/other literal",
        "pull docker.io/acme/tool:1 literal",
      ],
    ));

  it("reads a target once for each value that others give to its arguments", () => {
    const text = `VERSION 0.8
all:
    BUILD +test \\
        --BASE=docker:dind \\
        --BASE="alpine:3" --OTHER=$x
    BUILD ./dir+test --BASE=no:1
test:
    ARG --required BASE
    ARG OTHER
    FROM «$BASE»
    IF [ -f x ]
        ARG LATE
        RUN docker pull «busybox:1»
    END
    RUN docker pull «$OTHER»
`;
    const { images } = expectUses(read, text, [
      "from docker.io/library/docker:dind resolved",
      "from docker.io/library/alpine:3 resolved",
      "command docker.io/library/busybox:1 literal",
      "command ? unresolved",
    ]);
    const plain = text.replaceAll(/[«»]/g, "");
    assert.equal(plain.slice(images[1]?.definedAt?.start, images[1]?.definedAt?.end), "alpine:3");
    expectPinsToHold(read, plain);
    expectToSurvive(read, plain);
  });
});
