import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "vars/agentPod.groovy");

describe("isPod", () => {
  it("takes a pod without its type, which the plug-in does not ask for", () =>
    expectUses(
      read,
      `def call() {
"""
# for builds
metadata:
  labels: {app: agent}
spec:
  containers:
  - name: jnlp
    image: '«a/agent:1»'
  - name: tool
    image: «a/tool»
"""
}
`,
      ["image docker.io/a/agent:1 literal", "image docker.io/a/tool literal"],
    ));

  it("takes nothing of another type for one, nor what only ends like one", () =>
    expectUses(
      read,
      `def patch = """
kind: Deployment
spec:
  containers:
  - name: a
    image: no:1
"""
def text = '''how to write it:
spec:
  containers:
  - name: a
    image: no:2
'''
`,
      [],
    ));
});
