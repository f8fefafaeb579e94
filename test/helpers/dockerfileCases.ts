import assert from "node:assert/strict";
import { readDockerfile } from "../../src/core/document/dockerfile.ts";
import { formatReference } from "../../src/core/image/reference.ts";
import type { Span } from "../../src/core/image/span.ts";
import { marked } from "./marked.ts";

/** site, reference (or null), resolution; and, where it is elsewhere, the literal that defines it. */
export type ExpectedImage = readonly [site: string, reference: string | null, resolution: string, definedAt?: string];

/** A Dockerfile that marks the spans of its images with ⟦⟧; `expected` has one row for each, `problems` their codes. */
export interface DockerfileCase {
  readonly name: string;
  readonly source: string;
  readonly expected: readonly ExpectedImage[];
  readonly problems?: readonly string[];
}

/** Declares one test for each case. */
export function readsCases(cases: readonly DockerfileCase[]): void {
  for (const { name, source, expected, problems = [] } of cases) {
    it(`reads ${name}`, () => {
      const byteOrderMark = source.startsWith("\uFEFF");
      const { text, spans } = marked(byteOrderMark ? source.slice(1) : source);
      const document = readDockerfile(byteOrderMark ? `\uFEFF${text}` : text, "Dockerfile");
      const textOf = (span: Span) => text.slice(span.start, span.end);
      assert.deepEqual(
        document.images.map(({ site, reference, resolution, definedAt }) => [
          site,
          reference === undefined ? null : formatReference(reference),
          resolution,
          ...(definedAt === undefined ? [] : [textOf(definedAt)]),
        ]),
        expected,
      );
      assert.deepEqual(
        document.images.map(({ span }) => span),
        spans,
      );
      assert.deepEqual(
        document.problems.map(({ code }) => code),
        problems,
      );
      for (const problem of document.problems)
        assert.ok(problem.span !== undefined && problem.message.endsWith("."), problem.message);
    });
  }
}
