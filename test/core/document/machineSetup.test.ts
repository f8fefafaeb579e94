import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

describe("what resources say that machines run", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "what cloud-init is told",
      `apiVersion: kubevirt.io/v1
kind: VirtualMachine
spec:
  template:
    spec:
      volumes:
      - cloudInitNoCloud:
          userData: |-
            #cloud-config
            hostname: a
            runcmd:
            - docker run -d «nginx:1.25»
            - [podman, pull, «quay.io/a/b:1»]
      - cloudInitConfigDrive:
          userData: |
            #!/bin/bash
            docker pull «busybox:1.36»
      - cloudInitNoCloud: {userData: docker run x/y:1, networkData: docker run x/y:1}
`,
      [
        "command docker.io/library/nginx:1.25 literal",
        "command quay.io/a/b:1 literal",
        "command docker.io/library/busybox:1.36 literal",
      ],
    ],
    [
      "what a secret holds for it",
      `apiVersion: v1
kind: Secret
stringData:
  userdata: |
    #cloud-config
    runcmd: ["docker run -d «nginx:1.25»"]
  other: |
    #cloud-config
    runcmd: ["docker run -d nginx:1.26"]
`,
      ["command docker.io/library/nginx:1.25 literal"],
    ],
    [
      "commands around the start of a node",
      `apiVersion: bootstrap.cluster.x-k8s.io/v1beta1
kind: KubeadmConfigTemplate
spec:
  template:
    spec:
      preKubeadmCommands:
      - ctr -n k8s.io images pull «registry.k8s.io/pause:3.9»
      - hostname a
      postKubeadmCommands: [crictl pull «quay.io/a/b:2»]
      otherCommands: [docker pull x/y:1]
`,
      ["command registry.k8s.io/pause:3.9 literal", "command quay.io/a/b:2 literal"],
    ],
    [
      "units of systemd",
      `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
spec:
  config:
    systemd:
      units:
      - name: a.service
        contents: |
          [Service]
          ExecStart=/usr/bin/podman run --rm «quay.io/a/c:1»
        dropins:
        - name: 10.conf
          contents: |
            [Service]
            ExecStartPre=/usr/bin/podman pull «quay.io/a/d:1»
      - name: a.mount
        contents: podman run x/y:1
`,
      ["command quay.io/a/c:1 literal", "command quay.io/a/d:1 literal"],
    ],
  ];
  for (const [name, source, expected] of table)
    it(`are ${name}`, () => {
      expectUses(readDocument, source, expected);
      expectToSurvive(readDocument, source.replaceAll(/[«»]/g, ""));
    });

  it("are no more than the text holds", () => {
    const text =
      "apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nspec:\n  userData: |\n    #!/usr/bin/env python3\n    docker pull x/y:1\n";
    assert.deepEqual(readDocument(text, "a.yaml").images, []);
  });
});
