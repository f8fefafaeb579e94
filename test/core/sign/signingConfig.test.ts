import assert from "node:assert/strict";
import { chooseServices, readSigningConfig } from "../../../src/core/sign/signingConfig.ts";

const now = new Date("2026-11-22T12:00:00Z");
const mediaType = "application/vnd.dev.sigstore.signingconfig.v0.2+json";

interface Entry {
  readonly url: string;
  readonly majorApiVersion: number;
  readonly operator?: string;
  readonly validFor: { readonly start?: string; readonly end?: string };
}
const entry = (name: string, changes: Partial<Entry> = {}): Entry => ({
  url: `https://${name}.example`,
  majorApiVersion: 1,
  operator: "a",
  validFor: { start: "2026-01-01T00:00:00Z" },
  ...changes,
});
const config = (changes: object = {}): string =>
  JSON.stringify({
    mediaType,
    caUrls: [entry("ca")],
    oidcUrls: [entry("oidc")],
    rekorTlogUrls: [entry("log")],
    rekorTlogConfig: { selector: "ANY" },
    tsaUrls: [entry("tsa")],
    tsaConfig: { selector: "ANY" },
    ...changes,
  });
/** URLs of the chosen services, or the problem. */
const chosen = (changes: object = {}): unknown => {
  const read = readSigningConfig(config(changes));
  if (read.value === undefined) return read.problems[0]?.message;
  const { value, problems } = chooseServices(read.value, now);
  if (value === undefined) return problems[0]?.message;
  const names = (list: readonly { readonly url: string }[]): readonly string[] =>
    list.map(({ url }) => url.slice("https://".length, -".example".length));
  return [value.authority, value.provider]
    .flatMap((each) => names([each]))
    .concat(`${names(value.logs).join("+")}/${names(value.timeStamps).join("+")}`);
};

describe("a signing configuration", () => {
  const past = { start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" };
  const ending = { start: "2026-01-01T00:00:00Z", end: now.toISOString() };
  const future = { start: "2027-01-01T00:00:00Z" };
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ["all that there is", {}, ["ca", "oidc", "log/tsa"]],
    [
      "what is valid",
      { caUrls: [entry("old", { validFor: past }), entry("next", { validFor: future }), entry("ca")] },
      ["ca", "oidc", "log/tsa"],
    ],
    [
      "not what ends at this moment",
      { caUrls: [entry("old", { validFor: ending }), entry("ca")] },
      ["ca", "oidc", "log/tsa"],
    ],
    [
      "the newest first",
      { caUrls: [entry("ca"), entry("new", { validFor: { start: "2026-06-01T00:00:00Z" } })] },
      ["new", "oidc", "log/tsa"],
    ],
    [
      "the highest version that is spoken",
      { rekorTlogUrls: [entry("log"), entry("log2", { majorApiVersion: 2 }), entry("log3", { majorApiVersion: 3 })] },
      ["ca", "oidc", "log2/tsa"],
    ],
    ["no slash at the end", { caUrls: [entry("x", { url: "https://ca.example/" })] }, ["ca", "oidc", "log/tsa"]],
    [
      "one of each operator, where all are to take part",
      {
        rekorTlogConfig: { selector: "ALL" },
        rekorTlogUrls: [entry("a1"), entry("a2", { majorApiVersion: 2 }), entry("b", { operator: "b" })],
      },
      ["ca", "oidc", "a2+b/tsa"],
    ],
    [
      "as many as are asked for",
      {
        tsaConfig: { selector: "EXACT", count: 2 },
        tsaUrls: [entry("a"), entry("b", { operator: "b" }), entry("c", { operator: "c" })],
      },
      ["ca", "oidc", "log/a+b"],
    ],
    ["no log where there is none", { rekorTlogUrls: [] }, ["ca", "oidc", "/tsa"]],
    ["a log that proves the time by itself", { tsaUrls: undefined }, ["ca", "oidc", "log/"]],
  ];
  for (const [what, changes, expected] of cases)
    it(`chooses ${what}`, () => assert.deepEqual(chosen(changes), expected));

  const refused: readonly (readonly [string, object, RegExp])[] = [
    ["no authority", { caUrls: [] }, /no certificate authority/u],
    ["no provider", { oidcUrls: [entry("x", { validFor: past })] }, /no identity provider/u],
    ["logs that are not valid any more", { rekorTlogUrls: [entry("x", { validFor: past })] }, /no transparency log/u],
    [
      "logs of a version that nobody speaks",
      { rekorTlogUrls: [entry("x", { majorApiVersion: 3 })] },
      /no transparency log/u,
    ],
    [
      "fewer operators than are asked for",
      { tsaConfig: { selector: "EXACT", count: 2 }, tsaUrls: [entry("a"), entry("b")] },
      /no time-stamp authority/u,
    ],
    [
      "a log that proves no time, alone",
      { tsaUrls: [], rekorTlogUrls: [entry("x", { majorApiVersion: 2 })] },
      /which a log of version 2 needs/u,
    ],
    ["nobody who proves the time", { tsaUrls: [], rekorTlogUrls: [] }, /no witness of the time/u],
    ["another media type", { mediaType: "application/json" }, /media type/u],
    ["a URL without TLS", { caUrls: [entry("x", { url: "http://ca.example" })] }, /no URL that can be used/u],
    ["a URL with a password", { caUrls: [entry("x", { url: "https://a:b@ca.example" })] }, /no URL that can be used/u],
    ["a URL with a query", { caUrls: [entry("x", { url: "https://ca.example?a" })] }, /no URL that can be used/u],
    ["no start of validity", { caUrls: [entry("x", { validFor: {} })] }, /no start of validity/u],
    [
      "an end that is no time",
      { caUrls: [entry("x", { validFor: { start: "2026-01-01T00:00:00Z", end: "soon" } })] },
      /no start of validity/u,
    ],
    ["a wrong service among others", { tsaUrls: [entry("a"), { url: "https://x.example" }] }, /no version/u],
    ["a selector that is not known", { tsaConfig: { selector: "SOME" } }, /how many/u],
    ["no count", { tsaConfig: { selector: "EXACT" } }, /how many/u],
    ["a list that is none", { caUrls: {} }, /no URL/u],
  ];
  for (const [what, changes, words] of refused)
    it(`is refused with ${what}`, () => assert.match(String(chosen(changes)), words));

  it("is refused where it is no JSON object", () => {
    for (const text of ["", "[]", "null", `${config()}x`]) assert.equal(readSigningConfig(text).value, undefined, text);
  });

  it("may name this machine without TLS", () => {
    const read = readSigningConfig(config({ caUrls: [entry("x", { url: "http://127.0.0.1:5555" })] }));
    assert.equal(read.value?.authorities[0]?.url, "http://127.0.0.1:5555");
  });
});
