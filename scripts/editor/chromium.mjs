// The browser that shows the workbench.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { ensurePrograms, findProgram, Unavailable } from "../debian.mjs";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/**
 * The path of Chromium: CHROME_PATH, else the one on PATH, else Debian's package, installed where that is allowed.
 * Rejects with Unavailable where there is none.
 * @param {{ log: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export async function findChromium({ log }) {
  const given = process.env.CHROME_PATH;
  if (given !== undefined && given !== "") {
    if (!existsSync(given)) throw new Unavailable(`CHROME_PATH names ${given}, which does not exist`);
    return given;
  }
  const found = names.map(findProgram).find((path) => path !== undefined);
  if (found !== undefined) return found;
  await ensurePrograms({ chromium: "chromium" }, { why: "showing the editor", log });
  return findProgram("chromium") ?? "chromium";
}

/**
 * A headless browser that asks the network for nothing but the page.
 * @param {string} executablePath
 */
export function launchChromium(executablePath) {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ executablePath, args, timeout: 60_000 });
}
