import { readsScripts, type Script } from "../../helpers/windowsScripts.ts";

const many = `if exist x (\r\n  echo it's\r\n) else (\r\n  for %%i in (a b) do echo %%i\r\n)\r\nif errorlevel 1 goto :end\r\nfor /f "tokens=*" %%a in ('docker ps -q') do docker stop %%a\r\n`;

const scripts: readonly Script[] = [
  [
    "@echo off\r\ndocker run --rm ^\r\n  -v %cd%:/x ^\r\n  ⟦a/b:1⟧ sh\r\nrem docker run no:1\r\n:: docker run no:2\r\n",
    "a/b:1",
  ],
  ["set IMAGE=a/b:1\r\n@docker run ⟦%image%⟧ >nul 2>&1\r\n", "a/b:1"],
  ['set "TAG=1.2"\ndocker pull ⟦a/b:%TAG%⟧ 2>nul\ndocker pull "⟦a/c:!TAG!⟧"\n', "a/b:1.2", "a/c:1.2"],
  ['set "V=-v "%CD%:/x""\nset I=a/b:1\ndocker run %V% -w /x ⟦%I%⟧\n', "a/b:1"],
  ["docker pull ⟦%1⟧\ndocker pull ⟦a/b:%~2⟧\ndocker pull ⟦%X:a=b%⟧\n", "?", "?", "?"],
  ["set /p I=docker run no:1\nset /a N=1\ndocker pull ⟦%I%⟧\n", "?"],
  ['if "%1"=="" (set V=1) else (set V=2)\ndocker pull ⟦a/b:%V%⟧\n', "a/b:1", "a/b:2"],
  ['if /i not "%A%"=="x y" docker pull ⟦a/b:1⟧\nif %E% neq 0 docker pull ⟦a/c:1⟧\nif what ever\n', "a/b:1", "a/c:1"],
  ["for %%i in (a/b:1 a/c:1) do docker pull ⟦%%i⟧\n", "a/b:1", "a/c:1"],
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
  [`${many.repeat(150)}docker run ⟦a/b:1⟧\r\n`, "a/b:1"],
];

describe("scripts of the command prompt", () => readsScripts("x.bat", scripts));
