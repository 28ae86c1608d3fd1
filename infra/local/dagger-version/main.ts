/** `npm run dagger-version -- VERSION`: writes Dagger's version wherever the repository states it, and into npm's lock. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { moveStatements, type Place, placesOf } from "./places.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
process.exitCode = main(process.argv.slice(2));

function main([given, ...more]: string[]): number {
  if (given === undefined) {
    list(placesOf(root));
    return 0;
  }
  const version = /^v?(\d+\.\d+\.\d+(?:-\w+(?:\.\w+)*)?)$/.exec(given)?.[1];
  if (version === undefined || more.length > 0) {
    const received = JSON.stringify([given, ...more].join(" "));
    console.error(
      `${received} is no version of Dagger. Accepted: one version such as 0.21.9, or nothing to list the places.`,
    );
    return 2;
  }
  list(moveStatements(root, version));
  // The lock alone: the next command of this repository installs what it names.
  const args = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false"];
  const { status } = spawnSync("npm", args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) {
    console.error(`\`npm ${args.join(" ")}\` failed; its output is above. Run it again, or undo the change with git.`);
    return 1;
  }
  console.log(
    `\nDagger's version is ${version}. Run \`npm test\`, and on a real engine \`npm run rehearse -- --engine dagger\`; then add it to the engines that were tried in docs/ci.md.`,
  );
  return 0;
}

function list(places: readonly Place[]): void {
  for (const { file, line, version } of places) console.log(`${file}:${line}: ${version}`);
}
