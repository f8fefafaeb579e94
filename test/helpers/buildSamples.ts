import { pin } from "./imageUses.ts";
import type { ToolSample } from "./toolSamples.ts";

/** Files of build tools in languages of their own, and of tools whose files are read as those of others. */
export const buildSamples: readonly ToolSample[] = [
  {
    dialect: "fly",
    path: "fly.toml",
    text: `app = "x" # image = "a:1"
[env]
image = "not:1"
text = """
[build]
image = "nor:1"
"""
[ "build" ]
  'image' = "«flyio/hellofly:latest»" # why
builder = "«paketobuildpacks/builder:base»"
[build.args]
image = "x:1"
`,
    uses: ["image docker.io/flyio/hellofly:latest literal", "builder docker.io/paketobuildpacks/builder:base literal"],
    pins: 2,
  },
  {
    dialect: "buildpacks",
    path: "project.toml",
    text: `[_]
schema-version = "0.2"
[io.buildpacks]
builder = '«cnbs/sample-builder:jammy»'
[[io.buildpacks.group]]
uri = "docker://«cnbs/sample-package:hello»"
[[io.buildpacks.group]]
uri = "https://example.com/a.tgz"
[run]
images = [ # all
  { image = "«cnbs/run:jammy»", mirrors = ["«ghcr.io/cnbs/run:jammy»"] },
]
`,
    uses: [
      "builder docker.io/cnbs/sample-builder:jammy literal",
      "buildpack docker.io/cnbs/sample-package:hello literal",
      "run-image docker.io/cnbs/run:jammy literal",
      "run-image ghcr.io/cnbs/run:jammy literal",
    ],
    pins: 4,
  },
  {
    dialect: "cross",
    path: "Cross.toml",
    text: `[target.x86_64-unknown-linux-gnu]
image = "«ghcr.io/cross-rs/x86_64-unknown-linux-gnu:0.2.5»"
pre-build = ["apt-get update"]
[target]
aarch64-linux-android = { image.name = "«ghcr.io/a/b:1»", image.toolchain = ["c:1"] }
`,
    uses: ["image ghcr.io/cross-rs/x86_64-unknown-linux-gnu:0.2.5 literal", "image ghcr.io/a/b:1 literal"],
    pins: 2,
  },
  {
    dialect: "runtime-config",
    path: "etc/containerd/config.toml",
    text: `version = 3
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "«registry.k8s.io/pause:3.9»" # sandbox_image = "no:1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '«registry.k8s.io/pause:3.10»'
[crio.image]
pause_image = "«registry.k8s.io/pause:3.8»"
[[runners]]
  name = "no:2"
  [runners.docker]
    image = "«ruby:3.3»"
    helper_image = "gitlab-runner-helper:x86_64-$CI_RUNNER_REVISION"
    allowed_images = ["ruby:*"]
    [[runners.docker.services]]
      name = "«docker:27-dind»"
      alias = "no:3"
`,
    uses: [
      "image registry.k8s.io/pause:3.9 literal",
      "image registry.k8s.io/pause:3.10 literal",
      "image registry.k8s.io/pause:3.8 literal",
      "image docker.io/library/ruby:3.3 literal",
      "services docker.io/library/docker:27-dind literal",
    ],
    pins: 5,
  },
  {
    dialect: "bazel",
    path: "MODULE.bazel",
    text: `# oci.pull(image = "a:1")
def oci_pull(image = "not/this:1"):
    pass
oci = use_extension("@rules_oci//oci:extensions.bzl", "oci")
oci.pull(
    name = "base",
    digest = "${pin}",
    image = "«gcr.io/distroless/base»",
    platforms = ["linux/amd64", "linux/arm64/v8"],
    tag = "latest",  # why
)
oci.pull(name = 'b', image = '«index.docker.io/library/ubuntu:24.04»')
[container_pull(name = n, registry = "quay.io", repository = "«acme/app»", tag = "1") for n in x]
oci_pull(name = "d", image = "«docker.io/acme/d»", tag = VERSION)
oci_pull(name = "c", image = PREFIX + "x")
oci_push(name = "p", image = ":x", repository = "ghcr.io/acme/out")
"""
oci.pull(image = "x:1")
"""
`,
    uses: [
      `pull gcr.io/distroless/base:latest@${pin} resolved`,
      "pull docker.io/library/ubuntu:24.04 literal",
      "pull quay.io/acme/app:1 resolved",
      "pull ? partial",
    ],
    pins: 2,
  },
  {
    dialect: "gradle",
    path: "build.gradle",
    text: `plugins { id 'com.google.cloud.tools.jib' version '3.4.0' }
// jib { from { image = 'a:1' } }
jib {
  from {
    image = '«eclipse-temurin:21-jre»'
  }
  to { image = 'acme/out:1' }
}
allprojects { jib { from { image "«registry.io/base/x:\${version}»" } } }
jib.from.image = "registry://«gcr.io/a/b»"
jib.from.image = "docker://local:1"
jib.from.image = base + ":1"
bootBuildImage {
  imageName = "acme/out:2"
  builder = "«paketobuildpacks/builder:tiny»"
}
tasks.named<BootBuildImage>("bootBuildImage") {
  runImage.set("«paketobuildpacks/run:tiny»")
}
other { from { image = "x:1" } }
`,
    uses: [
      "from docker.io/library/eclipse-temurin:21-jre literal",
      "from ? partial",
      "from gcr.io/a/b literal",
      "builder docker.io/paketobuildpacks/builder:tiny literal",
      "run-image docker.io/paketobuildpacks/run:tiny literal",
    ],
    pins: 4,
  },
  {
    dialect: "maven",
    path: "pom.xml",
    text: `<?xml version="1.0"?>
<project>
  <!-- <plugin><artifactId>jib-maven-plugin</artifactId> -->
  <build a="<x>"><plugins>
    <plugin>
      <artifactId>jib-maven-plugin</artifactId>
      <dependencies><dependency><artifactId>x</artifactId></dependency></dependencies>
      <configuration>
        <from><image>
          «eclipse-temurin:21»
        </image><platforms/></from>
        <to><image>acme/out:1</image></to>
      </configuration>
      <executions><execution><configuration><from><image>«registry.io/b/c:\${v}»</image></from></configuration></execution></executions>
    </plugin>
    <plugin>
      <configuration><image><name>acme/out</name><builder>«paketobuildpacks/builder:tiny»</builder><runImage>docker://x:1</runImage></image></configuration>
      <artifactId>spring-boot-maven-plugin</artifactId>
    </plugin>
    <plugin><artifactId>other</artifactId><configuration><from><image>x:1</image></from></configuration></plugin>
  </plugins></build>
</project>
`,
    uses: [
      "from docker.io/library/eclipse-temurin:21 literal",
      "from ? partial",
      "builder docker.io/paketobuildpacks/builder:tiny literal",
    ],
    pins: 2,
  },
  {
    dialect: "kubernetes",
    path: "kind.yaml",
    text: `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  image: «kindest/node:v1.30.0@${pin}»
- {role: worker, image: «kindest/node:v1.30.0»}
`,
    uses: [`image docker.io/kindest/node:v1.30.0@${pin} literal`, "image docker.io/kindest/node:v1.30.0 literal"],
    pins: 2,
  },
  {
    dialect: "kubernetes",
    path: "k3d.yaml",
    text: `apiVersion: k3d.io/v1alpha5
kind: Simple
image: «rancher/k3s:v1.31.0-k3s1»
registries: {create: {name: r, image: «docker.io/library/registry:2»}}
`,
    uses: ["image docker.io/rancher/k3s:v1.31.0-k3s1 literal", "image docker.io/library/registry:2 literal"],
    pins: 2,
  },
  {
    dialect: "kubernetes",
    path: "Kptfile",
    text: `apiVersion: kpt.dev/v1
kind: Kptfile
pipeline:
  mutators:
  - image: «gcr.io/kpt-fn/set-namespace:v0.4»
    configMap: {image: x}
  validators: [{image: «ghcr.io/a/b:1»}]
`,
    uses: ["image gcr.io/kpt-fn/set-namespace:v0.4 literal", "image ghcr.io/a/b:1 literal"],
    pins: 2,
  },
  {
    dialect: "quadlet",
    path: "app.service",
    text: `[Service]
ExecStartPre=-/usr/bin/docker pull «redis:7»
ExecStart=/usr/bin/docker run --rm -e A=b \\
  «quay.io/a/b:1» serve
`,
    uses: ["command docker.io/library/redis:7 literal", "command quay.io/a/b:1 literal"],
    pins: 0,
  },
  {
    dialect: "nix",
    path: "default.nix",
    text: `{ pkgs ? import <nixpkgs> {} }: # pullImage { imageName = "a"; }
let
  text = ''
    pullImage { imageName = "b"; } '''' \${x "}"} ''\${
  '';
  other = "\\"pullImage { imageName = 'c'; } \${f { a = "}"; }}";
  base = pkgs.dockerTools.pullImage {
    imageName = "«gcr.io/distroless/static»";
    imageDigest = "${pin}";
    finalImageTag = "latest";
    sha256 = pkgs.lib.fakeSha256;
    more = { imageName = "d"; };
  };
  plain = pullImage { imageName = "«nixos/nix»"; imageDigest = digest; };
in pkgs.dockerTools.buildImage { name = "acme/out"; fromImage = base; }
`,
    uses: [`pull gcr.io/distroless/static@${pin} resolved`, "pull ? partial"],
    pins: 0,
  },
];
