import type { Problem } from "../problem.ts";
import { compilePattern } from "./pattern.ts";
import type { Authority, IdentityMatcher, PolicyRule, TrustPolicy } from "./policy.ts";
import { readPublicKeys } from "./publicKey.ts";

/** The trust that a command's own options state, named as cosign names them. */
export interface CommandLineTrust {
  /** Public keys, PEM, with the file that each came from. */
  readonly keys?: readonly { readonly file: string; readonly pem: string }[];
  readonly certificateIdentity?: string;
  readonly certificateIdentityRegexp?: string;
  readonly certificateOidcIssuer?: string;
  readonly certificateOidcIssuerRegexp?: string;
  /** What the rule is called; "command line" without it. */
  readonly named?: string;
}

/**
 * The policy that a command's options state: any image, signed by one of the keys or by the identity. A key that
 * cannot be used, a pattern that cannot be read, or an identity without its issuer makes the rule not understood.
 */
export function commandLinePolicy(options: CommandLineTrust): TrustPolicy {
  const name = options.named ?? "command line";
  const source = { file: name, line: 1 };
  const problems: Problem[] = [];
  const authorities: Authority[] = [];
  for (const { file, pem } of options.keys ?? []) {
    const publicKeys: string[] = [];
    for (const key of readPublicKeys(pem)) {
      if (key.kind === "key") publicKeys.push(key.pem);
      else problems.push({ code: "policy-key-invalid", message: `The key in '${file}' ${key.why}.`, file });
    }
    if (publicKeys.length > 0)
      authorities.push({ kind: "key", name: file, source, publicKeys, hashAlgorithm: "sha256", format: "any" });
  }
  const identity = identityOf(options, problems, source);
  if (identity !== undefined)
    authorities.push({ kind: "keyless", name: "certificate identity", source, identities: [identity], format: "any" });
  const notUnderstood = problems
    .filter(({ code }) => code !== "identity-pattern-not-anchored")
    .map(({ message }) => ({ what: message, source }));
  const rule: PolicyRule = {
    name,
    source,
    mode: "enforce",
    globs: [{ glob: "**", source }],
    authorities,
    notUnderstood,
  };
  return { rules: authorities.length === 0 && notUnderstood.length === 0 ? [] : [rule], problems };
}

function identityOf(
  options: CommandLineTrust,
  problems: Problem[],
  source: IdentityMatcher["source"],
): IdentityMatcher | undefined {
  const { certificateIdentity: subject, certificateIdentityRegexp: subjectRegExp } = options;
  const { certificateOidcIssuer: issuer, certificateOidcIssuerRegexp: issuerRegExp } = options;
  const values = [subject, subjectRegExp, issuer, issuerRegExp];
  if (values.every((value) => value === undefined)) return undefined;
  const before = problems.length;
  const refuse = (message: string): void => {
    problems.push({ code: "policy-invalid", message });
  };
  if ((subject === undefined) === (subjectRegExp === undefined))
    refuse("Give exactly one of --certificate-identity and --certificate-identity-regexp.");
  if ((issuer === undefined) === (issuerRegExp === undefined))
    refuse("Give exactly one of --certificate-oidc-issuer and --certificate-oidc-issuer-regexp.");
  if (values.includes("")) refuse("A certificate identity and its issuer must not be empty.");
  const patterns = [subjectRegExp, issuerRegExp].filter((pattern) => pattern !== undefined);
  const compiled = patterns.map((pattern) => ({ pattern, ...compilePattern(pattern) }));
  for (const {
    problems: [problem],
  } of compiled)
    if (problem !== undefined) refuse(problem.message);
  if (problems.length > before) return undefined;
  for (const { pattern, value } of compiled)
    if (value?.anchored === false)
      problems.push({
        code: "identity-pattern-not-anchored",
        message: `The pattern '${pattern.slice(0, 80)}' has no '^' at its start or no '$' at its end; here it must match the whole identity.`,
      });
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(subjectRegExp === undefined ? {} : { subjectRegExp }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(issuerRegExp === undefined ? {} : { issuerRegExp }),
    source,
  };
}
