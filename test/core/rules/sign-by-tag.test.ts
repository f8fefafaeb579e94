import { signByTag } from "../../../src/core/rules/sign-by-tag.ts";
import { expectReports, someDigest } from "../../helpers/rules.ts";

const workflow = (steps: string): string =>
  `on: push\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
const path = ".github/workflows/release.yml";
const inRun = (command: string): string => workflow(`      - run: ${command}\n`);

describe("sign-by-tag", () => {
  const reported: readonly (readonly [string, string])[] = [
    ["a tag", "cosign sign --yes «ghcr.io/acme/app:1.4»"],
    ["no tag", "cosign sign --yes «ghcr.io/acme/app»"],
    ["a tag out of an expression", "cosign sign --yes «ghcr.io/acme/app:${{ github.sha }}»"],
    ["a tag after expressions", "cosign sign --yes «ghcr.io/${{github.repository_owner}}/scorecard:${{ github.sha }}»"],
    ["options with values before it", "cosign sign --key env://KEY -a git=1 --timeout 5m «ghcr.io/acme/app:1»"],
    ["a value joined by =", "cosign sign --key=cosign.key «ghcr.io/acme/app:1»"],
    ["options of the tool before the command", "cosign --timeout 5m sign -y «ghcr.io/acme/app:1»"],
    ["each of several images", "cosign sign -y «a/b:1» «a/b:2»"],
    ["cosign attest", "cosign attest --yes --predicate p.json --type slsaprovenance «ghcr.io/acme/app:1»"],
    ["notation", "notation sign --key acme --signature-format cose «registry.acme.example/app:v1»"],
    ["our own", "countersign sign «ghcr.io/acme/app:1» --service acme --key release --wait 30m"],
    ["our own attestation", "countersign attest --predicate p --type vuln «ghcr.io/acme/app:1» --service s --key k"],
    ["a path to the tool", "/usr/local/bin/cosign sign -y «a/b:1»"],
    ["sudo", "sudo -u root cosign sign -y «a/b:1»"],
    ["an environment before it", "env COSIGN_YES=1 cosign sign «a/b:1»"],
  ];
  for (const [what, command] of reported) {
    it(`reports ${what}`, () => expectReports(signByTag, path, inRun(command)));
  }

  const silent: readonly (readonly [string, string])[] = [
    ["a digest", `cosign sign --yes ghcr.io/acme/app@${someDigest}`],
    ["a tag with a digest", `cosign sign --yes ghcr.io/acme/app:1.4@${someDigest}`],
    ["a digest out of an expression", "cosign sign --yes ghcr.io/acme/app@${{ steps.build.outputs.digest }}"],
    ["a digest out of a variable", 'cosign sign --yes "ghcr.io/acme/app@${DIGEST}"'],
    ["a digest in xargs", "xargs -I {} cosign sign --yes {}@${DIGEST}"],
    ["cosign signing-config", "cosign signing-config create --rekor https://rekor.acme.example --out sc.json"],
    ["cosign sign-blob", "cosign sign-blob --yes --bundle f.json f.tar.gz"],
    ["our own, by digest", 'countersign sign "$IMAGE@$DIGEST" --service acme --key release'],
    ["our own, of a file", "countersign sign dist/app.tar.gz --service acme --key release"],
    ["our own, of a folder", "countersign sign ./dist/ --service acme --key release"],
    ["cosign verify", "cosign verify --key cosign.pub ghcr.io/acme/app:1"],
    ["a look for the tool", "command -v cosign sign"],
    ["printed text", 'echo "cosign sign ghcr.io/acme/app:1"'],
    ["a comment", "'true # cosign sign ghcr.io/acme/app:1'"],
    ["another tool's sign", "codesign sign ghcr.io/acme/app:1"],
    ["docker trust, which has its own rule", "docker trust sign acme/app:1"],
  ];
  for (const [what, command] of silent) {
    it(`says nothing of ${what}`, () => expectReports(signByTag, path, inRun(command)));
  }

  it("takes the tags of docker/metadata-action for tags", () => {
    const expected = [{ severity: "error" as const, fixes: 0 }];
    expectReports(signByTag, path, inRun("cosign sign --yes «${{ steps.meta.outputs.tags }}»"), expected);
  });

  it("follows a variable of the script, and of the step", () => {
    const script = workflow("      - run: |\n          IMG=ghcr.io/acme/app:1\n          cosign sign --yes «$IMG»\n");
    expectReports(signByTag, path, script, [{ severity: "error" }]);
    const digest = workflow(
      `      - run: |\n          IMG=ghcr.io/acme/app@${someDigest}\n          cosign sign --yes $IMG\n`,
    );
    expectReports(signByTag, path, digest);
  });

  it("reports commands behind wrappers, and looks no further than it knows", () => {
    for (const wrapper of ["timeout -k 1 5m", "xargs -n 1", "nice -n 5", "time", "exec", "A=b"])
      expectReports(signByTag, path, inRun(`${wrapper} cosign sign -y «a/b:1»`));
    expectReports(signByTag, path, inRun("$TOOL sign -y a/b:1"));
    expectReports(signByTag, path, inRun(`${"sudo ".repeat(20)}cosign sign -y a/b:1`));
  });

  it("takes what follows -- for images", () => {
    expectReports(signByTag, path, inRun("cosign sign -y -- «a/b:1»"));
  });

  it("reports in Dockerfiles, too, without a fix", () => {
    expectReports(signByTag, "Dockerfile", "FROM a/b\nRUN apk add x && cosign sign -y «c/d:1»\n", [{ fixes: 0 }]);
  });

  it("is a note where a variable cannot be followed", () => {
    const expected = [{ severity: "note" as const, message: /^It cannot be proved/, fixes: 0 }];
    expectReports(signByTag, path, inRun('cosign sign --yes «"$IMAGE"»'), expected);
    expectReports(signByTag, path, inRun('cosign sign --yes «"${server_images[@]}"»'), expected);
  });

  const build = (id: string, input = "{ push: true, tags: ghcr.io/acme/app:1 }"): string =>
    `      - ${id}uses: docker/build-push-action@v6\n        with: ${input}\n`;
  const signing = (image: string): string => `      - run: cosign sign --yes ${image}\n`;

  it("replaces the tag by the digest of the build step", () => {
    expectReports(
      signByTag,
      path,
      workflow(build("id: image\n        ") + signing("«ghcr.io/acme/app:${{ github.sha }}»")),
      [
        {
          severity: "error",
          title: "Sign the digest that the build step produced",
          fixed: workflow(build("id: image\n        ") + signing("ghcr.io/acme/app@${{ steps.image.outputs.digest }}")),
          preferred: true,
        },
      ],
    );
  });

  it("gives the build step an id where it has none", () => {
    expectReports(signByTag, path, workflow(build("") + signing("«ghcr.io/acme/app:1»")), [
      {
        fixed: workflow(build("id: build\n        ") + signing("ghcr.io/acme/app@${{ steps.build.outputs.digest }}")),
      },
    ]);
  });

  it("keeps quotes and variables, and finds a free id", () => {
    const taken = "      - id: build\n        run: make\n";
    expectReports(signByTag, path, workflow(taken + build("") + signing('«"ghcr.io/${{ github.repository }}:v1"»')), [
      {
        fixed: workflow(
          taken +
            build("id: build-2\n        ") +
            signing('"ghcr.io/${{ github.repository }}@${{ steps.build-2.outputs.digest }}"'),
        ),
      },
    ]);
  });

  it("replaces a variable by the repository that it holds", () => {
    const script = "      - run: |\n          IMG=ghcr.io/acme/app:1\n          cosign sign --yes";
    expectReports(signByTag, path, workflow(`${build("id: b\n        ")}${script} «$IMG»\n`), [
      { fixed: workflow(`${build("id: b\n        ")}${script} ghcr.io/acme/app@\${{ steps.b.outputs.digest }}\n`) },
    ]);
  });

  it("offers nothing where a step is not written as a block, or the tag hides in a variable", () => {
    const flow = "      - { uses: docker/build-push-action@v6, with: { push: true } }\n";
    expectReports(signByTag, path, workflow(flow + signing("«a/b:1»")), [{ fixes: 0 }]);
    expectReports(signByTag, path, workflow(build("id: b\n        ") + signing('«"$IMAGE"»')), [{ fixes: 0 }]);
  });

  it("knows a push by its outputs, too", () => {
    const step = build("id: b\n        ", "{ outputs: 'type=image,push=true' }");
    expectReports(signByTag, path, workflow(step + signing("«a/b:1»")), [{ fixes: 1 }]);
  });

  it("prefers nothing where two steps build, and offers nothing where none pushes before it", () => {
    const two = build("id: a\n        ") + build("id: b\n        ") + signing("«a/b:1»");
    expectReports(signByTag, path, workflow(two), [{ preferred: false, fixes: 1 }]);
    expectReports(signByTag, path, workflow(build("", "{ push: false }") + signing("«a/b:1»")), [{ fixes: 0 }]);
    expectReports(signByTag, path, workflow(signing("«a/b:1»") + build("")), [{ fixes: 0 }]);
  });
});
