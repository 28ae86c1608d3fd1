/** A task's size: CPU units, of which 1024 are one vCPU, and MiB. */
export interface TaskSize {
  cpu: number;
  memory: number;
}

/** The MiB that Fargate takes for each number of CPU units: least, most and step. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const MEMORY: Record<number, { least: number; most: number; step: number }> = {
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16384, step: 1024 },
  4096: { least: 8192, most: 30720, step: 1024 },
  8192: { least: 16384, most: 61440, step: 4096 },
  16384: { least: 32768, most: 122880, step: 8192 },
};
const SMALLEST_MEMORY = [512, 1024, 2048];

/** Describes what is wrong with a size on Fargate, in at most one line that names what is accepted. */
export function sizeMistakes({ cpu, memory }: TaskSize): string[] {
  if (cpu === 256) {
    return SMALLEST_MEMORY.includes(memory)
      ? []
      : [`memory: is ${memory}; accepted with cpu 256: ${SMALLEST_MEMORY.join(", ")}`];
  }
  const sizes = MEMORY[cpu];
  if (!sizes) return [`cpu: is ${cpu}; accepted: 256, ${Object.keys(MEMORY).join(", ")}`];
  const { least, most, step } = sizes;
  if (memory >= least && memory <= most && memory % step === 0) return [];
  return [`memory: is ${memory}; accepted with cpu ${cpu}: ${least} to ${most} in steps of ${step}`];
}
