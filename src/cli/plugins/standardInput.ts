import { AppError } from "../../application/errors.ts";
import type { Host } from "../host.ts";

/** All of standard input. AppError `limit-reached` where it is longer than `maximum`. */
export async function readStandardInput(host: Host, maximum: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of host.input ?? []) {
    length += chunk.length;
    if (length > maximum) throw new AppError("limit-reached", `What is to be read is longer than ${maximum} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
