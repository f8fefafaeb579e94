import type { Exchange } from "./exchange.ts";

/** A way in which the trial registry misbehaves on demand, so that tests see what a client makes of it. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Takes the request and never answers. */
  | { readonly kind: "stall" }
  /** Sends the headers and `sent`, then nothing more. */
  | { readonly kind: "stall-body"; readonly sent?: string }
  /** Sends a body without an end, a byte every `milliseconds`. */
  | { readonly kind: "drip"; readonly milliseconds: number }
  /** Closes the connection without an answer. */
  | { readonly kind: "close" }
  | { readonly kind: "body"; readonly body: string | Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  /** A body without an end. */
  | { readonly kind: "endless" }
  | { readonly kind: "redirect"; readonly location: string; readonly status?: number }
  | { readonly kind: "html" }
  /** Answers as it should, `milliseconds` later. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** Answers as it should, but for some headers: a lie about the digest, a missing one (""). */
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string>> };

/** Acts out a fault; true where the request has got its answer, or never will. */
export async function actOut(fault: Fault, exchange: Exchange): Promise<boolean> {
  const { request, response } = exchange;
  switch (fault.kind) {
    case "status":
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(exchange.method === "HEAD" ? undefined : (fault.body ?? "{}"));
      return true;
    case "stall":
      return true;
    case "stall-body":
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.flushHeaders();
      if (fault.sent !== undefined) response.write(fault.sent);
      return true;
    case "drip": {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      const timer = setInterval(() => response.write(" "), fault.milliseconds);
      response.once("close", () => clearInterval(timer));
      return true;
    }
    case "close":
      request.socket.destroy();
      return true;
    case "body":
      response.writeHead(200, fault.headers);
      response.end(fault.body);
      return true;
    case "endless":
      response.writeHead(200, { "content-type": "application/octet-stream" });
      flood(exchange);
      return true;
    case "redirect":
      response.writeHead(fault.status ?? 307, { location: fault.location, "content-length": "0" });
      response.end();
      return true;
    case "html":
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(exchange.method === "HEAD" ? undefined : "<!doctype html><title>Sign in</title>");
      return true;
    case "delay":
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
      return false;
    case "headers":
      overrideHeaders(exchange, fault.headers);
      return false;
  }
}

function flood({ response }: Exchange): void {
  const piece = Buffer.alloc(64 * 1024, " ");
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", more);
  more();
}

function overrideHeaders({ response }: Exchange, headers: Readonly<Record<string, string>>): void {
  const setHeaders = response.writeHead.bind(response);
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const given = rest.find((part) => typeof part === "object" && part !== null) ?? {};
    const merged: Record<string, string> = {};
    for (const [name, value] of [...Object.entries(given), ...Object.entries(headers)])
      merged[name.toLowerCase()] = String(value);
    return setHeaders(status, Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== "")));
  };
}
