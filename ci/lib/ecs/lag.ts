/** Maximum time that a change takes to show in ECS's read operations, in milliseconds: reads are eventually consistent. */
export const lagWindow = 20_000;
