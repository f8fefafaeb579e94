import assert from "node:assert/strict";
import { request } from "node:http";
import { signInByBrowser, type BrowserLogin } from "../../../src/adapters/services/browserLogin.ts";
import type { Person } from "../../../src/application/ports.ts";

/** A browser that sends these requests one after the other, to where it is to come back; gives the answers' states. */
function browser(
  answers: readonly { readonly query: Readonly<Record<string, string>>; readonly host?: string }[],
  statuses: (number | undefined)[],
): Person {
  return {
    answer: () => Promise.resolve(undefined),
    visit: async ({ url }) => {
      const { searchParams } = new URL(url);
      const redirect = new URL(searchParams.get("redirect_uri") ?? "");
      for (const { query, host = redirect.host } of answers) {
        redirect.search = new URLSearchParams({ state: searchParams.get("state") ?? "", ...query }).toString();
        statuses.push(
          await new Promise((resolve, reject) => {
            request(redirect, { headers: { host } }, (response) => resolve(response.resume().statusCode))
              .once("error", reject)
              .end();
          }),
        );
      }
    },
  };
}

describe("signing in by a browser", () => {
  const signIn = (person: Person, more: Partial<BrowserLogin> = {}) =>
    signInByBrowser(
      {
        service: "acme",
        person,
        path: "/callback",
        action: "sign in",
        address: (redirect_uri, state) =>
          Promise.resolve(`https://id.example/?${new URLSearchParams({ redirect_uri, state }).toString()}`),
        ...more,
      },
      { signal: new AbortController().signal },
    );

  it("takes the one answer that was asked for", async () => {
    const statuses: number[] = [];
    const answers = [
      { query: { code: "stranger", state: "guessed" } },
      { query: { code: "other page" }, host: "attacker.example" },
      { query: { code: "other provider", iss: "https://other.example" } },
      { query: { code: "" } },
      { query: { code: "x".repeat(5000) } },
      { query: { code: "right", iss: "https://id.example" } },
    ];
    const { parameters } = await signIn(browser(answers, statuses), { issuer: "https://id.example" });
    assert.equal(parameters.get("code"), "right");
    assert.deepEqual(statuses, [400, 404, 400, 400, 400, 200]);
  });

  it("says why it was refused", async () => {
    const query = { error: "access_denied", error_description: "Not\nyou." };
    await assert.rejects(signIn(browser([{ query }], [])), {
      code: "authentication",
      message: "Could not sign in: Not you. (access_denied)",
    });
  });
});
