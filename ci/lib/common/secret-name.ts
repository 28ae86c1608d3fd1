/** The names of secrets that a target can refer to. A signing key in the place of its name is no name. */
export const secretNamePattern = /^(?!whsec_)[A-Za-z0-9_][\w.-]{0,127}$/;

/**
 * Returns the name of a secret by its address on the command line: the name of its variable or file, such as `SLACK_URL` for
 * `env://SLACK_URL`.
 */
export function secretName(address: string): string {
  return address.replace(/^\w+:\/\//, "").replace(/^.*\//, "");
}
