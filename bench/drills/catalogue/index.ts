import type { Drill } from "../drill.js";
import { wire } from "./api-calls.js";
import { control } from "./control-plane.js";
import { health } from "./health.js";
import { image } from "./image.js";
import { service } from "./serving.js";
import { start } from "./task-start.js";

const catalogue = { image, start, health, service, control, wire } satisfies Record<string, Drill[]>;

export type Group = keyof typeof catalogue;

export const drills: readonly (Drill & { group: Group })[] = Object.entries(catalogue).flatMap(([group, each]) =>
  each.map((drill) => ({ ...drill, group: group as Group })),
);
