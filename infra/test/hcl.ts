import { readdirSync, readFileSync } from "node:fs";
import { parse } from "@cdktf/hcl2json";

const directory = new URL("../terraform/", import.meta.url);

/** The configuration's files by name, as they are written. */
export const files = new Map(
  readdirSync(directory)
    .filter((name) => name.endsWith(".tf"))
    .map((name) => [name, readFileSync(new URL(name, directory), "utf8")]),
);

/** A block's attributes and its inner blocks, those as arrays. Expressions are text, as in `${var.image}`. */
export type Block = Record<string, unknown>;
type Labelled = Record<string, Block[]>;

interface Configuration {
  terraform: Block[];
  provider: Labelled;
  variable: Labelled;
  output: Labelled;
  locals: Block;
  resource: Record<string, Labelled>;
  data: Record<string, Labelled>;
}

/** All files as the one configuration that Terraform makes of them. */
export async function readConfiguration(): Promise<Configuration> {
  const parts = await Promise.all([...files].map(([name, text]) => parse(name, text)));
  return parts.reduce(
    (whole, { locals = [], ...part }) => merge(whole, { ...part, locals: Object.assign({}, ...locals) }),
    {},
  ) as unknown as Configuration;
}

/** The one block of a kind and a name. */
export function only(blocks: Block[] | undefined): Block {
  const [block, ...others] = blocks ?? [];
  if (!block || others.length > 0) throw new Error(`one block, not ${blocks?.length ?? 0}`);
  return block;
}

function merge(a: Block, b: Block): Block {
  const both = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = both[key];
    if (isObject(before) && isObject(value)) both[key] = merge(before, value);
    else if (before === undefined) both[key] = value;
    else throw new Error(`${key} is stated twice`);
  }
  return both;
}

function isObject(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
