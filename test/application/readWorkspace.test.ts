import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { Files } from "../../src/application/ports.ts";
import { readWorkspace, type Selection } from "../../src/application/readWorkspace.ts";
import { certificatePem } from "../../src/trial/x509/issueCertificate.ts";
import { createNotaryChain } from "../helpers/notary.ts";
import { memoryFiles } from "../helpers/memoryFiles.ts";

const { signal } = new AbortController();

const policy = (name: string): string =>
  `apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: ${name}
spec:
  images:
    - glob: "**"
  authorities:
    - name: nobody
      static:
        action: fail
`;

describe("readWorkspace", () => {
  const content = {
    "app/Dockerfile": "FROM node:22\n",
    "deploy/pod.yaml": "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a/b:1\n",
    "policy/b.yaml": policy("b"),
    "policy/a.yaml": policy("a"),
    "notes.yaml": "a: 1\n",
  };

  it("gives documents in the order of paths, without files that hold nothing", async () => {
    const { documents, problems } = await readWorkspace({ files: memoryFiles(content) }, { signal });
    assert.deepEqual(
      documents.map(({ path, images }) => [path, images.length]).filter(([, images]) => images !== 0),
      [
        ["app/Dockerfile", 1],
        ["deploy/pod.yaml", 1],
      ],
    );
    assert.deepEqual(problems, []);
  });

  it("finds the policies of the whole workspace, in order, even where one file is selected", async () => {
    const selection = { files: ["app/Dockerfile"], folders: [] };
    const workspace = await readWorkspace({ files: memoryFiles(content) }, { selection, signal });
    assert.deepEqual(
      workspace.policy.rules.map(({ name }) => name),
      ["a", "b"],
    );
    assert.deepEqual(
      workspace.documents.map(({ path }) => path),
      ["app/Dockerfile"],
    );
  });

  it("looks for policies only where the configuration says", async () => {
    const files = memoryFiles({ ...content, ".countersign.yaml": "version: 1\npolicies:\n  - policy/b.yaml\n" });
    const workspace = await readWorkspace({ files }, { signal });
    assert.deepEqual(
      workspace.policy.rules.map(({ name }) => name),
      ["b"],
    );
  });

  it("reads the trust stores beside a Notary policy that the configuration names", async () => {
    const statement = {
      name: "release",
      registryScopes: ["*"],
      signatureVerification: { level: "strict" },
      trustStores: ["ca:acme"],
      trustedIdentities: ["*"],
    };
    const files = memoryFiles({
      ".countersign.yaml": "version: 1\npolicies:\n  - policy/trustpolicy.json\n",
      "policy/trustpolicy.json": JSON.stringify({ version: "1.0", trustPolicies: [statement] }),
      "policy/truststore/x509/ca/acme/root.cer": certificatePem(createNotaryChain().root.der),
    });
    const { policy } = await readWorkspace({ files }, { signal });
    assert.deepEqual(
      policy.rules.map(({ name, notUnderstood }) => [name, notUnderstood]),
      [["release", []]],
    );
  });

  it("reads the key files that a containers policy names, wherever policies are said to be, and minds no other key", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const requirement = { type: "sigstoreSigned", keyPath: "/etc/pki/acme.pub" };
    const files = memoryFiles({
      ".countersign.yaml": "version: 1\npolicies:\n  - os/etc/containers/policy.json\n",
      "os/etc/containers/policy.json": JSON.stringify({ default: [requirement] }),
      "os/etc/pki/acme.pub": publicKey.export({ type: "spki", format: "pem" }).toString(),
      "os/etc/pki/secret.pem": undefined,
    });
    const { policy, problems } = await readWorkspace({ files }, { signal });
    assert.deepEqual(
      policy.rules.map(({ authorities: [authority] }) => authority?.kind),
      ["key"],
    );
    assert.deepEqual(problems, []);
  });

  it("reads nothing but the named file where a policy is given", async () => {
    const files = memoryFiles(content);
    const given = { rules: [], problems: [] };
    const selection = { files: ["app/Dockerfile"], folders: [] };
    const workspace = await readWorkspace({ files }, { selection, policy: given, signal });
    assert.equal(workspace.policy, given);
    const texts = files.reads.filter((path) => !path.endsWith("/"));
    assert.deepEqual(texts, [".countersign.yaml", "app/Dockerfile"]);
  });

  it("has folders alone listed where policies do not matter, for a policy counts wherever it is", async () => {
    const asked: (readonly string[] | undefined)[] = [];
    const inner = memoryFiles({ "app/Dockerfile": "FROM a\n" });
    const list: Files["list"] = (options) => {
      asked.push(options.within);
      return inner.list(options);
    };
    const selection = { files: [], folders: ["app"] };
    for (const more of [{ selection, withoutPolicy: true }, { selection }, { withoutPolicy: true }])
      await readWorkspace({ files: { ...inner, list } }, { ...more, signal });
    assert.deepEqual(asked, [["app"], undefined, undefined]);
  });

  it("reads a folder's files, and not those of a folder whose name begins alike", async () => {
    const files = memoryFiles({ "app/Dockerfile": "FROM a\n", "app2/Dockerfile": "FROM b\n" });
    const workspace = await readWorkspace({ files }, { selection: { files: [], folders: ["app"] }, signal });
    assert.deepEqual(
      workspace.documents.map(({ path }) => path),
      ["app/Dockerfile"],
    );
  });

  it("says which file could not be read, and goes on", async () => {
    const files = memoryFiles({ Dockerfile: undefined, "bin/tool": undefined, "z/Dockerfile": "FROM a\n" });
    const { documents, problems } = await readWorkspace({ files }, { signal });
    assert.deepEqual(
      documents.map(({ path }) => path),
      ["z/Dockerfile"],
    );
    assert.deepEqual(
      problems.map(({ code, file }) => [code, file]),
      [["file-unreadable", "Dockerfile"]],
    );
  });

  it("says which folder could not be looked into, where it is one of those that are meant", async () => {
    const files: Files = {
      ...memoryFiles(content),
      async *list({ onProblem }) {
        onProblem?.({ code: "file-unreadable", message: "closed", file: "app/closed" });
        yield await Promise.resolve(Object.keys(content));
      },
    };
    const problemsOf = async (selection?: Selection): Promise<readonly unknown[]> =>
      (await readWorkspace({ files }, { signal, ...(selection === undefined ? {} : { selection }) })).problems.map(
        ({ file }) => file,
      );
    assert.deepEqual(await problemsOf(), ["app/closed"]);
    assert.deepEqual(await problemsOf({ files: [], folders: ["app"] }), ["app/closed"]);
    assert.deepEqual(await problemsOf({ files: [], folders: ["app/closed"] }), ["app/closed"]);
    assert.deepEqual(await problemsOf({ files: ["app/Dockerfile"], folders: ["deploy"] }), []);
  });

  it("says once that a file is no YAML, and that a template is one", async () => {
    const chart = "kind: Pod\napiVersion: v1\nmetadata: {{- x }}\nspec:\n  image: a\n  {{ b }}\n";
    const files = memoryFiles({ "chart/templates/pod.yaml": chart, "compose.yaml": "services: [{\na: ]\nb: }\n" });
    const { problems } = await readWorkspace({ files }, { signal });
    assert.deepEqual(
      problems.map(({ code, file }) => [code, file]),
      [
        ["template-not-read", "chart/templates/pod.yaml"],
        ["yaml-syntax", "compose.yaml"],
      ],
    );
  });

  it("calls a file's format by its name", async () => {
    const files = memoryFiles({ "compose.yaml": "a: ]\n", ".devcontainer/devcontainer.json": '{"image": ]\n' });
    const { problems } = await readWorkspace({ files }, { signal });
    assert.deepEqual(
      problems.map(({ message }) => /not valid \w+/.exec(message)?.[0]),
      ["not valid JSON", "not valid YAML"],
    );
  });

  it("reads what looks into other files beside them, and only that again", async () => {
    const files = memoryFiles({
      "app/.env": "TAG=24\n",
      "app/compose.yaml": "services: {a: {image: 'node:${TAG}'}}\n",
      "k/base/d.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a:3}]}\n",
      "k/base/kustomization.yaml": "resources: [d.yaml]\n",
      "k/prod/kustomization.yaml": "resources: [../base]\nimages: [{name: a, newName: b}]\n",
      "x/compose.yaml": "services: {a: {image: 'node:${TAG:-22}'}}\n",
      "y/compose.yaml": "services: {a: {image: 'node:22'}}\n",
    });
    const selection = { files: [], folders: ["app", "k", "x", "y"] };
    const { documents, problems } = await readWorkspace({ files }, { signal, selection, withoutPolicy: true });
    assert.deepEqual(
      documents.flatMap(({ path, images }) =>
        images.map(({ reference }) => [path, reference?.repository, reference?.tag]),
      ),
      [
        ["app/compose.yaml", "library/node", "24"],
        ["k/base/d.yaml", "library/a", "3"],
        ["k/prod/kustomization.yaml", "library/b", "3"],
        ["x/compose.yaml", "library/node", "22"],
        ["y/compose.yaml", "library/node", "22"],
      ],
    );
    assert.deepEqual(problems, []);
    assert.ok(!files.reads.includes("y/.env"));
  });

  it("lets the event loop have its turns while it reads thousands of files", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2000 }, (_, number) => [
        `${number}/Dockerfile`,
        `FROM a/b:${number}\n${"# \n".repeat(200)}`,
      ]),
    );
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const { documents } = await readWorkspace({ files: memoryFiles(many) }, { signal });
    counting = false;
    assert.equal(documents.length, 2000);
    assert.ok(turns >= 2, `${turns} turns`);
  });

  it("can be cancelled", async () => {
    await assert.rejects(readWorkspace({ files: memoryFiles(content) }, { signal: AbortSignal.abort() }));
  });
});
