import type { DeploymentReport } from "../../rollout/reconstruct/deployment-report.js";

/** Lengths in pixels. */
export const width = 960;
export const marginLeft = 110;
export const marginRight = 230;

type Plot = typeof import("@observablehq/plot");
/** A node of xmldom, which Plot fills as it would a browser's. */
export type Node = import("@xmldom/xmldom").Element;

/** Parts that all charts of a timeline share. */
export interface Drawing {
  plot: Plot;
  report: DeploymentReport;
  view: View;
  /** Options of every chart. */
  shared: object;
  /** The axis of time. */
  x: object;
}

/** Milliseconds after the end of a deployment in which the stops that it causes begin, and in which a rollback of Slipway starts its tasks. */
const settling = 5_000;
const rollbackTime = 600_000;

/** Interval of the drawing: milliseconds since the deployment's start. */
export interface View {
  length: number;
  /** Position of a time in the drawing, within its limits. */
  at(time: number): number;
}

export function viewOf({ deployment, tasks, at }: DeploymentReport): View {
  const { createdAt, finishedAt = at } = deployment;
  const isRolledBack = deployment.rollback?.by === "Slipway";
  const ends = tasks.flatMap(({ phases }) =>
    phases.flatMap(({ name, from, to = 0 }) => {
      // What a later deployment stops is no part of this one.
      const isPart = from <= finishedAt + settling || (isRolledBack && from <= finishedAt + rollbackTime);
      if (!isPart) return [];
      return name === "stopping" ? [from, to] : [from];
    }),
  );
  const end = Math.max(finishedAt, ...ends);
  const length = Math.max(10_000, 1.04 * (end - createdAt));
  return { length, at: (time) => Math.min(length, Math.max(0, time - createdAt)) };
}

/** Draws a chart. */
export function draw({ plot, shared }: Drawing, options: object): Node {
  return plot.plot({ ...shared, ...options } as Parameters<Plot["plot"]>[0]) as unknown as Node;
}
