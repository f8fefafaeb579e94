import { Agent, createServer, request as forward } from "node:http";
import { listenOnLoopback } from "./processes.ts";

/** A proxy that answers as late as a registry some round-trip away would, and counts what passes. */
export interface LagProxy {
  readonly host: string;
  /** Requests since the last call. */
  takeCount(): number;
  stop(): void;
}

/** Stands in front of `target` (host:port on this machine) and holds each request for `delay` milliseconds. */
export async function startLagProxy(target: string, delay: number): Promise<LagProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let requests = 0;
  const server = createServer((incoming, answer) => {
    requests += 1;
    const { method, url, headers } = incoming;
    const body: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => body.push(chunk));
    incoming.on("end", () => {
      setTimeout(() => {
        forward(`http://${target}${url}`, { method, headers: { ...headers, host: target }, agent }, (response) => {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(answer);
        })
          .on("error", () => answer.destroy())
          .end(Buffer.concat(body));
      }, delay);
    });
  });
  const port = await listenOnLoopback(server);
  return {
    host: `127.0.0.1:${port}`,
    takeCount() {
      const count = requests;
      requests = 0;
      return count;
    },
    stop() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
