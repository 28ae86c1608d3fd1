import type { Json } from "../../../protocol/service.js";
import { clientException } from "../common/ecs-errors.js";

/** MiB by CPU units of Fargate's task sizes: values, or a range with steps. */
const SIZES: Record<number, number[] | { from: number; to: number; step: number }> = {
  256: [512, 1_024, 2_048],
  512: { from: 1_024, to: 4_096, step: 1_024 },
  1024: { from: 2_048, to: 8_192, step: 1_024 },
  2048: { from: 4_096, to: 16_384, step: 1_024 },
  4096: { from: 8_192, to: 30_720, step: 1_024 },
  8192: { from: 16_384, to: 61_440, step: 4_096 },
  16384: { from: 32_768, to: 122_880, step: 8_192 },
};

/** Returns CPU units and MiB of a Fargate task, written as numbers, `.25 vCPU` or `1 GB`. Rejects sizes that Fargate does not have. */
export function taskSize(cpu: Json | undefined, memory: Json | undefined): { cpu: number; memory: number } {
  if (cpu === undefined || cpu === null)
    throw clientException("Fargate requires that 'cpu' be defined at the task level.");
  if (memory === undefined || memory === null)
    throw clientException("Fargate requires that 'memory' be defined at the task level.");
  const size = { cpu: amount(String(cpu), "vcpu"), memory: amount(String(memory), "gb") };
  const allowed = SIZES[size.cpu];
  if (allowed === undefined || !fits(size.memory, allowed)) {
    const given = `${size.cpu || cpu} CPU, ${size.memory || memory} memory`;
    throw clientException(
      `No Fargate configuration exists for given values: ${given}. See the Amazon ECS documentation for the valid values.`,
    );
  }
  return size;
}

/** Limits of a task's CPU units on a container instance: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
const MIN_CPU = 128;
const MAX_CPU = 196_608;

/** Returns CPU units and MiB of a task on container instances, where both are optional. */
export function instanceTaskSize(cpu: Json | undefined, memory: Json | undefined): { cpu?: number; memory?: number } {
  const size: { cpu?: number; memory?: number } = {};
  if (cpu !== undefined && cpu !== null) {
    size.cpu = amount(String(cpu), "vcpu");
    if (!(size.cpu >= MIN_CPU && size.cpu <= MAX_CPU)) {
      throw clientException(`Invalid 'cpu' setting for task: from ${MIN_CPU} to ${MAX_CPU} CPU units are accepted.`);
    }
  }
  if (memory !== undefined && memory !== null) {
    size.memory = amount(String(memory), "gb");
    if (!(size.memory > 0))
      throw clientException("Invalid 'memory' setting for task: MiB, or GB as in '1 GB', are accepted.");
  }
  return size;
}

function fits(memory: number, allowed: number[] | { from: number; to: number; step: number }): boolean {
  if (Array.isArray(allowed)) return allowed.includes(memory);
  return memory >= allowed.from && memory <= allowed.to && (memory - allowed.from) % allowed.step === 0;
}

/** Parses CPU units or MiB; 1,024 of them are one vCPU or one GB. */
function amount(text: string, unit: "vcpu" | "gb"): number {
  if (/^\d+$/.test(text)) return Number(text);
  const [, large, named] = /^(\d*\.?\d+)\s*(vcpu|gb)$/i.exec(text) ?? [];
  return named?.toLowerCase() === unit ? Math.round(Number(large) * 1_024) : Number.NaN;
}
