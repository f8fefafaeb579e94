import { notarySamples } from "../soundness/notarySamples.ts";
import { sigstoreSamples } from "../soundness/sigstoreSamples.ts";

const ROUNDS = 301;

/** Judges one image from evidence in every format, by turns, so that a busy machine is busy for all of them. */
export async function measureJudging(): Promise<void> {
  const runs = [...sigstoreSamples(), ...notarySamples()].map((sample) => {
    const attached = sample.attach(sample.parts);
    return { name: sample.name, judge: () => sample.judge(attached, sample.parts), times: new Array<number>() };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { judge, times } of runs) {
      const before = performance.now();
      judge();
      times.push(performance.now() - before);
    }
  }
  console.log("judging one image from evidence, median of each format");
  for (const { name, times } of runs) {
    const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
    console.log(`  ${name.padEnd(52)} ${median.toFixed(2).padStart(6)} ms`);
  }
}
