/** The source of a module whose functions end in every way that a function can. */
export const ending = `import { connection, dag, func, object } from "@dagger.io/dagger";
import { getTracer } from "@dagger.io/dagger/telemetry";

const phase = <T>(name: string, work: () => Promise<T>) =>
  getTracer().startActiveSpan(name, work, { "dagger.io/ui.reveal": true });

async function end(message: string, values: Record<string, unknown>): Promise<never> {
  let error = dag.error(message);
  for (const [name, value] of Object.entries(values)) error = error.withValue(name, JSON.stringify(value));
  await dag.currentFunctionCall().returnError(error);
  // Sends the spans that are still held.
  await connection(async () => {});
  process.exit(1);
}

@object()
export class Trial {
  @func({ cache: "never" })
  async report(code: number, stderr: string): Promise<string> {
    console.log("Reading the service.");
    const message = "ROLLED-BACK: v1.2.0 (" + code + ").\\n\\nservice  app in cluster\\n\\nFix: Read the log.";
    await phase("roll out v1.2.0 (app:2)", async () => {
      throw new Error("rolled back");
    }).catch(() => undefined);
    return await end(message, { _type: "EXEC_ERROR", cmd: ["slipway"], exitCode: code, stdout: "", stderr });
  }

  @func({ cache: "never" })
  async untyped(): Promise<string> {
    return await end("It has an exit code and no type.", { exitCode: 5 });
  }

  @func({ cache: "never" })
  async twice(): Promise<string> {
    await dag.currentFunctionCall().returnError(dag.error("first"));
    return await end("second", {});
  }

  @func({ cache: "never" })
  async values(): Promise<string> {
    const error = dag.error("message").withValue("exitCode", "3").withValue("cmd", JSON.stringify(["a"]));
    const values = await error.values();
    const named = await Promise.all(values.map(async (it) => (await it.name()) + "=" + (await it.value())));
    return (await error.message()) + " " + named.join(" ");
  }

  @func({ cache: "never" })
  async phases(): Promise<string> {
    await phase("resolve", async () => {});
    await phase("verify", async () => {
      await phase("ask", async () => {});
    });
    return "done";
  }

  @func({ cache: "never" })
  leave(code: number): string {
    console.log("on the way");
    console.error("ROLLED-BACK: v1.2.0.");
    process.exit(code);
  }

  @func({ cache: "never" })
  fail(): string {
    throw new Error("It can't be done: no wood.");
  }
}
`;
