import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../", import.meta.url));
const examples = readdirSync(join(root, "examples"));
const text = (path: string) => readFileSync(join(root, path), "utf8");
const pins = (workflow: string) => new Set(workflow.match(/uses: .*/g));

for (const name of examples) {
  const at = `examples/${name}`;
  const workflow = text(`${at}/.github/workflows/deploy.yaml`);

  test(`examples/${name}: each target has three or four keys, and its Dockerfile has tests, a port and a user`, () => {
    const targets = readdirSync(join(root, at, "infra/targets"));
    assert.ok(targets.length > 0);
    for (const file of targets) {
      const target = JSON.parse(text(`${at}/infra/targets/${file}`)) as { build?: { context: string } };
      assert.ok(Object.keys(target).length <= 4, file);
      const dockerfile = text(join(at, target.build?.context ?? ".", "Dockerfile"));
      for (const line of [/ AS test$/m, /^EXPOSE \d+$/m, /^USER /m]) assert.match(dockerfile, line);
    }
  });

  test(`examples/${name}: the workflow uses the actions and the engine of Slipway's own, and passes no expression to a shell`, () => {
    const own = pins(text(".github/workflows/build-and-deploy.yaml"));
    for (const pin of pins(workflow)) assert.ok(own.has(pin), pin);
    assert.ok(
      workflow.includes(`version: ${(JSON.parse(text("dagger.json")) as { engineVersion: string }).engineVersion}`),
    );
    const { jobs } = parse(workflow) as { jobs: Record<string, { steps: { run?: string }[] }> };
    for (const { run } of Object.values(jobs).flatMap(({ steps }) => steps)) assert.doesNotMatch(run ?? "", /\$\{\{/);
  });

  test(`examples/${name}: its .env names where the credentials come from and holds none, and its README is short`, () => {
    assert.match(text(`${at}/.env`), /^SLIPWAY_CREDENTIALS="cmd:\/\/aws configure export-credentials"$/m);
    assert.ok(text(`${at}/README.md`).split("\n").length <= 14);
  });
}

test("the monorepo has a target for each of its services", () => {
  const services = readdirSync(join(root, "examples/monorepo/services"));
  const targets = readdirSync(join(root, "examples/monorepo/infra/targets"));
  assert.deepEqual(targets.sort(), services.map((service) => `${service}.json`).sort());
});
