/** Writes the tables of verdicts into the pages, and into the help of `deploy`, from the deployer's own table: npm run verdicts */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Ending, errors, postDeployFailed, verdicts } from "../lib/rollout/verdicts.js";

/** A row of the tables: an ending and its verdict, which an error has not. */
type Row = Ending & { verdict?: string };

const rows: readonly Row[] = [
  ...Object.entries(verdicts).map(([verdict, facts]) => ({ verdict, ...facts })),
  { verdict: "deployed", ...postDeployFailed },
  ...errors,
].sort((a, b) => a.exitCode - b.exitCode);

const named = ({ verdict }: Row) => (verdict === undefined ? "" : `\`${verdict}\``);
const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");

function tableOf(columns: readonly string[], cellsOf: (row: Row) => (string | number)[]): string {
  return [line(columns), `|${"---|".repeat(columns.length)}`, ...rows.map((row) => line(cellsOf(row)))].join("\n");
}

const helpLines = rows
  .filter(({ exitCode }) => exitCode > 0)
  .map(({ exitCode, verdict, meaning }) => {
    const text = `${verdict === undefined ? "" : `${verdict}: `}${meaning}`;
    return `   *   ${String(exitCode).padStart(2)}  ${text}`;
  });

/** Files that have a table, the start and the end of the table in each, and its text. */
const places = [
  {
    file: "README.md",
    part: /\| code \| verdict \| meaning \|\n[\s\S]*?(?=\n\n)/,
    text: tableOf(["code", "verdict", "meaning"], (row) => [row.exitCode, named(row), row.meaning]),
  },
  {
    file: "docs/verdicts.md",
    part: /\| code \| verdict \| meaning \| next step \|\n[\s\S]*?(?=\n\n)/,
    text: tableOf(["code", "verdict", "meaning", "next step"], (row) => [
      row.exitCode,
      named(row),
      `${row.meaning}${row.details ?? ""}`,
      row.next ?? "",
    ]),
  },
  {
    file: "ci/src/index.ts",
    part: /(?<=the exit code is:\n {3}\*\n)[\s\S]*?(?=\n {3}\*\n)/,
    text: helpLines.join("\n"),
  },
];

/** Reads each file that has a table, as it is and as it must be. */
export function readPages(): Promise<{ file: string; is: string; mustBe: string }[]> {
  return Promise.all(
    places.map(async ({ file, part, text }) => {
      const is = await readFile(new URL(`../../${file}`, import.meta.url), "utf8");
      if (!part.test(is)) throw new Error(`${file} has no table of verdicts: its header must match ${part}.`);
      return { file, is, mustBe: is.replace(part, () => text) };
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, mustBe } of await readPages()) await writeFile(new URL(`../../${file}`, import.meta.url), mustBe);
}
