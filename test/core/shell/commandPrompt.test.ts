import { readsScripts, type Script } from "../../helpers/windowsScripts.ts";

const many = `if exist x (\r\n  echo it's\r\n) else (\r\n  for %%i in (a b) do echo %%i\r\n)\r\nif errorlevel 1 goto :end\r\nfor /f "tokens=*" %%a in ('docker ps -q') do docker stop %%a\r\n`;

const scripts: readonly Script[] = [
  [
    "@echo off\r\ndocker run --rm ^\r\n  -v %cd%:/x ^\r\n  ⟦a/b:1⟧ sh\r\nrem docker run no:1\r\n:: docker run no:2\r\n",
    "a/b:1",
  ],
  ["set IMAGE=a/b:1\r\n@docker run ⟦%image%⟧ >nul 2>&1\r\n", "a/b:1"],
  ['set "TAG=1.2"\ndocker pull ⟦a/b:%TAG%⟧ 2>nul\ndocker pull "⟦a/c:!TAG!⟧"\n', "a/b:1.2", "a/c:1.2"],
  ['set I="a/b"\r\nif x==y (set J="a/c:1")\r\ndocker pull ⟦%I%:1⟧\ndocker pull "⟦%J%⟧"\n', "a/b:1", "a/c:1"],
  ['set "V=-v "%CD%:/x""\nset I=a/b:1\ndocker run %V% -w /x ⟦%I%⟧\n', "a/b:1"],
  ["docker pull ⟦%1⟧\ndocker pull ⟦a/b:%~2⟧\ndocker pull ⟦%X:a=b%⟧\n", "?", "?", "?"],
  [
    "set I=r.io/a:1-x\ndocker pull ⟦%I:-x=-y%⟧\ndocker pull ⟦!I:r.io/=!⟧\ndocker pull ⟦%I:~0,-2%⟧\n",
    "r.io/a:1-y",
    "library/a:1-x",
    "?",
  ],
  ["set /p I=docker run no:1\nset /a N=1\ndocker pull ⟦%I%⟧\n", "?"],
  ['if "%1"=="" (set V=1) else (set V=2)\ndocker pull ⟦a/b:%V%⟧\n', "a/b:1", "a/b:2"],
  ['if /i not "%A%"=="x y" docker pull ⟦a/b:1⟧\nif %E% neq 0 docker pull ⟦a/c:1⟧\nif what ever\n', "a/b:1", "a/c:1"],
  ["for %%i in (a/b:1 a/c:1) do docker pull ⟦%%i⟧\n", "a/b:1", "a/c:1"],
  [
    'for %%i in (a/b:1\r\n) do echo %%i\r\nfor %%i in (\r\n  b:1, c:1\r\n  "d:1"\r\n) do (\r\n  docker pull ⟦%%~i⟧\r\n)\r\n',
    "library/b:1",
    "library/c:1",
    "library/d:1",
  ],
  ["set L=a:1 b:1\nfor %%i in (%L%) do docker pull ⟦%%i⟧\n", "library/a:1", "library/b:1"],
  [
    'set R=r.io\ncall :one "%R%/a:1"\nfor %%s in (b c) do call :One r.io/%%s:2\ngoto :end\n:one\nset "I=%~1"\ndocker pull ⟦%I%⟧\nexit /b 0\n:end\ndocker pull ⟦%R%/d:1⟧\n',
    "r.io/a:1",
    "r.io/b:2",
    "r.io/c:2",
    "r.io/d:1",
  ],
  ["goto go\n:config\nset R=r.io\nexit /b\n:go\ncall :config\ncall :none %R%\ndocker pull ⟦%R%/a:1⟧\n", "r.io/a:1"],
  [
    "for /f \"tokens=*\" %%i in ('docker run -d ⟦a/b:1⟧') do (\n  docker pull ⟦%%i⟧\n  docker pull ⟦a/c:1⟧\n)\n",
    "a/b:1",
    "?",
    "a/c:1",
  ],
  [
    'call docker run ⟦a/b:1⟧ || goto :no\nstart "" docker run ⟦a/c:1⟧ & docker pull ⟦a/d:1⟧\n',
    "a/b:1",
    "a/c:1",
    "a/d:1",
  ],
  ['start cmd /k "docker run ⟦a/b:1⟧"\ncmd /c docker run ⟦a/c:1⟧\n', "a/b:1", "a/c:1"],
  ['docker run -v "C:\\x\\:/x" -e A=$B`C\' ⟦a/b:1⟧', "a/b:1"],
  [
    "call :one a/b:1\ngoto :eof\n:one\n:again\ndocker pull ⟦%1⟧\nif errorlevel 1 goto again\nexit /b\nrem no function\n:two\ndocker pull ⟦%1⟧\n",
    "a/b:1",
    "?",
  ],
  [`${many.repeat(150)}docker run ⟦a/b:1⟧\r\n`, "a/b:1"],
];

describe("scripts of the command prompt", () => readsScripts("x.bat", scripts));
