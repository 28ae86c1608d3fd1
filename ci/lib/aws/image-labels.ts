import { registryAt } from "../common/aws-names.js";
import { REFUSED, SlipwayError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import type { Login, Repository } from "./ecr.js";
import { RegistryReadError, readRegistryJson } from "./registry-json.js";

/**
 * Reads the labels of an image in a registry. They are read from its configuration, which keeps them through every copy by any
 * tool, as annotations on a manifest don't.
 * @param endpoint The base URL of a local AWS; absent for the registry that the repository's address names.
 * @returns None for an index of several images.
 * @throws SlipwayError with exit code 2 that names the request and the host.
 */
export async function readImageLabels(
  repository: Repository,
  digest: string,
  login: Login,
  endpoint?: string,
): Promise<Record<string, string>> {
  const base = registryOf(repository, endpoint);
  try {
    return await labelsAt(`${base}/v2/${repository.name}`, digest, { login, direct: endpoint !== undefined });
  } catch (cause) {
    if (cause instanceof RegistryReadError) throw unreadable(repository, digest, cause);
    throw cause;
  }
}

async function labelsAt(
  repository: string,
  digest: string,
  how: { login: Login; direct: boolean },
): Promise<Record<string, string>> {
  const read = async <T>(kind: "manifests" | "blobs", id: unknown) => {
    const url = new URL(`${repository}/${kind}/${id}`);
    // It becomes part of a path that the login is sent to.
    if (typeof id === "string" && /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(id))
      return await readRegistryJson<T>(url, how);
    const shown = JSON.stringify(id)?.slice(0, 100);
    throw new RegistryReadError(
      `The manifest ${digest} names a configuration by ${shown}, which is no digest`,
      url.host,
    );
  };
  const { config } = await read<Manifest>("manifests", digest);
  if (!config) return {};
  const image = await read<ImageConfig>("blobs", config.digest);
  const labels = Object.entries(image.config?.Labels ?? {});
  return Object.fromEntries(labels.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** The registry's base URL. ECR's answer names it, and a login is sent there: so it must be a registry of AWS. */
function registryOf({ uri, name }: Repository, endpoint: string | undefined): string {
  if (endpoint !== undefined) return endpoint;
  const host = uri.slice(0, -`/${name}`.length);
  if (registryAt(host)) return `https://${host}`;
  throw new SlipwayError(
    "foreign-registry",
    REFUSED,
    `ECR names ${JSON.stringify(host.slice(0, 200))} as the registry of repository "${name}". Accepted: a private registry of Amazon ECR, such as 123456789012.dkr.ecr.us-west-2.amazonaws.com. The login was not sent there, and the service was not changed. Check what answers for ECR's API on this network.`,
  );
}

function unreadable({ name }: Repository, digest: string, cause: RegistryReadError): SlipwayError {
  const { code, next } = stepAfter(cause);
  const end = /[.!?]$/.test(cause.message) ? "" : ".";
  return new SlipwayError(
    code,
    REFUSED,
    `Cannot read the labels of ${name}@${digest} from ${cause.host}: ${neutral(cause.message)}${end} The service was not changed. ${next}`,
    { cause },
  );
}

function stepAfter({ status, host }: RegistryReadError): { code: string; next: string } {
  if (status === undefined) {
    return {
      code: "registry-unreachable",
      next: `Check the network, the proxy (HTTPS_PROXY, NO_PROXY) and the VPC endpoints (ecr.dkr, and s3 for the configuration) on the way to ${host}, and run the same command again.`,
    };
  }
  if (status === 401 || status === 403) {
    return {
      code: "registry-denied",
      next: "Allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository, and run the same command again.",
    };
  }
  if (status === 404)
    return { code: "registry-failed", next: "The image is incomplete: publish it under a new version." };
  if (status === 429 || status >= 500)
    return { code: "registry-failed", next: "Run the same command again in some minutes." };
  return { code: "registry-failed", next: `Check what answers at ${host}: it may be a proxy, and not the registry.` };
}

interface Manifest {
  config?: { digest?: unknown };
}

interface ImageConfig {
  config?: { Labels?: Record<string, unknown> | null };
}
