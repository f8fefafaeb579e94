import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const container = (text: string) => readDocument(text, "units/web.container");
const service = (text: string) => readDocument(text, "web.service");

const unit = `[Unit]
Description=docker run no:1
# Image=no:2
[Container]
Image = «docker.io/library/nginx:1»
Label=Image=no:3
Exec=docker run no:4
[Service]
ExecStartPre=-/usr/bin/podman pull «busybox:1»
Restart=always
`;

describe("readQuadlet", () => {
  it("reads units of podman", () => {
    expectUses(container, unit, [
      "image docker.io/library/nginx:1 literal",
      "command docker.io/library/busybox:1 literal",
    ]);
    for (const path of ["web.container.in", "units/web.service.in", "web.container.template"])
      expectUses((text) => readDocument(text, path), unit, [
        "image docker.io/library/nginx:1 literal",
        "command docker.io/library/busybox:1 literal",
      ]);
    expectUses(container, "[Container]\nImage=web.image\n", []);
    expectUses(container, "[Container]\nImage=web.build\n", []);
    expectUses(container, "[Container]\nImage=«quay.io/a/b:%i»\n", ["image ? partial"]);
    expectUses(container, "[Container]\nImage=«quay.io/%i/b:1»\n", ["image ? unresolved"]);
    expectUses(container, '[Container]\nImage="«a/b:1»"\n', ["image docker.io/a/b:1 literal"]);
    expectUses((text) => readDocument(text, "x.artifact"), "[Artifact]\nArtifact=«quay.io/a/b:1»\n", [
      "image quay.io/a/b:1 literal",
    ]);
    expectUses(
      container,
      "[Container]\nMount=type=artifact,source=x.artifact,target=/x\nMount=type=artifact,src=«quay.io/a/b:1»,dst=/y\n",
      ["mount quay.io/a/b:1 literal"],
    );
    expectUses(container, "[Container]\nImage=\\\n  «a/b:1»\n", ["image docker.io/a/b:1 literal"]);
    for (const local of ["containers-storage:a", "docker-archive:/a.tar", "oci:/a", "dir:/a"])
      assert.deepEqual(expectUses(container, `[Container]\nImage=${local}\n`, []).problems, []);
    expectUses(
      container,
      "[Container]\nMount=type=image,source=«a/b:1»,destination=/x\nMount=type=bind,source=a/c:1\nMount=type=image,dst=/y,src=«a/d»\n",
      ["mount docker.io/a/b:1 literal", "mount docker.io/a/d literal"],
    );
    expectUses((text) => readDocument(text, "x.image"), "[Image]\r\nImage=docker://«quay.io/a/b:1»\r\n", [
      "image quay.io/a/b:1 literal",
    ]);
  });

  it("reads commands of services", () =>
    void expectUses(
      service,
      `[Service]
Environment=IMAGE=no:1
ExecStart=/usr/bin/docker run --rm --name %n \\
    -p 80:80 \\
    «nginx:1»
`,
      ["command docker.io/library/nginx:1 literal"],
    ));

  it("knows nothing of what systemd fills in", () =>
    void expectUses(
      service,
      `[Service]
ExecStartPre=-/bin/sh -c 'docker pull "«a/b:%i»" && docker run -v %h/x:/x --name x-%%y «a/c:1»'
ExecStartPre=docker run --label a="%n %N" «a/d:1»
ExecStart=docker run --name %N «%i/e:1»
`,
      [
        "command ? partial",
        "command docker.io/a/c:1 literal",
        "command docker.io/a/d:1 literal",
        "command ? unresolved",
      ],
    ));

  it("takes comments between continued lines, and what is to be filled in, for what they are", () =>
    void expectUses(
      service,
      `[Service]
# docker run no:1 \\
ExecStart=/usr/bin/docker run -e A=<host> -e "B=<x>" \\
  # don't \\
  ; nor this
  «a/b:1» -c '# <y>'
ExecReload=/bin/sh -c 'docker run -v $(cat <x) «a/c:1»'
`,
      ["command docker.io/a/b:1 literal", "command docker.io/a/c:1 literal"],
    ));

  it("keeps pins and spans, whatever is changed", () => {
    const plain = unit.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(container, plain), 2);
    expectToSurvive(container, plain);
  });

  it("takes what a unit builds itself for no image", () => {
    expectUses(
      container,
      "[Container]\nImage=localhost/own\n[Service]\nExecStartPre=podman build --tag localhost/own .\nExecCondition=podman run «a/b:1»\n",
      ["command docker.io/a/b:1 literal"],
    );
    expectUses(container, "[Container]\nImage=«localhost/other»\n[Service]\nExecStartPre=podman build -t own .\n", [
      "image localhost/other literal",
    ]);
  });

  it("follows the environment of a unit's service", () => {
    const read = (text: string) => readDocument(text, "a.container");
    const text = `[Container]
Image=«docker.io/a/b:\${MAJOR}-x»
Environment=MAJOR=no
[Service]
Environment=OTHER=1 "MAJOR=17" 'HOST=%H'
`;
    const { images } = expectUses(read, text, ["image docker.io/a/b:17-x resolved"]);
    assert.deepEqual(
      images[0]?.chain.map(({ label, text: said }) => [label, said]),
      [
        ["variable MAJOR", "${MAJOR}"],
        ["environment of the service", "17"],
      ],
    );
    expectUses(read, text.replace("MAJOR}", "HOST}"), ["image ? partial"]);
    expectUses(
      service,
      "[Service]\nEnvironment=TAG=1 'IMAGE=a/b:2'\nExecStartPre=/bin/sh -c \"docker pull «a/b:${TAG}»\"\nExecStart=docker run «${IMAGE}»\n",
      ["command docker.io/a/b:1 resolved", "command docker.io/a/b:2 resolved"],
    );
    expectUses(read, text.replace("MAJOR}", "NONE}"), ["image ? partial"]);
    const plain = text.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(read, plain), 1);
    expectToSurvive(read, plain);
  });
});
