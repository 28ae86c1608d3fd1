import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

/** A repository's workflows and actions, as files. */
export interface Project {
  /** Such as `examples/node`. */
  name: string;
  folder: string;
}

/**
 * Copies all workflows of the repository, of its examples and of the pages in `docs/` into projects of their own below `target`.
 * @param root The repository.
 */
export function collectProjects(root: string, target: string): Project[] {
  const examples = existsSync(join(root, "examples")) ? readdirSync(join(root, "examples")) : [];
  const homes = [".", ...examples.map((name) => join("examples", name))].filter((home) =>
    existsSync(join(root, home, ".github")),
  );
  const projects = homes.map((home) => {
    const folder = join(target, home === "." ? "repository" : home);
    cpSync(join(root, home, ".github"), join(folder, ".github"), { recursive: true });
    return { name: home, folder };
  });
  return [...projects, ...pages(root, target)].map(asRepository);
}

/** A project for each page with workflows in its YAML blocks. */
function pages(root: string, target: string): Project[] {
  const docs = join(root, "docs");
  const files = existsSync(docs) ? readdirSync(docs).filter((name) => name.endsWith(".md")) : [];
  return files.flatMap((file) => {
    const blocks = workflowsOf(readFileSync(join(docs, file), "utf8"));
    if (blocks.length === 0) return [];
    const folder = join(target, "docs", basename(file, ".md"));
    const workflows = join(folder, ".github", "workflows");
    mkdirSync(workflows, { recursive: true });
    for (const [index, text] of blocks.entries()) writeFileSync(join(workflows, `block-${index + 1}.yaml`), text);
    return [{ name: relative(root, join(docs, file)), folder }];
  });
}

/** Returns the YAML blocks of a page that are GitHub workflows: those with `on:` and `jobs:`. */
export function workflowsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? "");
  return blocks.filter((text) => /^on:/m.test(text) && /^jobs:/m.test(text));
}

/** actionlint takes a folder for a repository that has `.git`. */
function asRepository(project: Project): Project {
  mkdirSync(join(project.folder, ".git"), { recursive: true });
  return project;
}
