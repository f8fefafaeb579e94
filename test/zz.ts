import { readFileSync } from "node:fs";
import { readDocument } from "../src/core/document/readDocument.ts";
const src = readFileSync("test/core/document/terraform.test.ts", "utf8");
const tf = /const main = `([\s\S]*?)`\.replaceAll/.exec(src)![1]!.replaceAll("\\{", "{").replaceAll(/[«»]/g, "");
for (const [p, t] of [["a.tf", tf], ["x.sh", "docker run --rm -v $(pwd):/x node:22 sh\nI=node:22\ndocker pull $I\n".repeat(30)]] as const) {
  for (let i = 0; i < 200; i++) readDocument(t, p);
  const s = performance.now();
  for (let i = 0; i < 500; i++) readDocument(t, p);
  console.log(p, t.length, (performance.now() - s) / 500, "ms");
}
for (const [p, t] of [["x.sh", "A=$B$B; B=$A$A; docker run $A\n".repeat(20000)], ["Makefile", "A=$(B)$(B)\nB=$(A)$(A)\nx:\n" + "\tdocker run $(A)\n".repeat(20000)], ["x.sh", "for i in " + "a:1 ".repeat(190) + "; do\n" + "docker run $i\n".repeat(20000) + "done\n"], ["x.tf", "resource \"a\" \"b\" {\n".repeat(50000)], ["x.tf", "a = \"${\n".repeat(50000)], ["x.tf", "a = [[[[[{{{{".repeat(50000)], ["x.tf", "resource \"aws_ecs_task_definition\" \"b\" {\n x = \"[1]\"\n }".repeat(20000)], ["Earthfile", "VERSION 0.8\na:\n" + "  ARG X=$X$X\n  FROM $X\n".repeat(20000)], ["Earthfile", "ARG A=1\n".repeat(3000)+"t:\n  FROM a\n".repeat(600)], ["x.sh", "bash -c '" + "docker run a; ".repeat(50000) + "'"], ["x.sh","X=a:1\n"+"docker run $X\necho $X\ncat $X\n".repeat(20000)]] as const) {
  const s = performance.now();
  const d = readDocument(t, p);
  console.log(p, JSON.stringify(t.slice(0, 30)), t.length, Math.round(performance.now() - s), "ms", d.images.length, d.problems.length);
}
