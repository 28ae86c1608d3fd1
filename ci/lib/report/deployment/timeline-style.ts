import type { TaskPhase, TaskReport } from "../../rollout/reconstruct/deployment-report.js";

/** The phases of a task, in their order. */
export const phaseNames: TaskPhase["name"][] = ["provisioning", "pulling", "starting", "running", "stopping"];

const groups: (TaskReport["group"] | "key")[] = ["new", "old", "restored", "key"];

/** Shapes that tell the phases apart without colour, in a square of 6 pixels. */
const shapes: Record<TaskPhase["name"], string | undefined> = {
  provisioning: "M3,2.5h1v1h-1z",
  pulling: "M-1,1l2,-2M0,6l6,-6M5,7l2,-2",
  starting: "M-1,1l2,-2M0,6l6,-6M5,7l2,-2M-1,5l2,2M0,0l6,6M5,-1l2,2",
  running: undefined,
  stopping: "M0,1.5h6M0,4.5h6",
};

interface Pattern {
  id: string;
  background: string;
  shape?: Record<string, string | number>;
}

/** Fills of the bars: the colour is the task's group, the shape its phase. */
export const patterns: Pattern[] = groups.flatMap((group) =>
  phaseNames.map((name) => {
    const shape = shapes[name];
    const colour = `var(--${group})`;
    const background = shape === undefined ? colour : "var(--page)";
    return {
      id: `${group}-${name}`,
      background,
      ...(shape !== undefined && { shape: { d: shape, stroke: colour, "stroke-width": 1.3, fill: "none" } }),
    };
  }),
);

/** Colours in both schemes, for the page and for the timeline alone. The contrast to the page is at least 4.5 to 1. */
export const colours = `
:root { color-scheme: light dark; --page: #ffffff; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --new: #0969da; --old: #59636e; --restored: #1a7f37; --key: #59636e; --bad: #cf222e; --good: #1a7f37; --wait: #9a6700; --box: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #f0f6fc; --faint: #9198a1; --line: #3d444d; --new: #4493f8; --old: #9198a1; --restored: #3fb950; --key: #9198a1; --bad: #f85149; --good: #3fb950; --wait: #d29922; --box: #151b23; } }`;

/** The style of the timeline. */
export const style = `${colours}
svg.slipway { overflow: visible; }
svg { background: var(--page); color: var(--text); font-family: system-ui, sans-serif; }
svg.slipway [aria-label*="grid"] { stroke: var(--line); stroke-opacity: 1; }
`;
