import { fileURLToPath } from "node:url";
import { notifySecretsOf } from "./secrets.mjs";

/** Invalid input: no call is made. The step ends with exit code 2, like Slipway's bad input. */
export class InputMistake extends Error {}

const modes = ["deploy", "plan", "publish"];

/** The module as this action is pinned: the runner has the whole repository at the action's commit. */
const ownModule = fileURLToPath(new URL("../../..", import.meta.url));

/** Flags that the action sets, and those of the dagger CLI itself. */
const taken =
  /^--(version|from|published|plan|as-json|credentials|target|targets|notify-secret|mod|output|json|progress|silent|interactive.*|cloud|help)$/;

/**
 * Returns the words after `dagger call` for the action's inputs. Each value is joined to its flag by `=`, so that none is read as
 * another flag.
 *
 * @param {Record<string, string | undefined>} env The step's environment with its `INPUT_…` variables.
 * @param {string} [credentials] Name of the variable with AWS credentials.
 * @returns {{ mode: string, args: string[] }}
 * @throws {InputMistake} An input that is not accepted.
 */
export function callOf(env, credentials) {
  const [target, version, image, plan, module, mode] = ["TARGET", "VERSION", "IMAGE", "PLAN", "MODULE", "MODE"].map(
    (name) => read(env, name),
  );
  if (!mode || !modes.includes(mode)) {
    throw new InputMistake(`The input mode ${JSON.stringify(mode)} is unknown. Accepted: ${modes.join(", ")}.`);
  }
  if (mode === "publish" && image) {
    throw new InputMistake(`The input image ${image} exists already: mode publish takes a version.`);
  }
  const place = [flag("target", target), credentials ? flag("credentials", `env://${credentials}`) : undefined];
  // A plan and a publication send nothing.
  const notify = mode === "deploy" ? notifySecretsOf(env).map(notifyFlag) : [];
  const release = [flag("version", version), flag("from", image)];
  const words = [
    ...["--progress=plain", `--mod=${module || ownModule}`],
    ...place,
    ...notify,
    mode,
    ...release,
    ...planFlags(mode, plan, image),
    ...more(env.INPUT_ARGUMENTS ?? ""),
    ...(mode === "publish" ? [] : ["--as-json"]),
  ];
  return { mode, args: words.filter((word) => word !== undefined) };
}

/**
 * Returns the words after `dagger call` that rebuild the report of a deploy.
 *
 * @param {Record<string, string | undefined>} env The step's environment with its `INPUT_…` variables.
 * @param {{ credentials: string | undefined, result: string, directory: string }} files
 * @returns {string[]}
 */
export function reportCallOf(env, { credentials, result, directory }) {
  const words = [
    ...["--progress=plain", `--mod=${read(env, "MODULE") || ownModule}`],
    ...[flag("target", read(env, "TARGET")), credentials ? flag("credentials", `env://${credentials}`) : undefined],
    ...["report", `--result=${result}`, `--output=${directory}`],
  ];
  return words.filter((word) => word !== undefined);
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} name
 */
function read(env, name) {
  const value = (env[`INPUT_${name}`] ?? "").trim();
  if (/\p{Cc}/u.test(value)) {
    throw new InputMistake(`The input ${name.toLowerCase()} has a line break or another control character.`);
  }
  return value;
}

/**
 * A plan is made of an image that is published: the deploy of that plan uses it as it is.
 *
 * @param {string} mode
 * @param {string | undefined} plan
 * @param {string | undefined} image
 */
function planFlags(mode, plan, image) {
  if (!plan) return [];
  if (mode !== "deploy") throw new InputMistake(`The input plan is the hash to deploy: mode ${mode} takes none.`);
  if (!/^[0-9a-f]{16}$/.test(plan)) {
    throw new InputMistake(
      `The input plan ${JSON.stringify(plan)} is no hash. Accepted: the output plan-hash of mode plan.`,
    );
  }
  return [...(image ? [] : ["--published"]), flag("plan", plan)];
}

/** @param {string} name */
function notifyFlag(name) {
  if (/^[A-Za-z_]\w*$/.test(name)) return `--notify-secret=env://${name}`;
  // The text may be the secret itself, given in the wrong place.
  throw new InputMistake(
    `The input notify-secrets has a text of ${name.length} characters that is no variable's name; it is not shown. Accepted: names such as SLACK_URL.`,
  );
}

/** @param {string} lines */
function more(lines) {
  const words = lines.split(/\r?\n/).map((line) => line.trim());
  return words
    .filter((word) => word !== "")
    .map((word) => {
      // The CLI takes a flag as the argument is written in the source too: --asJson.
      const name = word.split("=", 1)[0]?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) ?? "";
      if (/^--[a-z][a-z-]*$/.test(name) && !taken.test(name)) return word;
      throw new InputMistake(
        `The input arguments has ${JSON.stringify(word)}. Accepted: one argument of the function a line, as --timeout-minutes=20, ` +
          "but none that an input of the action or the dagger CLI sets.",
      );
    });
}

/**
 * @param {string} name
 * @param {string | undefined} value
 */
function flag(name, value) {
  return value ? `--${name}=${value}` : undefined;
}
