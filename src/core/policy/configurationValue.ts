/** Whether a field's name says that it holds a secret (`token`, `client_secret`, `apiKey`, ...). */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z]/g, "");
  return /token|password|passwd|passphrase|secret|credential|apikey|privatekey|accesskey|bearer|authorization/.test(
    plain,
  );
}

/** Why a path may not stand in a workspace's configuration, in words that follow it; undefined for one that may. */
export function pathProblem(path: string): string | undefined {
  if (path.length > 1024) return "is too long";
  if (path.includes("\\")) return "must use forward slashes";
  if (/^(?:\/|~|[a-zA-Z][a-zA-Z0-9+.-]*:)/.test(path)) return "must be relative to the workspace";
  return path.split("/").includes("..") ? "must not lead out of the workspace" : undefined;
}

/** What is wrong with the URL of a service; `secret` where it carries a user or password. */
export function urlProblem(
  text: string,
): { readonly kind: "secret" } | { readonly kind: "invalid"; readonly why: string } | undefined {
  if (!URL.canParse(text)) return { kind: "invalid", why: "is not a URL" };
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return { kind: "secret" };
  if ([...url.searchParams.keys()].some(isSecretName)) return { kind: "secret" };
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback)) return undefined;
  return { kind: "invalid", why: "must begin with https:// (http:// only on this machine)" };
}
