import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const KINDS: readonly ((index: number) => readonly [string, string])[] = [
  (n) => [`service-${n}/Dockerfile`, dockerfile(n)],
  (n) => [`service-${n}/compose.yaml`, compose(n)],
  (n) => [`service-${n}/.github/workflows/release.yml`, workflow(n)],
  (n) => [`service-${n}/deploy/deployment.yaml`, deployment(n)],
];

/** Writes `count` files as services have them, a quarter of each kind; returns how many references they hold. */
export function writeServices(folder: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const [path, text] = KINDS[index % KINDS.length]?.(index) ?? ["", ""];
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function dockerfile(n: number): string {
  return `# syntax=docker/dockerfile:1.7
ARG NODE_VERSION=22
FROM --platform=$BUILDPLATFORM node:\${NODE_VERSION}-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci && \\
    npm run build
COPY . .
FROM gcr.io/distroless/nodejs22-debian12:nonroot
COPY --from=build /app/dist /app
COPY --from=busybox:1.36 /bin/busybox /bin/busybox
LABEL service="service-${n}"
USER nonroot
CMD ["/app/server.js"]
`;
}

function compose(n: number): string {
  return `services:
  api:
    build: .
    image: shop/service-${n}:dev
    environment:
      DATABASE_URL: postgres://db/service_${n}
  db:
    image: postgres:\${POSTGRES_VERSION:-16}-alpine
    volumes: ["data:/var/lib/postgresql/data"]
  cache:
    image: "redis:7"
volumes:
  data: {}
`;
}

function workflow(n: number): string {
  return `name: release
on: { push: { tags: ["v*"] } }
jobs:
  test:
    runs-on: ubuntu-latest
    container: node:22
    services:
      db: { image: "postgres:16" }
    steps:
      - uses: actions/checkout@v4
      - run: |
          npm ci
          npm test
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        id: build
        with: { push: true, tags: "ghcr.io/shop/service-${n}:\${{ github.ref_name }}" }
      - run: cosign sign --yes ghcr.io/shop/service-${n}@\${{ steps.build.outputs.digest }}
`;
}

function deployment(n: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: service-${n} }
spec:
  selector: { matchLabels: { app: service-${n} } }
  template:
    metadata: { labels: { app: service-${n} } }
    spec:
      initContainers:
        - name: wait
          image: busybox:1.36
      containers:
        - name: api
          image: ghcr.io/shop/service-${n}:1.2.${n}
        - name: proxy
          image: envoyproxy/envoy:v1.31.0
`;
}
