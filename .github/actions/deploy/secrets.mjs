/** Variables of a step that hold secrets. */
const names = [
  ...["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ROLE_SECRET_ACCESS_KEY", "ROLE_SESSION_TOKEN"],
  ...["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "DAGGER_CLOUD_TOKEN"],
];

/** The variable that gives Slipway the credentials: neither a command line nor a file holds them. */
export const credentialsVariable = "SLIPWAY_ACTION_CREDENTIALS";

/** Files by which a step gives commands to the runner; the call must not write to them. */
const runnerFiles = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"];

/**
 * Returns the credentials of the role that the action assumed, or else the job's, in the format of
 * `aws configure export-credentials`; nothing where there are none.
 *
 * @param {Record<string, string | undefined>} env
 */
export function credentialsOf(env) {
  const [AccessKeyId, SecretAccessKey, SessionToken] = env.ROLE_ACCESS_KEY_ID
    ? [env.ROLE_ACCESS_KEY_ID, env.ROLE_SECRET_ACCESS_KEY, env.ROLE_SESSION_TOKEN]
    : [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN];
  if (!AccessKeyId || !SecretAccessKey) return undefined;
  return JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, ...(SessionToken && { SessionToken }) });
}

/**
 * Returns the names of the variables with the secrets of notifications.
 *
 * @param {Record<string, string | undefined>} env
 */
export function notifySecretsOf(env) {
  return (env.INPUT_NOTIFY_SECRETS ?? "").split(/[\s,]+/).filter((name) => name !== "");
}

/**
 * Returns the environment of the call.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {Record<string, string | undefined>}
 */
export function environmentOf(env) {
  const hidden = Object.keys(env).filter((name) => runnerFiles.includes(name) || /^(ROLE|INPUT)_/.test(name));
  const rest = Object.entries(env).filter(([name]) => !hidden.includes(name));
  return { ...Object.fromEntries(rest), DAGGER_NO_NAG: "1", [credentialsVariable]: credentialsOf(env) };
}

/**
 * Returns a function that replaces each secret of the environment by `***`.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {(text: string) => string}
 */
export function redaction(env) {
  const values = [...names, ...notifySecretsOf(env)]
    .map((name) => env[name] ?? "")
    .filter((value) => value.length >= 8);
  const written = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  return (text) => written.reduce((rest, value) => rest.replaceAll(value, "***"), text);
}
