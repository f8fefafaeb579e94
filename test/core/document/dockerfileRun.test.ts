import assert from "node:assert/strict";
import { readDockerfile } from "../../../src/core/document/dockerfile.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";

describe("readDockerfile: commands of RUN", () => {
  const runs: [name: string, body: string, commands: (string | undefined)[][]][] = [
    [
      "the shell form",
      "RUN cosign sign a && \\\n # note\n\n docker push b",
      [
        ["cosign", "sign", "a"],
        ["docker", "push", "b"],
      ],
    ],
    ["the exec form", 'RUN ["docker", "pull", "a b"]', [["docker", "pull", "a b"]]],
    ["a here-document that is the script", "RUN <<EOF\ndocker pull a\nEOF", [["docker", "pull", "a"]]],
    ["a script with stripped tabs", "RUN <<-EOF\n\tdocker pull a\n\tEOF", [["docker", "pull", "a"]]],
    [
      "a script with a shell's shebang",
      "RUN <<EOF\n#!/usr/bin/env bash\ndocker pull a\nEOF",
      [["docker", "pull", "a"]],
    ],
    ["a script with another shebang", "RUN <<EOF\n#!/usr/bin/env python3\ndocker pull a\nEOF", []],
    [
      "a here-document that feeds a shell",
      "RUN bash -e <<EOF\ndocker pull a\nEOF",
      [
        ["bash", "-e"],
        ["docker", "pull", "a"],
      ],
    ],
    ["a here-document that a program reads", "RUN <<EOF python3\ndocker pull a\nEOF", [["python3"]]],
    [
      "a here-document that becomes a file",
      "RUN cat <<EOF > x\r\ndocker pull a\r\nEOF\r\nRUN docker pull b",
      [["cat"], ["docker", "pull", "b"]],
    ],
    ["COPY's here-document", "COPY <<EOF /x\ndocker pull a\nEOF", []],
    ["a shell that is not POSIX", 'SHELL ["powershell", "-Command"]\nRUN docker pull a', []],
    ["a shell that is", 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN docker pull a', [["docker", "pull", "a"]]],
    [
      "variables of ENV and ARG",
      "ARG T=1\nENV I=app E=2\nENV U $I-x\nENV T=3\nARG E=9\nRUN docker pull $I:$T-$E $U",
      [["docker", "pull", "app:3-2", "app-x"]],
    ],
    ["a global ARG that the stage takes", "ARG G\nRUN docker pull $G $H", [["docker", "pull", "global", undefined]]],
    ["ONBUILD", "ONBUILD RUN docker pull a", [["docker", "pull", "a"]]],
    ["mounts", "RUN --mount=type=bind,from=x:1 docker pull a", [["docker", "pull", "a"]]],
  ];
  for (const [name, body, commands] of runs) {
    it(`reads ${name}`, () => {
      const document = readDockerfile(`ARG G=global\nARG H=hidden\nFROM base\n${body}\n`, "Dockerfile");
      assert.deepEqual(
        document.commands.map(({ words }) => words.map(({ text }) => text)),
        commands,
      );
      for (const command of document.commands) {
        for (const { span, raw } of command.words) assert.equal(document.text.slice(span.start, span.end), raw);
      }
    });
  }

  it("reads the commands of a part of a Dockerfile, which has no stage", () => {
    const { images } = readDocument(
      'ENV V=2\nno docker run acme/a\nRUN docker pull acme/x:$V\nSHELL ["cmd"]\nRUN docker pull acme/y\n',
      "tools.dockerfile",
    );
    assert.deepEqual(
      images.map(({ text, reference }) => [text, reference?.tag]),
      [["acme/x:$V", "2"]],
    );
  });

  it("inherits ENV and SHELL from the stage that it builds on", () => {
    const { commands } = readDockerfile(
      'FROM a AS one\nENV I=app\nFROM one AS two\nRUN docker pull $I\nSHELL ["cmd"]\nFROM two\nRUN x\n',
      "D",
    );
    assert.deepEqual(
      commands.map(({ words }) => words.map(({ text }) => text)),
      [["docker", "pull", "app"]],
    );
  });

  it("places the images of the exec form between their quotes", () => {
    const source = 'FROM a\nRUN ["docker", "run", "-it", "b/c:1"]\n';
    const [, use] = readDocument(source, "Dockerfile").images;
    assert.equal(use?.text, "b/c:1");
    assert.equal(source.slice(use?.span.start, use?.span.end), "b/c:1");
    assert.equal(source.slice(use?.pinAt?.start), '"]\n');
  });
});
