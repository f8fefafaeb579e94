import type { Random } from "./random.ts";

const vocabulary =
  "build deploy service queue the cache for tests release worker nightly config of public storage gateway".split(" ");
const names = [
  ..."node alpine python golang nginx redis postgres ghcr.io/shop/api quay.io/shop/worker".split(" "),
  ..."registry.example.com:5000/team/web gcr.io/distroless/static mcr.microsoft.com/dotnet/sdk".split(" "),
];

export function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => vocabulary[random.between(0, vocabulary.length - 1)]).join(" ");
}

export function version(random: Random): string {
  return `${random.between(1, 24)}.${random.between(0, 30)}`;
}

/** An image reference: most by tag, one in eight pinned. */
export function image(random: Random): string {
  const name = names[random.between(0, names.length - 1)] ?? "alpine";
  const tag = `${version(random)}${random.pick(["", "", "-alpine", "-slim"])}`;
  if (random.between(1, 8) > 1) return `${name}:${tag}`;
  const digest = Array.from({ length: 64 }, () => random.between(0, 15).toString(16)).join("");
  return `${name}:${tag}@sha256:${digest}`;
}
