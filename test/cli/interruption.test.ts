import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { createCommandLine, type CommandLine } from "../helpers/commandLine.ts";

describe("countersign, interrupted", () => {
  let cli: CommandLine;
  let server: Server;
  let port: number;
  before(async () => {
    cli = await createCommandLine();
    // A registry that takes the connection and never answers.
    server = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    cli.write("Dockerfile", `FROM 127.0.0.1:${port}/acme/app:1\n`);
  });
  after(() => {
    server.close();
    cli.dispose();
  });

  for (const args of [["verify"], ["inspect"]] as const) {
    it(`ends ${args[0]} at once, without half a report`, async () => {
      const connected = once(server, "connection");
      const named = args[0] === "verify" ? [`127.0.0.1:${port}/acme/app:1`] : [];
      const { child, ended } = cli.start(...args, ...named, "--format", "json");
      await connected;
      child.kill("SIGINT");
      const { code, output, error } = await ended;
      assert.equal(code, 130);
      assert.equal(output, "");
      assert.equal(error, "Cancelled.\n");
    });
  }
});
