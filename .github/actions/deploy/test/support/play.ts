import { type Called, type Scripted, scriptedDagger } from "./dagger.js";
import { type Run, type RunOptions, runAction } from "./runner.js";

/** Runs the action's step with a `dagger` that follows a script. `called.args` is empty when it was not called. */
export async function play(
  inputs: Record<string, string>,
  script: Scripted,
  options: Partial<RunOptions> = {},
): Promise<Run & { called: Called; reported: Called }> {
  const dagger = await scriptedDagger(script);
  try {
    const run = await runAction(inputs, { path: dagger.path, ...options });
    return { ...run, called: await dagger.called(), reported: await dagger.reported() };
  } finally {
    await dagger.remove();
  }
}

/** Returns the words of the call after the module's own flags: the function and its arguments. */
export function functionCall({ called: { args } }: { called: Called }): string[] {
  return args.slice(args.findIndex((word, index) => index > 0 && !word.startsWith("--")));
}
