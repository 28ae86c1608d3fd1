const architectures: Record<string, string> = { x64: "amd64", arm64: "arm64" };

/** Returns this machine's platform as image manifests name it, such as `linux/amd64`. */
export function defaultPlatform(arch: string = process.arch): string {
  return `linux/${architectures[arch] ?? arch}`;
}
