/** CPU units, with the least and the most MiB and their step: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const sizes = [
  [256, 512, 2_048, 512],
  [512, 1_024, 4_096, 1_024],
  [1_024, 2_048, 8_192, 1_024],
  [2_048, 4_096, 16_384, 1_024],
  [4_096, 8_192, 30_720, 1_024],
  [8_192, 16_384, 61_440, 4_096],
  [16_384, 32_768, 122_880, 8_192],
] as const;

/** Returns the smallest size of a Fargate task that has so many CPU units and MiB, or the largest that there is. */
export function fargateSize(cpu: number, memory: number): { cpu: string; memory: string } {
  const [units, least, most, step] = sizes.find(([units, , most]) => units >= cpu && most >= memory) ?? sizes[6];
  const stepped = least + Math.ceil(Math.max(0, memory - least) / step) * step;
  // A quarter of a vCPU has 512, 1024 and 2048 MiB alone.
  const offered = units === 256 && stepped > 1_024 ? 2_048 : stepped;
  return { cpu: String(units), memory: String(Math.min(offered, most)) };
}
