import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const digest = `sha256:${"1".repeat(64)}`;

function resource(type: string, body: string): string {
  const slash = type.lastIndexOf("/");
  return `apiVersion: ${type.slice(0, slash)}\nkind: ${type.slice(slash + 1)}\n${body}\n`;
}

describe("addSharedKeys", () => {
  const table: readonly (readonly [name: string, type: string, body: string, expected: readonly string[]])[] = [
    [
      "images whose version stands beside them",
      "argoproj.io/v1beta1/ArgoCD",
      `spec: {image: «a.io/argocd», version: v2.9, dex: {image: «a.io/dex», version: '${digest}'}, redis: {image: '«a/redis:7»', version: '8'}, repo: {image: «a/repo»}}`,
      [
        "image a.io/argocd:v2.9 resolved",
        `image a.io/dex@${digest} resolved`,
        "image docker.io/a/redis:7 literal",
        "image docker.io/a/repo literal",
      ],
    ],
    [
      "images of the operator for Prometheus in its older form",
      "monitoring.coreos.com/v1/Prometheus",
      `spec: {baseImage: «quay.io/p/prometheus», version: v2.7.1, thanos: {baseImage: «quay.io/t/thanos», tag: v0.3, version: v9, sha: ${digest.slice(7)}}}`,
      ["image quay.io/p/prometheus:v2.7.1 resolved", `image quay.io/t/thanos@${digest} resolved`],
    ],
    [
      "databases that share a version",
      "pingcap.com/v1alpha1/TidbCluster",
      "spec: {version: v6.5.0, pd: {baseImage: «pingcap/pd»}, tikv: {baseImage: «pingcap/tikv», version: v1}, tidb: {baseImage: «pingcap/tidb:v2»}}",
      [
        "image docker.io/pingcap/pd:v6.5.0 resolved",
        "image docker.io/pingcap/tikv:v1 resolved",
        "image docker.io/pingcap/tidb:v2 literal",
      ],
    ],
    [
      "base images of an operator, each with its version or that of all",
      "tikv.org/v1alpha1/TikvCluster",
      "spec: {version: v4.0.0, pd: {baseImage: «pingcap/pd»}, reloader: {baseImage: «a/reloader», version: v1.0.1}}",
      ["image docker.io/pingcap/pd:v4.0.0 resolved", "image docker.io/a/reloader:v1.0.1 resolved"],
    ],
    [
      "repositories of a database and its agent",
      "scylla.scylladb.com/v1/ScyllaCluster",
      "spec: {repository: «docker.io/s/scylla», version: 6.2.0, agentRepository: «docker.io/s/agent», agentVersion: 3.4.0}",
      ["image docker.io/s/scylla:6.2.0 resolved", "image docker.io/s/agent:3.4.0 resolved"],
    ],
    [
      "what an upgrade of nodes runs, with its version for a tag",
      "upgrade.cattle.io/v1/Plan",
      `spec: {version: v1.30.1+k3s1, prepare: {image: «r/k3s-upgrade», args: [prepare, server]}, upgrade: {image: '«r/k3s-upgrade»'}}`,
      ["image docker.io/r/k3s-upgrade:v1.30.1-k3s1 resolved", "image docker.io/r/k3s-upgrade:v1.30.1-k3s1 resolved"],
    ],
    [
      "an upgrade whose image says its version itself, and one whose version a channel tells",
      "upgrade.cattle.io/v1/Plan",
      `spec: {channel: 'https://a.io/stable', prepare: {image: '«r/tools:2»'}, upgrade: {image: «r/k3s-upgrade»}}`,
      ["image docker.io/r/tools:2 literal", "image ? partial"],
    ],
    [
      "an upgrade whose version is filled in",
      "upgrade.cattle.io/v1/Plan",
      "spec: {version: '${K3S}', upgrade: {image: «r/k3s-upgrade»}}",
      ["image ? partial"],
    ],
  ];
  for (const [name, type, body, expected] of table)
    it(`reads ${name}`, () => {
      expectUses(readKubernetes, resource(type, body), expected);
      expectToSurvive((text) => readKubernetes(text, "a.yaml"), resource(type, body).replaceAll(/[«»]/g, ""));
    });
});
