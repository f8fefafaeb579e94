/** The parts of AWS that give credentials, as the variables that move them call them, and the hosts that serve them. */
const hosts = { STS: "sts", SSO: "portal.sso", SSO_OIDC: "oidc" } as const;

/** Where a part of AWS is: in its region, unless the person's own variable names another place. */
export function endpointOf(
  part: keyof typeof hosts,
  region: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const given = environment[`AWS_ENDPOINT_URL_${part}`] ?? environment["AWS_ENDPOINT_URL"] ?? "";
  if (URL.canParse(given)) return new URL(given).origin;
  return `https://${hosts[part]}.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
}
