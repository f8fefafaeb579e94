import { AppError } from "../application/errors.ts";

/** `countersign --help`: fits a screen of 80 by 40. */
export const generalHelp = `Countersign: which images a workspace uses, who signed them, and signing them.

Usage: countersign COMMAND [OPTIONS] [ARGUMENTS]

  images   [PATH...]      what is referenced where; no network
  inspect  [PATH...]      references, who signed them, and findings with fixes
  verify   IMAGE...       whether images are signed by someone whom you trust
  verify-bundle FILE|sha256:HEX --bundle F     a Sigstore bundle for a file
  sign     IMAGE|FILE --service S --key K      sign through a signing service
  attest   IMAGE|FILE --predicate F --type T   sign what is said of it
  certify  KEY --service S --role R            a certificate for a service's key
  pipeline-step github|gitlab|...              a step that signs what was built
  propose  IMAGE          the smallest policy rule that accepts who signed it
  trust    show|update    the trusted root of the public Sigstore instance
  explain  RULE           what a rule means and how to fix what it finds
  trial    up|down|status|approve|revoke|fault a signing service to try it with
  plugin   install notation|sigstore-kms       have notation or cosign use it

Common options
  --policy FILE           policy to judge by (repeatable; else discovered)
  --key FILE, --certificate-identity ID, --certificate-oidc-issuer URL,
  --trusted-root FILE     whom to trust, spelled as cosign spells them
  --offline               ask nobody
  --plain-http HOST[:PORT]  speak HTTP to this registry (loopback by itself)
  --format text|json|sarif|github
  --fail-on error|warning|note|never           default: error

Exit codes: 0 clean, 1 findings or not verified, 2 wrong usage, 3 something
could not be checked, 75 signing waits for an approval.

Examples
  countersign inspect
  countersign verify ghcr.io/acme/app:1.4 --key acme.pub
  countersign sign ghcr.io/acme/app:1.4 --service trial --key dev

'countersign COMMAND --help' says more.
`;

const helps: ReadonlyMap<string, string> = new Map([
  [
    "images",
    `Usage: countersign images [PATH...] [--format text|json|sarif|github]

Lists every image that the files refer to. Asks nobody.
The workspace is the current folder, or the folder named where it lies elsewhere.

Examples
  countersign images
  countersign images app/Dockerfile .github/workflows
  countersign images --format json | jq -r '.images[].reference'
`,
  ],
  [
    "inspect",
    `Usage: countersign inspect [PATH...] [OPTIONS]

Lists every image with its verdict, and what is wrong with signing and verifying.

  --policy FILE     judge by this policy (repeatable); else by those in the workspace
  --key FILE, --certificate-identity[-regexp] ID, --certificate-oidc-issuer[-regexp] URL
  --trusted-root FILE         Sigstore trusted root to prove certificates against
  --offline                   ask no registry: every image is 'Could not check'
  --check-pins                find pins whose tag has moved, and who signed what it names now
  --plain-http HOST[:PORT]    speak HTTP to this registry
  --export-evidence FILE, --evidence FILE, --explain    as for 'countersign verify'
  --format text|json|sarif|github
  --fail-on error|warning|note|never

Examples
  countersign inspect
  countersign inspect deploy --policy policy/images.yaml --fail-on warning
  countersign inspect --format sarif > countersign.sarif
`,
  ],
  [
    "verify",
    `Usage: countersign verify IMAGE... [OPTIONS]

Says for each image whether it is signed by someone whom you trust.
Exit code 0: all verified. 3: some could not be checked. 1: anything else.

  --key FILE                  public key, PEM (repeatable)
  --certificate-identity[-regexp] ID with --certificate-oidc-issuer[-regexp] URL
  --trusted-root FILE         Sigstore trusted root to prove certificates against
  --policy FILE               judge by this policy (repeatable); else by those in the workspace
  --all                       also each platform of an index, and what is attached that nobody signed
  --explain                   the steps of each verdict: what was compared, with what outcome, by which specification
  --export-evidence FILE      keep everything that the verdicts rest on, to be judged again elsewhere
  --evidence FILE             judge by such a file, and ask nobody; without IMAGE all that are in it
  --offline, --plain-http HOST[:PORT], --format text|json|sarif|github

Examples
  countersign verify ghcr.io/acme/app:1.4 --key acme.pub
  countersign verify ghcr.io/acme/app:1.4 \\
    --certificate-identity https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main \\
    --certificate-oidc-issuer https://token.actions.githubusercontent.com
  countersign verify node:22 --format json
`,
  ],
  [
    "verify-bundle",
    `Usage: countersign verify-bundle --bundle F [OPTIONS] FILE|sha256:HEX|FOLDER

Verifies a Sigstore bundle for a file, or for the digest of one. Exit code 0 only if it is valid.
Of a folder the bundle of its SHA256SUMS is verified, and every file against that list.

  --bundle F                  the bundle
  --key F                     public key, PEM
  --certificate-identity I with --certificate-oidc-issuer U
  --trusted-root F            Sigstore trusted root; else the public one

Examples
  countersign verify-bundle --bundle app.sigstore.json --key acme.pub app.tar.gz
  countersign verify-bundle --bundle app.sigstore.json --certificate-identity jane@example.com \\
    --certificate-oidc-issuer https://accounts.google.com app.tar.gz
  countersign verify-bundle --bundle app.sigstore.json --key acme.pub sha256:1f3a...
`,
  ],
  [
    "sign",
    `Usage: countersign sign IMAGE|FILE|FOLDER/ --service S --key K [OPTIONS]

Signs through a signing service and checks the signature. It is attached to an image; beside a file
it is written as FILE.sigstore.json; of a folder the list SHA256SUMS is written and signed.

  --service S, --key K        the service ('trial' needs no configuration), and its name of the key
  --signature-format sigstore-bundle|cosign|notation-jws|notation-cose
  --platforms index|all|linux/amd64,...   what of an index is signed; default: index, which covers all
  --justification T           why, for keys that ask for it
  --expires-in 720h           Notary Project only
  --timestamp-authority URL --timestamp-certificates FILE [--timestamp-policy OID]   stamp it (trial: no file)
  --dry-run                   say what would be signed, and stop
  --wait 15m                  how long to wait for an approval; else exit with 75 and a ticket
  --resume ID                 go on with what waited, was signed and not attached, or got no answer
  --again                     sign although nobody can tell what became of the same request before
  --output F, --overwrite     where a file's bundle goes
  --policy FILE, --plain-http HOST[:PORT], --format text|json

Examples
  countersign sign ghcr.io/acme/app:1.4 --service trial --key dev
  countersign sign ghcr.io/acme/app:1.4 --service trial --key release --justification "Release 1.4" --wait 15m
  countersign sign dist/ --service trial --key dev
`,
  ],
  [
    "attest",
    `Usage: countersign attest IMAGE|FILE --predicate F --type T --service S --key K [OPTIONS]

Signs what a predicate file says of an image or file (in-toto statement in a Sigstore bundle). It is attached
to an image, and written beside a file. An attestation is nobody's signature of the image.

  --predicate F               JSON
  --type T                    URI, or slsaprovenance1, spdxjson, cyclonedx, vuln, openvex, custom, ...
  --service, --key, --platforms, --justification, --timestamp-authority, --dry-run, --wait, --resume, --again,
  --output, --overwrite, --policy, --plain-http, --format      as for 'sign'

Examples
  countersign attest ghcr.io/acme/app:1.4 --predicate sbom.json --type spdxjson --service trial --key dev
  countersign attest ghcr.io/acme/app:1.4 --predicate slsa.json --type slsaprovenance1 --service trial --key dev
  countersign attest dist/app.tar.gz --predicate scan.json --type vuln --service trial --key dev
`,
  ],
  [
    "pipeline-step",
    `Usage: countersign pipeline-step PIPELINE --image NAME --service S --key K [OPTIONS]

Prints a step that signs, by its digest, the image that an earlier step has built and pushed. The key stays in
the service, and the step holds no secret. PIPELINE: github, gitlab, azure, jenkins, circleci, bitbucket,
buildkite, drone or woodpecker.

  --image NAME                the image, without its tag
  --service S, --key K        as for 'sign'; the service as .countersign.yaml names it
  --tool countersign|cosign|notation|vsign     what signs; the others know no approvals
  --signature-format sigstore-bundle|cosign|notation-jws|notation-cose
  --format text|json

Examples
  countersign pipeline-step github --image ghcr.io/acme/app --service acme --key release
  countersign pipeline-step gitlab --image registry.acme.io/app --service vault --key release --tool cosign
  countersign pipeline-step jenkins --image registry.acme.io/app --service csp --key 'Shop\\Release'
`,
  ],
  [
    "propose",
    `Usage: countersign propose IMAGE [OPTIONS]

Writes the smallest rule that accepts exactly who signed the image, for exactly its repository, and says what
accepting it means. The image is verified under the rule before it is shown. Nothing is changed.

  --for FORMAT                cluster-image-policy, containers-policy, notary-trust-policy, kyverno, openshift,
                              ratify or connaisseur; else the format of the workspace's policies
  --key FILE                  the public key that signed, PEM: a signature by a key does not hold it
  --trusted-root FILE         Sigstore trusted root to prove certificates against
  --evidence FILE             by evidence that 'countersign verify --export-evidence' kept; nobody is asked
  --plain-http HOST[:PORT], --format text|json

Examples
  countersign propose ghcr.io/acme/app:1.4 > policy/app.yaml
  countersign propose ghcr.io/acme/app:1.4 --key acme.pub --for kyverno
  countersign propose registry.acme.io/app:1.4 --for notary-trust-policy --format json
`,
  ],
  [
    "trust",
    `Usage: countersign trust show|update [--mirror URL] [--format text|json]

Certificates are proven against the trusted root of the public Sigstore instance, which comes with the program.
'update' asks its repository for a newer one (The Update Framework: every step is signed by the keys of the one
before) and keeps it for this user. Nothing else asks for it; --trusted-root FILE takes its place where it is given.

  --mirror URL                a mirror of the repository, for networks without access to it

Examples
  countersign trust show
  countersign trust update
  countersign trust update --mirror https://mirror.acme.io/sigstore-tuf
`,
  ],
  [
    "certify",
    `Usage: countersign certify KEY --service S --role R [OPTIONS]

Has a key of Vault or OpenBao (transit) certified by its PKI engine (option
'pkiMount' of the service). The key stays where it is: it signs a request, the
role issues, and the certificates are set beside the key once they are found to
be good for signing code. Shows what will be done, and asks before it is.

  --role ROLE             role of the PKI engine; it decides what is issued
  --common-name NAME      name in the certificate, where the role takes it
  --expires-in 720h       how long it is good; else as long as the role says
  --dry-run               show what would be done; nothing is issued
  --yes                   it is settled: do not ask
  --format text|json

Exit codes: 0 certified, 1 declined or not done, 2 wrong usage

Examples
  countersign certify release --service vault --role code-signing --dry-run
  countersign certify release --service vault --role code-signing \\
    --common-name release@acme.example --expires-in 2160h
  countersign certify release --service vault --role code-signing --yes
`,
  ],
  [
    "explain",
    `Usage: countersign explain RULE

Prints a rule's document: what it finds, why it matters, how to fix it.

Examples
  countersign explain image-unsigned
  countersign explain sign-by-tag
  countersign explain docker-content-trust
`,
  ],
  [
    "plugin",
    `Usage: countersign plugin install|remove notation|sigstore-kms [--folder F] [--format text|json]

Lets notation and cosign sign by keys of signing services, under the same policies and approvals:
notation finds the plug-in in its own folder, cosign finds 'sigstore-kms-countersign' on PATH.
Services are those of .countersign.yaml in the folder where they run, and the trial.

  --folder F                  where to put the program; else notation's folder, or ~/.local/bin
  COUNTERSIGN_JUSTIFICATION   why, for keys that ask for it (notation: --plugin-config justification=...)
  COUNTERSIGN_WAIT            how long to wait for an approval (notation: --plugin-config wait=15m)

Examples
  countersign plugin install notation
  notation sign --plugin countersign --id trial/dev ghcr.io/acme/app@sha256:1f3a...
  cosign sign --key countersign://trial/dev ghcr.io/acme/app@sha256:1f3a...
`,
  ],
  [
    "trial",
    `Usage: countersign trial up|down|status|approve ID|revoke KEY|fault NAME [--format text|json]

A signing service, a certificate authority and a registry on this machine, to try signing with.
It listens on loopback only; what it signs proves nothing to anybody else.

  --keys FILE                 up: keys with their policy, in place of 'dev' and 'release': a JSON array of
                              { name, spec, needs, state, hashes, signers, approvals, approvers, hours }
  --as USER                   approve: lead (default) or security; nobody approves a request of their own
  --comment T, --reject       approve: what the audit log keeps; the other decision
  revoke KEY                  its certificate: the trial's revocation list and responder say so
  fault NAME [--times N]      the service misbehaves in the next answer (or N of them): refuse, stall, flood,
                              wrong-signature, side-by-side, error-after-signing, malformed; none ends it

Examples
  countersign trial up
  countersign trial approve 7f3c
  countersign trial fault refuse
  countersign trial down
`,
  ],
]);

/** The help of one command; AppError `usage` where there is no such command. */
export function commandHelp(command: string): string {
  const help = helps.get(command);
  if (help === undefined)
    throw new AppError("usage", `'${command}' is no command of countersign; see 'countersign --help'.`);
  return help;
}
