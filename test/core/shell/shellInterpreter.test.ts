import assert from "node:assert/strict";
import {
  feedsShell,
  runsElsewhere,
  isShellProgram,
  scriptAt,
  shebangIsShell,
} from "../../../src/core/shell/shellInterpreter.ts";

describe("shell interpreters", () => {
  const programs: [program: string, is: boolean][] = [
    ["sh", true],
    ["/bin/bash", true],
    ["/usr/local/bin/zsh", true],
    ["powershell", false],
    ["cmd", false],
    ["", false],
  ];
  for (const [program, is] of programs)
    it(`${is ? "knows" : "does not know"} '${program}'`, () => assert.equal(isShellProgram(program), is));

  const shebangs: [text: string, is: boolean | undefined][] = [
    ["#!/bin/sh -e\nx", true],
    ["#! /usr/bin/env bash\n", true],
    ["#!/usr/bin/env -S A=1 bash -e\n", true],
    ["#!/usr/bin/env python3\n", false],
    ["#!/usr/bin/perl", false],
    ["#!\n", false],
    ["# hello\n", undefined],
    ["\n#!/bin/sh", undefined],
  ];
  for (const [text, is] of shebangs) it(`reads ${JSON.stringify(text)}`, () => assert.equal(shebangIsShell(text), is));

  const scripts: [words: (string | undefined)[], script: string | undefined][] = [
    [["-c", "x"], "x"],
    [["-ec", "x", "y"], "x"],
    [["-ceux", "x"], "x"],
    [["-c", "-e", "x"], "x"],
    [["-euo", "pipefail", "-c", "x"], "x"],
    [["-ceuo", "pipefail", "x"], "x"],
    [["--noprofile", "--rcfile", "r", "-lc", "x"], "x"],
    [["-c", "--", "-x"], "-x"],
    [["-c"], undefined],
    [["-c", "--"], undefined],
    [["-e", "x", "-c"], undefined],
    [["--norc", "x"], undefined],
    [["+c", "x"], undefined],
    [["x", "-c", "y"], undefined],
    [[undefined, "-c", "y"], undefined],
  ];
  for (const [words, script] of scripts)
    it(`takes ${script ?? "nothing"} of '${words.join(" ")}' for the script`, () => {
      const at = scriptAt(words);
      assert.equal(at === undefined ? undefined : words[at], script);
    });

  const commands: [words: (string | undefined)[], feeds: boolean][] = [
    [["bash"], true],
    [["bash", "-e", "-u"], true],
    [["sh", "-s", "--", "a"], true],
    [["docker", "exec", "-i", "c", "sh"], true],
    [["ssh", "-T", "host"], true],
    [["ssh", "-i", undefined, "-tto", "A=b", undefined, "-p", "22"], true],
    [["sshpass", "-p", undefined, "ssh", "host"], true],
    [["ssh", "-i", undefined, "host", "cat"], false],
    [["ssh"], false],
    [["ssh", "host", "cat"], false],
    [["bash", "x.sh"], false],
    [["bash", "-c", "x"], false],
    [["bash", undefined], false],
    [["cat"], false],
    [[], false],
  ];
  for (const [words, feeds] of commands)
    it(`${feeds ? "runs" : "does not run"} the input of ${words.join(" ")}`, () =>
      assert.equal(feedsShell(words), feeds));

  for (const [words, isElsewhere] of [
    [["ssh", "host", "cat"], true],
    [["sudo", "sshpass", "-p", undefined, "ssh", "host"], true],
    [["gcloud", "compute", "ssh", "vm"], true],
    [["gcloud", "compute", "list", "a", "b", "ssh"], false],
    [["echo", "ssh", "host"], false],
    [[], false],
  ] satisfies [(string | undefined)[], boolean][])
    it(`runs ${words.join(" ")} ${isElsewhere ? "elsewhere" : "here"}`, () =>
      assert.equal(runsElsewhere(words), isElsewhere));
});
