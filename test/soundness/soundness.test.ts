import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/core/image/contentDigest.ts";
import type { SignatureVerdict, Verdict } from "../../src/core/verdict/verdict.ts";
import type { attach } from "../helpers/signedImage.ts";
import { flipped, mutate } from "./mutations.ts";
import { notarySamples } from "./notarySamples.ts";
import { createRandom, type Random } from "./random.ts";
import { partOf, type Parts, type Sample } from "./samples.ts";
import { sigstoreSamples } from "./sigstoreSamples.ts";

/** How many mutants are tried in all; 200,000 at night. */
const total = Number(process.env["COUNTERSIGN_MUTANTS"] ?? 5000);
/** What chooses the mutants. Keys are fresh each time, so that a failure is kept as a file too. */
const seed = Number(process.env["COUNTERSIGN_MUTANT_SEED"] ?? 1);

/** Every byte of a part no longer than this is changed, as far as the number of mutants allows. */
const smallPart = 8192;

interface Mutant {
  readonly part: string;
  readonly parts: Parts;
  readonly attached: ReturnType<typeof attach>;
}

/** A mutant of the manifest that carries the signature; whoever changes it also gives it its new digest. */
function withManifest(attached: ReturnType<typeof attach>, bytes: Buffer): ReturnType<typeof attach> {
  const { descriptor } = attached.candidate;
  const digest = digestOf(bytes);
  return {
    candidate: { ...attached.candidate, descriptor: { ...descriptor, digest, size: bytes.length } },
    blobs: { ...attached.blobs, [digest]: bytes },
  };
}

function manifestOf({ candidate, blobs }: ReturnType<typeof attach>): Buffer {
  return Buffer.from(blobs[candidate.descriptor.digest] ?? []);
}

function* mutantsOf(sample: Sample, count: number, random: Random): Generator<Mutant> {
  const names = Object.keys(sample.kinds);
  let made = 0;
  // Half of them go to single bytes, spread over all parts; the rest follow the structure.
  for (const name of names) {
    const own = name === "manifest" ? manifestOf(sample.attach(sample.parts)) : sample.parts[name];
    const length = Math.min(own?.length ?? 0, smallPart);
    const quota = Math.min(length, Math.floor(count / 2 / names.length));
    for (let i = 0; i < quota; i++) {
      const place = Math.floor((i * length) / quota);
      yield withPart(sample, name, flipped(own ?? Buffer.alloc(0), place, 1 << random.below(8)));
      made++;
    }
  }
  for (; made < count; made++) {
    const name = random.pick(names);
    const twin = random.pick(sample.twins);
    if (random.below(16) === 0 && name !== "manifest") {
      // One whole part of another valid signature beside the rest of this one.
      yield withPart(sample, name, twin[name] ?? Buffer.alloc(0));
      continue;
    }
    const attached = sample.attach(sample.parts);
    const own =
      name === "manifest" ? { kind: "json" as const, bytes: manifestOf(attached) } : partOf(sample, sample.parts, name);
    const other =
      name === "manifest"
        ? { kind: "json" as const, bytes: manifestOf(sample.attach(twin)) }
        : partOf(sample, twin, name);
    if (own === undefined) continue;
    let bytes = mutate(own, other, random);
    // Some are changed more than once.
    while (random.below(4) === 0) bytes = mutate({ ...own, bytes }, other, random);
    yield withPart(sample, name, bytes);
  }
}

function withPart(sample: Sample, part: string, bytes: Buffer): Mutant {
  if (part === "manifest") {
    const attached = withManifest(sample.attach(sample.parts), bytes);
    return { part, parts: sample.parts, attached };
  }
  const parts = { ...sample.parts, [part]: bytes };
  return { part, parts, attached: sample.attach(parts) };
}

/** Whether what is verified is the sample again: the same was signed by the same signer at the same proven time. */
function saysTheSame(sample: Sample, base: Verdict, { parts }: Mutant, { signatures }: Verdict): boolean {
  const timeOf = ({ signedAt, provenBy }: SignatureVerdict): string => `${signedAt} ${provenBy}`;
  const times = base.signatures.map(timeOf);
  const accepted = signatures.filter(({ trusted }) => trusted);
  return (
    sample.verified &&
    sample.essence(parts) === sample.essence(sample.parts) &&
    accepted.every((signature) => times.includes(timeOf(signature)))
  );
}

/** Keeps what should never have been verified, to be looked at. */
function keep(sample: Sample, { part, parts, attached }: Mutant): string {
  const folder = join(import.meta.dirname, "../../out/soundness");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${sample.name.replaceAll(/[^a-z0-9]+/gi, "-")}-${Date.now()}.json`);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  const blobs = Object.fromEntries(Object.entries(attached.blobs).map(([digest, bytes]) => [digest, text(bytes)]));
  const before = Object.fromEntries(Object.entries(sample.parts).map(([name, bytes]) => [name, text(bytes)]));
  const after = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, text(bytes)]));
  writeFileSync(file, JSON.stringify({ sample: sample.name, part, before, after, blobs }, undefined, 1));
  return file;
}

describe(`soundness: ${total} mutants, seed ${seed} (COUNTERSIGN_MUTANTS, COUNTERSIGN_MUTANT_SEED)`, function () {
  this.timeout(Math.max(60_000, total * 100));
  const samples = [...sigstoreSamples(), ...notarySamples()];
  let tried = 0;
  let equivalent = 0;

  for (const [index, sample] of samples.entries())
    it(`no mutant of ${sample.name} is verified, unless it says the same`, () => {
      const base = sample.judge(sample.attach(sample.parts), sample.parts);
      assert.equal(base.state === "verified", sample.verified, base.reason.message);
      for (const twin of sample.twins)
        assert.notEqual(sample.judge(sample.attach(twin), twin).state, "verified", "a twin is accepted");
      assert.ok(sample.essence(sample.parts) !== undefined);
      const random = createRandom(seed + index);
      for (const mutant of mutantsOf(sample, Math.ceil(total / samples.length), random)) {
        tried++;
        const verdict = sample.judge(mutant.attached, mutant.parts);
        if (verdict.state !== "verified") continue;
        if (!saysTheSame(sample, base, mutant, verdict))
          assert.fail(`a mutant of ${mutant.part} is verified, and says something else: ${keep(sample, mutant)}`);
        equivalent++;
      }
    });

  it("would be noticed to be missing", () => {
    const [sample] = samples;
    assert.ok(sample);
    const base = sample.judge(sample.attach(sample.parts), sample.parts);
    // A verifier that accepts everything: some mutants must be told to say something else.
    const noticed = [...mutantsOf(sample, 200, createRandom(seed))].filter(
      (mutant) => !saysTheSame(sample, base, mutant, base),
    );
    assert.ok(noticed.length > 100, `${noticed.length} of 200 were noticed`);
  });

  after(() => console.log(`      ${tried} mutants tried, ${equivalent} verified because they say the same`));
});
