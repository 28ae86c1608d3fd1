import { regionPattern } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { parseTarget, type TargetFile } from "../config/target.js";

/** The arguments that name the service. */
export interface Arguments {
  cluster: string;
  /** The service's name; `service` is the local AWS elsewhere. */
  serviceName: string;
  region: string | undefined;
  role: string | undefined;
}

/**
 * Makes a target of the arguments. The region is that of the credentials where they name one.
 * @param keys The credentials as the user passed them.
 * @throws InputError
 */
export function wantedTarget({ cluster, serviceName, region: given, role }: Arguments, keys: string): TargetFile {
  const region = given ?? regionIn(keys);
  if (region === undefined)
    throw new InputError(
      "no-region",
      "The region of the service is not known: the credentials name none. Pass it, as in --region us-west-2. `aws configure get region` prints the one of your profile.",
    );
  const file = { region, cluster, service: serviceName, ...(role !== undefined && { role }) };
  return parseTarget(JSON.stringify(file), "The target of --region, --cluster, --service and --role");
}

/** A region beside keys: `AWS_REGION=…` of a shell, or `region = …` of a profile. Credentials in JSON have none. */
function regionIn(keys: string): string | undefined {
  const found =
    /^\W*(?:export\s+|set\s+)?["']?(?:env:)?(?:aws_region|aws_default_region|region)["']?\s*=\s*["']?([a-z0-9-]+)/im;
  const region = found.exec(keys)?.[1];
  return region !== undefined && regionPattern.test(region) ? region : undefined;
}

/** @throws InputError for a name that is no file name, or not one of a GitHub environment. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(name)) return;
  throw new InputError(
    "bad-name",
    `The target's name ${JSON.stringify(name.slice(0, 100))} can't be written. Accepted: letters, digits, ".", "_" and "-", as in --target staging before the function's name.`,
  );
}
