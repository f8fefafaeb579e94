const shells = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"]);

/** Whether a program (`/bin/bash`, `sh`) is a shell whose scripts this reader understands. */
export function isShellProgram(program: string): boolean {
  return shells.has(program.slice(program.lastIndexOf("/") + 1));
}

/** Whether a script's first line names a shell (`#!/bin/sh -e`, `#!/usr/bin/env bash`); undefined where it names no interpreter. */
export function shebangIsShell(text: string): boolean | undefined {
  const line = /^#![ \t]*([^\n]{0,500})/.exec(text)?.[1];
  if (line === undefined) return undefined;
  const [program = "", ...rest] = line.trim().split(/\s+/);
  if (!program.endsWith("/env")) return isShellProgram(program);
  return isShellProgram(rest.find((word) => !word.startsWith("-") && !word.includes("=")) ?? "");
}

/**
 * Whether a command with these words runs its standard input as a script: `bash`, `sh -s -- a`, `sudo bash -e`,
 * `docker exec -i c sh`, `ssh host`. Not where the shell is given a script or `-c`.
 */
export function feedsShell(words: readonly (string | undefined)[]): boolean {
  const at = words.findIndex((word) => word !== undefined && isShellProgram(word.replace(/ -[a-z]*s$/, "")));
  if (at < 0) {
    if (words[0] === "ssh") return words.slice(1).filter((word) => word?.startsWith("-") !== true).length === 1;
    // `sudo su - user` begins a shell; not where it is given a command.
    return (words[0] === "su" || words[1] === "su") && !words.some((word) => word === "-c" || word === "--command");
  }
  for (const word of words.slice(at + 1)) {
    if (word === undefined || word === "-c") return false;
    if (/^-[a-z]*s$/.test(word)) return true;
    if (!/^[-+]/.test(word)) return false;
  }
  return true;
}
