import type { Target } from "../../target.js";

/** A repository of ECR, as its API names it. */
export interface ImagePlace {
  registryId: string;
  repositoryName: string;
}

/** An image reference of a task definition, in its parts. */
export interface ImageReference {
  /** `[host/]path`, without tag and digest. */
  repository: string;
  tag?: string;
  /** `sha256:…`, which counts more than the tag. */
  digest?: string;
}

/** Splits `[host[:port]/]path[:tag][@digest]`. Pure. */
export function parseImage(image: string): ImageReference {
  const [, repository = image, tag, digest] = /^(.+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The place of the target's own repository. */
export function placeOf({ registry, account, repository }: Target): ImagePlace {
  return { registryId: registry?.account ?? account, repositoryName: repository };
}

/** `ACCOUNT.dkr.ecr.REGION.amazonaws.com` and its FIPS, dual-stack and other partitions' forms. https://docs.aws.amazon.com/general/latest/gr/ecr.html */
const ecrHost = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+$/;

/**
 * Where ECR has an image, as far as the client of the target's registry can read it.
 * @param own Address of the target's repository, or an image in it: what is in the same registry is found there whatever that is called.
 */
export function locate(image: string, own: string, target: Target): ImagePlace | { unknown: string } {
  const [host, path] = splitHost(parseImage(image).repository);
  const [ownHost] = splitHost(parseImage(own).repository);
  const ours = placeOf(target);
  if (host !== undefined && host === ownHost) return { ...ours, repositoryName: path };
  const [, registryId, region] = ecrHost.exec(host ?? "") ?? [];
  if (registryId === undefined || region === undefined) return { unknown: "it is in a registry other than ECR" };
  const reachable = target.registry?.region ?? target.region;
  return region === reachable
    ? { registryId, repositoryName: path }
    : { unknown: `its registry is in ${region}, and only ${reachable} is read` };
}

/** The first part is a host when it has a dot or a port, or is localhost: https://distribution.github.io/distribution/spec/api/ */
function splitHost(repository: string): [host: string | undefined, path: string] {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? [first, rest.join("/")] : [undefined, repository];
}
