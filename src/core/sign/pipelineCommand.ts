import { quote } from "./peerCommands.ts";
import type { SigningFormat } from "./scheme.ts";

/** What a pipeline is to sign, and by what. */
export interface PipelineSigning {
  /** Name of the image without tag and digest. */
  readonly image: string;
  readonly service: {
    readonly name: string;
    /** As the configuration names it: `vault`, `venafi`, ... */
    readonly type: string;
    readonly url: string;
    readonly options: Readonly<Record<string, string>>;
  };
  readonly key: { readonly name: string; readonly needs: readonly ("justification" | "approval")[] };
  readonly format: SigningFormat;
}

/** The program that signs: this one, which knows justifications and approvals, or the service's own tools. */
export type PipelineTool = "countersign" | "cosign" | "notation" | "vsign";

/** A variable of the environment: its value, or that the pipeline keeps it as a secret of this name. */
export interface PipelineVariable {
  readonly name: string;
  readonly value?: string;
  /** The pipeline's identity provider issues it for this audience. */
  readonly audience?: string;
}

/**
 * The command of the shell that signs `$IMAGE@$DIGEST`; a text without a command says why the tool cannot. Keys in services
 * are named as the tools name them (Sigstore KMS references, notation plug-ins). `run` names the run of the pipeline, as the
 * shell there can say it: that is the justification.
 */
export function pipelineCommand(
  { service, key, format }: PipelineSigning,
  tool: PipelineTool,
  run: string,
): { readonly command: string } | { readonly why: string } {
  const image = '"$IMAGE@$DIGEST"';
  const notary = format === "notation-jws" || format === "notation-cose";
  switch (tool) {
    case "countersign": {
      const reason = key.needs.includes("justification") ? ` --justification "${run}"` : "";
      const wait = key.needs.includes("approval") ? " --wait 30m" : "";
      const as = format === "sigstore-bundle" ? "" : ` --signature-format ${format}`;
      return {
        command: `countersign sign ${image} --service ${quote(service.name)} --key ${quote(key.name)}${as}${reason}${wait}`,
      };
    }
    case "cosign": {
      if (notary) return { why: `cosign does not sign as ${format}.` };
      if (key.needs.length > 0)
        return { why: `Key '${key.name}' needs ${key.needs.join(" and ")}, which cosign knows nothing of.` };
      if (service.type !== "vault")
        return { why: `cosign does not speak to a service of the type ${service.type} by itself.` };
      const old = format === "cosign" ? " --new-bundle-format=false" : "";
      return {
        command: `cosign sign --yes --key ${quote(`hashivault://${key.name}`)}${old} --use-signing-config=false --tlog-upload=false ${image}`,
      };
    }
    case "notation":
      if (!notary) return { why: `notation does not sign as ${format}.` };
      return {
        command: `notation sign --plugin countersign --id ${quote(`${service.name}/${key.name}`)} --signature-format ${format.slice("notation-".length)} ${image}`,
      };
    case "vsign":
      if (service.type !== "venafi") return { why: `vsign does not speak to a service of the type ${service.type}.` };
      if (format !== "cosign") return { why: `vsign signs images in cosign's first format, not as ${format}.` };
      if (key.needs.length > 0)
        return { why: `Key '${key.name}' needs ${key.needs.join(" and ")}, which vsign knows nothing of.` };
      return { command: `VSIGN_PROJECT=${quote(key.name)} vsign sign --image ${image} --mechanism 64` };
  }
}

/** What the environment must hold for the service; secrets by their name alone. */
export function pipelineVariables(
  { service, image }: PipelineSigning,
  identity: "ambient" | "issued" | "none",
): readonly PipelineVariable[] {
  const { type, url, options } = service;
  const base = [{ name: "IMAGE", value: image }];
  const signIn = (address: string, token: string, secret: string): readonly PipelineVariable[] => [
    { name: address, value: url },
    ...(identity === "issued" ? [{ name: token, audience: url }] : identity === "ambient" ? [] : [{ name: secret }]),
  ];
  switch (type) {
    case "vault":
      return [
        ...base,
        ...vaultVariables(options, signIn("VAULT_ADDR", options["jwtVariable"] ?? "VAULT_ID_TOKEN", "VAULT_TOKEN")),
      ];
    case "venafi":
      return [...base, ...signIn("VSIGN_URL", "VSIGN_JWT", "VSIGN_TOKEN")];
    case "sigstore":
      return [...base, ...(identity === "issued" ? [{ name: "SIGSTORE_ID_TOKEN", audience: "sigstore" }] : [])];
    default:
      return [...base];
  }
}

function vaultVariables(
  options: Readonly<Record<string, string>>,
  usual: readonly PipelineVariable[],
): readonly PipelineVariable[] {
  const [address] = usual;
  if (options["authentication"] !== "approle" || address === undefined) return usual;
  return [address, { name: "VAULT_ROLE_ID" }, { name: "VAULT_SECRET_ID" }];
}
