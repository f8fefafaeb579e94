import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { marked } from "../../helpers/marked.ts";

describe("readButane", () => {
  const units: readonly (readonly [name: string, text: string])[] = [
    [
      "units of systemd and their parts",
      "systemd:\n  units:\n    - name: a.service\n      contents: |\n        [Service]\n        ExecStartPre=-/usr/bin/podman pull ⟦quay.io/a/b:1⟧\n        ExecStart=/usr/bin/podman run --rm \\\n          --name a ⟦quay.io/a/b:1⟧ serve\n    - name: b.service\n      dropins:\n        - name: 10-x.conf\n          contents: |\n            [Service]\n            ExecStart=\n            ExecStart=docker run ⟦alpine:3⟧\n    - name: podman.socket\n      enabled: true\n",
    ],
    [
      "units of Podman among its files, however they are written",
      'storage:\n  files:\n    - path: /etc/containers/systemd/a.container\n      contents:\n        inline: |\n          [Container]\n          Image=⟦docker.io/library/a:1⟧\n    - path: /etc/containers/systemd/b.image\n      contents: {inline: "[Image]\\nImage=⟦b:2⟧\\n"}\n    - path: /etc/motd\n      contents:\n        inline: |\n          [Container]\n          Image=no:1\n    - path: /etc/containers/systemd/c.container\n      contents: {local: c.container}\n',
    ],
  ];
  for (const [name, source] of units)
    for (const [path, head] of [
      ["host.bu", "variant: fcos\nversion: 1.5.0\n"],
      ["host.yaml", '---\nversion: "1.1.0"\nvariant: "flatcar"\n'],
      ["host.butane", "variant: fcos\nversion: 1.5.0\n"],
      ["host.bu.tftpl", "variant: fcos\nversion: 1.5.0\n"],
      ["hosts/a.butane.template", "variant: fcos\nversion: 1.5.0\n"],
      ["host.bu.j2", "variant: fcos\nversion: 1.5.0\n"],
    ] as const)
      it(`reads ${name} in ${path}`, () => {
        const { text, spans } = marked(head + source);
        const { dialect, images } = readDocument(text, path);
        assert.equal(dialect, "butane");
        assert.deepEqual(
          images.map(({ span, text: shown }) => [shown, span]),
          spans.map((span) => [text.slice(span.start, span.end), span]),
        );
        for (const { reference } of images) assert.ok(reference !== undefined);
      });

  for (const [name, path, source] of [
    [
      "the units of Container Linux",
      "host.yaml",
      "passwd: {}\nsystemd:\n  # one\n  units:\n    - name: a.service\n      contents: |\n        [Service]\n        ExecStart=/usr/bin/docker run ⟦quay.io/a/b:1⟧\n",
    ],
    [
      "what Ignition is given",
      "host.ign",
      '{ "ignition": { "version": "3.4.0" },\n "systemd": { "units": [ { "name": "a.service", "contents": "[Service]\\nExecStart=/usr/bin/podman run ⟦quay.io/a/b:1⟧\\n" } ] } }\n',
    ],
  ] as const)
    it(`reads ${name}`, () => {
      const { text, spans } = marked(source);
      const { dialect, images } = readDocument(text, path);
      assert.equal(dialect, "butane");
      assert.deepEqual(
        images.map(({ span }) => span),
        spans,
      );
    });

  it("takes nothing else for one", () => {
    assert.equal(readDocument('{ "ignition": "x" }', "a.ign").dialect, "unrecognised");
    assert.equal(readDocument("a backup of something\n", "a.bu").dialect, "unrecognised");
    assert.equal(readDocument("variant: fcosx\nsystemd: {}\n", "a.yaml").dialect, "unrecognised");
  });
});
