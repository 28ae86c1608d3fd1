import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
  ...readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" }).map((name) => `examples/${name}`),
  "infra/terraform/README.md",
].filter((path) => path.endsWith(".md") && !path.includes("node_modules"));

/** Headings become anchors as on GitHub: lower case, without punctuation, with hyphens for spaces. */
function anchorsOf(page: string): Set<string> {
  const headings = withoutFences(page).match(/^#+ .*$/gm) ?? [];
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

const withoutFences = (page: string) => page.replace(/^```[\s\S]*?^```$/gm, "");

for (const path of pages) {
  test(`${path}: every link inside the repository leads to a file and a heading that exist`, () => {
    for (const [, target = ""] of withoutFences(read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const at = file === "" ? path : relative(root, join(root, dirname(path), file));
      assert.ok(existsSync(join(root, at)), `${target}: there is no ${at}`);
      if (anchor === undefined) continue;
      assert.ok(statSync(join(root, at)).isFile(), `${target}: ${at} is no page`);
      assert.ok(anchorsOf(read(at)).has(anchor), `${target}: ${at} has no heading of that name`);
    }
  });
}

/** Flags of the command line itself, and of what a function's result offers. */
const global = ["help", "output", "json", "progress", "silent", "mod", "o", "m", "s", "q", "v"];
const ofResult: Record<string, string[]> = { serve: ["ports"], build: ["path"], init: ["path"] };

interface Functions {
  /** Flags by function; those of the module stand under the empty name. */
  flags: ReadonlyMap<string, ReadonlySet<string>>;
}

function readFunctions(): Functions {
  const file = ts.createSourceFile("index.ts", read("ci/src/index.ts"), ts.ScriptTarget.ES2022, true);
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flags = new Map<string, Set<string>>();
  for (const node of file.statements.filter(ts.isClassDeclaration).flatMap((one) => [...one.members])) {
    if (!ts.isMethodDeclaration(node) && !ts.isConstructorDeclaration(node)) continue;
    if (ts.isMethodDeclaration(node) && !/@func\(/.test(node.getText())) continue;
    const names = node.parameters.map((one) => kebab(one.name.getText())).filter((name) => name !== "workspace");
    flags.set(ts.isMethodDeclaration(node) ? kebab(node.name.getText()) : "", new Set(names));
  }
  return { flags };
}

/** The calls of a page: in fences by line, with continued lines joined, and in inline code. */
function callsIn(page: string): string[] {
  const joined = page.replace(/\\\n\s*/g, " ");
  const inline = [...joined.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  const fenced = [...joined.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, code = ""]) => code.split("\n"));
  return [...inline, ...fenced].flatMap((line) => {
    const [, substitution, call] = /(\$\()?(?:\bdagger (?:-m \S+ )?call|\bnpm run call --)\s+(.*)$/.exec(line) ?? [];
    return call === undefined ? [] : [call.replace(substitution === undefined ? /\s#.*$/ : /\).*$/, "")];
  });
}

const words = (call: string) => call.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];

/** Describes what is wrong with a call; returns undefined when nothing is. */
function mistakeIn(call: string, { flags }: Functions): string | undefined {
  const given = words(call).filter((word) => word !== "slipway");
  let name = "";
  for (const [index, word] of given.entries()) {
    const [, flag] = /^--?([\w-]+)/.exec(word) ?? [];
    if (flag !== undefined) {
      const known = [...global, ...(ofResult[name] ?? []), ...(flags.get(name) ?? [])];
      if (!known.includes(flag)) return `${name || "the module"} has no flag --${flag}`;
    } else if (name === "" && !/^--?[\w-]+$/.test(given[index - 1] ?? "")) {
      if (/^(?:[A-Z]+|…|\.\.\.)$/.test(word)) return undefined;
      if (!flags.has(word)) return `there is no function ${word}`;
      name = word;
    }
  }
  return undefined;
}

const functions = readFunctions();

test("a call of a function or a flag that does not exist is noticed", () => {
  const mistakes = ["deploy --versoin v1", "deplo --version v1", "--version v1 deploy", "--target a plan --url b"];
  for (const call of mistakes) assert.notEqual(mistakeIn(call, functions), undefined, call);
  for (const call of ['--credentials "cmd://a b" deploy --version v1', "FUNCTION --help", "serve up --ports 1:2"])
    assert.equal(mistakeIn(call, functions), undefined, call);
});

for (const path of pages) {
  test(`${path}: every call names a function and flags that exist`, () => {
    for (const call of callsIn(read(path))) assert.equal(mistakeIn(call, functions), undefined, call);
  });
}

test("the pages for a user's own service have calls to check", () => {
  for (const name of ["quickstart", "existing-service", "coming-from-ecspresso", "coming-from-copilot"])
    assert.ok(callsIn(read(`docs/${name}.md`)).length > 0, name);
});
