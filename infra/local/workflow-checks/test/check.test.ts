import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkProject } from "../check.js";
import { collectProjects, workflowsOf } from "../projects.js";
import { installTools, type Tools } from "../tools.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
let tools: Tools;
let scratch: string;
before(async () => {
  tools = await installTools();
  scratch = mkdtempSync(join(tmpdir(), "slipway-workflow-checks-"));
});
after(() => rmSync(scratch, { recursive: true }));

/** Findings on a repository with these files. */
function findings(files: Record<string, string>): string {
  const repository = mkdtempSync(join(scratch, "repository-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  const projects = collectProjects(repository, mkdtempSync(join(scratch, "projects-")));
  return projects.flatMap((project) => checkProject(tools, project)).join("\n");
}

const workflow = (step: string) =>
  `name: One\non:\n  workflow_dispatch:\n    inputs:\n      text:\n        type: string\npermissions: {}\n` +
  `concurrency: { group: one, cancel-in-progress: false }\njobs:\n  one:\n    name: One\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`;
const action =
  "name: Greet\ndescription: Greets\ninputs:\n  who:\n    description: Whom\n    required: true\nruns:\n  using: composite\n" +
  '  steps:\n    - run: echo "$WHO"\n      shell: bash\n      env:\n        WHO: $' +
  "{{ inputs.who }}\n";

test("every workflow of the repository, its examples and its pages passes", () => {
  const projects = collectProjects(root, mkdtempSync(join(scratch, "projects-")));
  assert.ok(projects.some(({ name }) => name === "."));
  assert.deepEqual(
    projects.flatMap((project) => checkProject(tools, project)),
    [],
  );
});

test("a good workflow has no findings", () => {
  assert.equal(findings({ ".github/workflows/one.yaml": workflow('run: echo "$TEXT"') }), "");
});

test("a template in a script, an action without a SHA and an unknown context are findings", () => {
  const injected = workflow(`run: echo "$${"{{ inputs.text }}"}"`);
  assert.match(findings({ ".github/workflows/one.yaml": injected }), /template-injection/);
  assert.match(findings({ ".github/workflows/one.yaml": workflow("uses: actions/checkout@v7") }), /unpinned-uses/);
  const unknown = workflow(`run: exit 0\n        if: steps.none.outputs.x == '1'`);
  assert.match(findings({ ".github/workflows/one.yaml": unknown }), /"none" is not defined/);
});

test("inputs of an action of the same repository are checked", () => {
  const files = (step: string) => ({
    ".github/actions/greet/action.yml": action,
    ".github/workflows/one.yaml": workflow(step),
  });
  assert.match(findings(files("uses: $/.github/actions/greet")), /missing input "who"/);
  assert.match(
    findings(files("uses: $/.github/actions/greet\n        with: { who: me, what: this }")),
    /input "what" is not defined/,
  );
  assert.equal(findings(files("uses: $/.github/actions/greet\n        with: { who: me }")), "");
});

test("examples and the blocks of pages are checked too", () => {
  const bad = workflow("uses: actions/checkout@v7");
  assert.match(findings({ "examples/x/.github/workflows/one.yaml": bad }), /^examples\/x\n/);
  assert.match(findings({ "docs/ci.md": `# CI\n\n\`\`\`yaml\n${bad}\`\`\`\n` }), /^docs\/ci\.md\n/);
});

test("blocks that are no workflow of GitHub are left alone", () => {
  assert.deepEqual(workflowsOf("```yaml\ndeploy:\n  script: x\n```\n"), []);
});

test("the programs are installed in one version each, with a hash for every file", () => {
  const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
  for (const name of ["zizmor.txt", "go.txt"]) {
    assert.match(read(name), /^[\w-]+==[\d.]+(?: \\\n {4}--hash=sha256:[0-9a-f]{64})+\n$/, name);
  }
  const [, version] = /rhysd\/actionlint (v[\d.]+)/.exec(read("actionlint/go.mod")) ?? [];
  assert.ok(read("actionlint/go.sum").includes(`github.com/rhysd/actionlint ${version} h1:`));
});
