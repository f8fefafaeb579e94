import { isSentCommand } from "./listedScripts.ts";

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

/** Options of a shell's that take the word after them, each by its letter or in full. */
const valuedLetter = /[oO]/g;
const valuedOption = /^--(?:rcfile|init-file)$/;

/**
 * Where the script stands among the words after a shell's name: it is the first that is no option, where `-c` is one of
 * the options (`-c`, `-ec`, `-ceu`, `-c -e`, `-euo pipefail -c`). Undefined where the shell is given none.
 */
export function scriptAt(words: readonly (string | undefined)[]): number | undefined {
  let isGiven = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return isGiven && at + 1 < words.length ? at + 1 : undefined;
    if (!/^[-+]./.test(word)) return isGiven ? at : undefined;
    if (word.startsWith("--")) at += valuedOption.test(word) ? 1 : 0;
    else {
      isGiven ||= word.startsWith("-") && word.includes("c");
      at += word.match(valuedLetter)?.length ?? 0;
    }
  }
  return undefined;
}

const sshValued = /^-[46AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOopQRSWw]$/;

/** Where the command begins that `ssh` is given after the host and the options around it; `words` follow `ssh`. */
export function remoteCommandAt(words: readonly (string | undefined)[]): number {
  let at = 0;
  const skipOptions = (): void => {
    while (words[at]?.startsWith("-") === true) at += sshValued.test(words[at] ?? "") ? 2 : 1;
  };
  skipOptions();
  at += 1;
  skipOptions();
  return at;
}

/** What may stand before `ssh`. */
const beforeSsh = /^(?:ssh|sshpass|sudo|timeout|retry)$/;

/** Where `ssh` stands among a command's first words; negative where it runs nothing on another machine by that. */
function sshAt(words: readonly (string | undefined)[]): number {
  return beforeSsh.test(words[0] ?? "") ? words.slice(0, 6).indexOf("ssh") : -1;
}

/** Options of an engine that name another one's host. */
const ofOtherHost = /^(?:-H|--host|-c|--context)(?:=|$)/;

/**
 * Whether what a command with these words runs is run by another machine: `ssh host`, `gcloud compute ssh vm`,
 * `aws ssm send-command`, `docker --context vm`.
 */
export function runsElsewhere(words: readonly (string | undefined)[]): boolean {
  if (words[0] === "docker") return ofOtherHost.test(words[1] ?? "");
  if (words[0] === "aws") return isSentCommand(words);
  return sshAt(words) >= 0 || (words[0] === "gcloud" && words.slice(1, 5).includes("ssh"));
}

/**
 * Whether a command with these words runs its standard input as a script: `bash`, `sh -s -- a`, `sudo bash -e`,
 * `docker exec -i c sh`, `ssh host`. Not where the shell is given a script or `-c`.
 */
export function feedsShell(words: readonly (string | undefined)[]): boolean {
  const at = words.findIndex((word) => word !== undefined && isShellProgram(word.replace(/ -[a-z]*s$/, "")));
  if (at < 0) {
    const ssh = sshAt(words);
    if (ssh >= 0) return remoteCommandAt(words.slice(ssh + 1)) === words.length - ssh - 1;
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
