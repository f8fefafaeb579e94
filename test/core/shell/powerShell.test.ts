import { readsScripts, type Script } from "../../helpers/windowsScripts.ts";

const many = `if ($x -eq 1) {\n  Write-Host "it's"\n} else {\n  foreach ($y in $z) { $q = 1 }\n}\nfor ($i=0; $i -lt 5; $i++) { Start-Sleep 1 }\nswitch ($a) { 'x' { 1 } default { 2 } }\n`;

const scripts: readonly Script[] = [
  ['docker run --rm `\n  -v "${PWD}:/x" `\r\n  ⟦a/b:1⟧ sh # docker run no:1\n', "a/b:1"],
  ['$tag = "1.2"\n$Image = "a/b:$Tag"\ndocker run ⟦$image⟧\n', "a/b:1.2"],
  ['$script:I = "a/b:1"\ndocker pull ⟦$script:I⟧; docker pull "⟦$($script:I)⟧"\n', "a/b:1", "a/b:1"],
  ["[string]$I = 'a/b:1'\n& docker run ⟦$I⟧\n", "a/b:1"],
  ['$t = "2"\n$I = "a/b:" + $t\ndocker run ⟦$I⟧\n', "a/b:2"],
  ['$I = "{0}:{1}" -f "no", "1"\ndocker run ⟦$I⟧\n', "?"],
  ["docker run ⟦$config.image⟧\n", "?"],
  ['docker pull ⟦a/b@sha256:$d⟧; docker pull "⟦a/c@sha256:$d⟧"\n', "?", "?"],
  ['docker run "⟦$env:REGISTRY/a/b:1⟧"\n', "?"],
  ['$images = @(\n  "a/b:1", # no:1\n  "a/c:1"\n)\nforeach ($i in $images) { docker pull ⟦$i⟧ }\n', "a/b:1", "a/c:1"],
  ['foreach ($i in "a/b:1", "a/c:1") {\n  docker pull ⟦$i⟧\n}\n', "a/b:1", "a/c:1"],
  ['$words = @("run", "--rm", "⟦a/b:1⟧")\n& docker @words\ndocker run @options ⟦a/c:1⟧\n', "a/b:1", "a/c:1"],
  [
    'param(\n  [ValidateSet("x")][string]$I = "a/b:1", # (it is\n  $J)\ndocker run ⟦$I⟧\ndocker run ⟦$J⟧\n',
    "a/b:1",
    "?",
  ],
  ['function Get-It { param($I = "a/b:1") docker pull ⟦$I⟧ }\n', "a/b:1"],
  [
    'if ($x) { $I = "a/b:1" } elseif ($y) { $I = "a/c:1" } else { $I = "a/d:1" }\ndocker run ⟦$I⟧\n',
    "a/b:1",
    "a/c:1",
    "a/d:1",
  ],
  ["if (-not (docker image inspect ⟦a/b:1⟧ 2>$null)) { docker pull ⟦a/b:1⟧ }\n", "a/b:1", "a/b:1"],
  ['Invoke-Expression "docker run ⟦a/b:1⟧"\n$c = "docker run ⟦a/c:1⟧"\niex $c\n', "a/b:1", "a/c:1"],
  ["$id = docker run -d ⟦a/b:1⟧\n$ids = $(docker run -d ⟦a/c:1⟧)\n", "a/b:1", "a/c:1"],
  ['docker run --name "it`"s" -v "$c`:/c" -v C:\\x\\:/x "⟦a/b:1⟧"\n', "a/b:1"],
  ['$h = @"\nports: ["80:80"]\nimage: no:1\n"@\n<# docker run no:2 #>\ndocker run ⟦a/b:1⟧\n', "a/b:1"],
  [
    "try { docker pull ⟦a/b:1⟧ } catch { docker pull ⟦a/c:1⟧ } finally { docker pull ⟦a/d:1⟧ }\n",
    "a/b:1",
    "a/c:1",
    "a/d:1",
  ],
  ['$o = @{ Image = "no:1" }\ndocker run ⟦a/b:1⟧ | Out-Null; docker run ⟦a/c:1⟧\n', "a/b:1", "a/c:1"],
  [`${many.repeat(150)}docker run ⟦a/b:1⟧\n`, "a/b:1"],
];

describe("scripts of PowerShell", () => readsScripts("x.ps1", scripts));
