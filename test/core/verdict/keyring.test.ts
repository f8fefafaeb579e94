import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { Authority } from "../../../src/core/policy/policy.ts";
import { createKeyring, type Keyring } from "../../../src/core/verdict/keyring.ts";
import { acme, pem, stranger } from "../../helpers/keyBundle.ts";
import { keyAuthority, keylessAuthority, policyOf, rule } from "../../helpers/signedImage.ts";
import { createSigstoreScene } from "../../helpers/sigstoreScene.ts";

const { trustedRoot: text } = createSigstoreScene();
const other = createSigstoreScene().trustedRoot;
const named = (name: string, of = text) => ({ name, text: of, source: "test" });
const none = { trustedRoots: [] };

function keysOf(...authorities: readonly Authority[]): Keyring["keys"] {
  return createKeyring([], policyOf(rule(authorities)), none).keys;
}

describe("createKeyring", () => {
  it("knows a key by its first name, with every digest that authorities give it", () => {
    const again = keyAuthority(pem(acme), { name: "again", hashAlgorithm: "sha512" });
    const [key, ...more] = [...keysOf(keyAuthority(pem(acme)), again, keylessAuthority()).values()];
    assert.deepEqual([key?.name, key?.digests, more.length], ["acme", ["sha256", "sha512"], 0]);
  });

  it("takes the keys of rules that cover the image first", () => {
    const covering = rule([keyAuthority(pem(acme), { name: "covering" })]);
    const policy = policyOf(rule([keyAuthority(pem(stranger)), keyAuthority(pem(acme))]), covering);
    const names = [...createKeyring([covering], policy, none).keys.values()].map(({ name }) => name);
    assert.deepEqual(names, ["covering", "acme"]);
  });

  it("takes so many keys, of one authority or of all", function () {
    this.timeout(60_000);
    const pems = Array.from({ length: 257 }, () => pem(generateKeyPairSync("ec", { namedCurve: "P-256" })));
    assert.equal(keysOf(keyAuthority("", { publicKeys: pems })).size, 256);
    assert.equal(keysOf(...pems.map((each) => keyAuthority(each))).size, 256);
    assert.equal(keysOf(...pems.slice(1).map((each) => keyAuthority(each))).size, 256);
  });

  it("leaves out keys that cannot be read", () => assert.equal(keysOf(keyAuthority("x")).size, 0));

  it("takes so many trusted roots, and says why others cannot be used", () => {
    const many = Array.from({ length: 17 }, (_, index) => named(`r${index}`));
    const { known } = createKeyring([], policyOf(), { trustedRoots: many });
    assert.deepEqual([known.size, known.has("r15"), known.has("r16")], [16, true, false]);
    const bad = { name: "bad", text: "{}", source: "settings" };
    const policy = { ...policyOf(), trustedRoots: [{ ...bad, name: "stated" }] };
    const { known: usable, unusable } = createKeyring([], policy, { trustedRoots: [bad] });
    assert.equal(usable.size, 0);
    assert.deepEqual([...unusable.keys()], ["stated", "bad"]);
    assert.match(unusable.get("bad") ?? "", /^the trusted root 'bad' \(settings\) cannot be used: its media type/);
  });

  it("gathers each demand of the keys of covering rules once, so many of them", () => {
    const trustedRoots = [named("a"), named("b")];
    const demanding = (root: string) =>
      keyAuthority(pem(acme), { requiresLog: { root }, requiresTimestamp: { root }, name: root });
    const covering = rule([demanding("a"), demanding("a"), demanding("b"), demanding("unknown"), keylessAuthority()]);
    const demandsOf = (rules: readonly (typeof covering)[]) =>
      createKeyring(rules, policyOf(covering), { trustedRoots }).demands.map(
        ({ kind, root }) => `${kind} ${root.name}`,
      );
    assert.deepEqual(demandsOf([covering]), ["log a", "timestamp a", "log b", "timestamp b"]);
    assert.deepEqual(demandsOf([]), []);
    const byDefault = rule([keyAuthority(pem(acme), { requiresLog: {} })]);
    const gathered = (defaultRoot?: string) =>
      createKeyring([byDefault], policyOf(), { trustedRoots, ...(defaultRoot === undefined ? {} : { defaultRoot }) })
        .demands.length;
    assert.deepEqual([gathered("a"), gathered()], [1, 0]);
  });

  it("stops at so many demands, stated roots and configured ones together", () => {
    const list = (prefix: string) => Array.from({ length: 16 }, (_, index) => named(`${prefix}${index}`));
    const [trustedRoots, stated] = [list("a"), list("b")];
    const authorities = [...trustedRoots, ...stated].map(({ name: root }) =>
      keyAuthority(pem(acme), { requiresLog: { root }, requiresTimestamp: { root } }),
    );
    const { demands } = createKeyring([rule(authorities)], { ...policyOf(), trustedRoots: stated }, { trustedRoots });
    assert.equal(demands.length, 34);
  });

  describe("reads and composes once what judges many images", () => {
    const material = { trustedRoots: [named("a"), named("b")], defaultRoot: "a" };
    const authority = keylessAuthority({ requiresLog: { root: "b" } });
    const key = keyAuthority(pem(acme));
    const covering = [rule([authority, key])];
    const stated = (of: string) => [named("theirs", of)];
    const create = (trustedRoots = stated(text), rules = covering): Keyring =>
      createKeyring(rules, { ...policyOf(...rules), trustedRoots }, material);
    const composedOf = ({ roots }: Keyring) => [...roots].find(([name]) => name.startsWith("["))?.[1];

    it("keys, roots, and roots of parts", () => {
      const [one, two] = [create(), create()];
      assert.equal([...one.keys.values()][0]?.key, [...two.keys.values()][0]?.key);
      assert.equal(one.roots.get("a"), two.roots.get("a"));
      assert.ok(composedOf(one));
      assert.equal(composedOf(one), composedOf(two));
    });

    for (const demand of ["requiresLog", "requiresTimestamp"] as const)
      it(`but not where a name means another root now (${demand})`, () => {
        const rules = [rule([keylessAuthority({ [demand]: { root: "theirs" } })])];
        const texts = { first: stated(text), second: stated(other) };
        const [one, two, again] = [texts.first, texts.second, texts.first].map((each) =>
          composedOf(create(each, rules)),
        );
        assert.ok(one && two);
        const parts = demand === "requiresLog" ? "logs" : "timestampAuthorities";
        assert.notDeepEqual(one[parts], two[parts]);
        assert.deepEqual(one[parts], again?.[parts]);
      });
  });
});
