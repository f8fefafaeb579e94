/** What the files of the sample depend on. */
export interface SampleFacts {
  /** `127.0.0.1:PORT` of the trial's registry. */
  readonly registry: string;
  readonly keys: readonly { readonly name: string; readonly publicKey: string }[];
  /** JSON text of the trusted root of the organisation's own Sigstore. */
  readonly trustedRoot: string;
}

/** Workflow identities that the sample's policy accepts, as GitHub writes them into certificates. */
export const identities = {
  issuer: "https://token.actions.githubusercontent.com",
  base: "https://github.com/acme/base-images/.github/workflows/build.yml@refs/heads/main",
  shop: "https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v2.0.1",
} as const;

/** A registry that is down: the port of the discard protocol, where nothing listens. */
export const deadRegistry = "127.0.0.1:9";

/** The sample workspace: path to text. */
export function sampleFiles(facts: SampleFacts): ReadonlyMap<string, string> {
  const { registry } = facts;
  return new Map([
    ["README.md", readme()],
    [".countersign.yaml", configuration()],
    ["policy/images.yaml", policy(facts)],
    ["policy/trusted_root.json", `${facts.trustedRoot}\n`],
    ["app/Dockerfile", dockerfile(registry)],
    ["app/package.json", `${JSON.stringify({ name: "cart", version: "1.4.0", private: true }, undefined, 2)}\n`],
    ["compose.yaml", compose(registry)],
    ["k8s/deployment.yaml", deployment(registry)],
    [".github/workflows/release.yml", workflow(registry)],
  ]);
}

function readme(): string {
  return `# Acme Shop

A sample workspace. Its images are in the registry of the trial, on this machine, until the trial ends.

- \`app/Dockerfile\`, \`compose.yaml\`, \`k8s/deployment.yaml\` refer to images that are verified, signed by a stranger,
  tampered with, not signed, and not there.
- \`policy/images.yaml\` says whose signatures the shop accepts.
- \`shop/cart:1.4\` is not signed. Sign it with the key \`dev\` of the service \`trial\`, and see it turn green.
- \`.github/workflows/release.yml\` signs and verifies in ways that are pointed out.
`;
}

function configuration(): string {
  return `# Pointers only. The trial signing service needs no entry.
version: 1
policies:
  - policy/images.yaml
trustedRoots:
  - name: acme
    file: policy/trusted_root.json
    default: true
`;
}

function policy({ registry, keys }: SampleFacts): string {
  const keyAuthorities = keys.map(
    ({ name, publicKey }) => `    - name: ${name}
      signatureFormat: bundle
      key:
        hashAlgorithm: sha256
        data: |
${indent(publicKey.trim(), 10)}
`,
  );
  return `# What Acme runs in production is signed by the release workflow, or with a key of the signing service.
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: shop
spec:
  mode: enforce
  images:
    - glob: "${registry}/shop/**"
  authorities:
    - name: release-workflow
      signatureFormat: bundle
      keyless:
        trustRootRef: acme
        identities:
          - issuer: ${identities.issuer}
            subjectRegExp: ^https://github\\.com/acme/shop/\\.github/workflows/release\\.yml@refs/tags/v[0-9.]+$
${keyAuthorities.join("")}---
# Base images come from the platform team. Not enforced yet.
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: base-images
spec:
  mode: warn
  images:
    - glob: "${registry}/base/**"
  authorities:
    - name: platform-workflow
      signatureFormat: bundle
      keyless:
        trustRootRef: acme
        identities:
          - issuer: ${identities.issuer}
            subject: ${identities.base}
`;
}

function dockerfile(registry: string): string {
  return `ARG NODE_VERSION=22

FROM ${registry}/base/node:\${NODE_VERSION} AS dependencies
WORKDIR /shop
COPY package.json ./
RUN npm install --omit=dev

FROM dependencies AS build
COPY . .
RUN npm run build

FROM ${registry}/base/nginx:1.27
COPY --from=build /shop/dist /usr/share/nginx/html
COPY --from=${registry}/shop/search:3.1 /usr/bin/indexer /usr/bin/indexer
`;
}

function compose(registry: string): string {
  return `services:
  web:
    image: ${registry}/shop/web:2.0
    ports: ["8080:8080"]
    depends_on: [cart, checkout]
  cart:
    build: app
    image: ${registry}/shop/cart:1.4
  checkout:
    image: ${registry}/shop/checkout:1.9
  payments:
    image: ${registry}/shop/payments:2.2
  mailer:
    image: ${registry}/shop/mailer:1.0
  reports:
    image: ${deadRegistry}/tools/reports:5
`;
}

function deployment(registry: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 2
  selector:
    matchLabels: { app: cart }
  template:
    metadata:
      labels: { app: cart }
    spec:
      initContainers:
        - name: migrate
          image: ${registry}/shop/migrate:0.9
      containers:
        - name: cart
          image: ${registry}/shop/cart:1.4
        - name: search
          image: ${registry}/shop/search:3.1
`;
}

function workflow(registry: string): string {
  return `name: release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
  id-token: write
env:
  DOCKER_CONTENT_TRUST: "1"
jobs:
  release:
    runs-on: ubuntu-24.04
    container: ${registry}/base/node:22
    steps:
      - uses: actions/checkout@v5
      - uses: sigstore/cosign-installer@v4
      - name: Verify the base image
        run: cosign verify --certificate-identity-regexp '.*' --certificate-oidc-issuer ${identities.issuer} ${registry}/base/node:22
      - name: Build
        id: build
        uses: docker/build-push-action@v6
        with:
          context: app
          push: true
          tags: ${registry}/shop/cart:1.4
      - name: Sign
        run: cosign sign --yes ${registry}/shop/cart:1.4
`;
}

function indent(text: string, width: number): string {
  return text.replaceAll(/^/gm, " ".repeat(width));
}
