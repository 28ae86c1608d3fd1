import type { Drill } from "../drill.js";
import { wire } from "./api-calls.js";
import { control } from "./control-plane.js";
import { health } from "./health.js";
import { image } from "./image.js";
import { service } from "./serving.js";
import { shiftsThatFail } from "./strategies/fail.js";
import { failedRollbacks } from "./strategies/failed-rollback.js";
import { foreignRules } from "./strategies/foreign-rules.js";
import { shiftsWithFunctions } from "./strategies/functions.js";
import { gatedShifts } from "./strategies/gates.js";
import { shiftsThatGoWell } from "./strategies/go-well.js";
import { interruptedShifts } from "./strategies/interrupted.js";
import { quotas } from "./strategies/quotas.js";
import { servedByShifts } from "./strategies/served.js";
import { start } from "./task-start.js";

const shift = [
  ...shiftsThatGoWell,
  ...shiftsThatFail,
  ...failedRollbacks,
  ...interruptedShifts,
  ...foreignRules,
  ...quotas,
  ...servedByShifts,
  ...shiftsWithFunctions,
  ...gatedShifts,
];
const catalogue = { image, start, health, service, control, wire, shift } satisfies Record<string, Drill[]>;

export type Group = keyof typeof catalogue;

export const drills: readonly (Drill & { group: Group })[] = Object.entries(catalogue).flatMap(([group, each]) =>
  each.map((drill) => ({ ...drill, group: group as Group })),
);
