import type { Secret } from "@dagger.io/dagger";
import type { Clients } from "../aws/clients.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { secretName } from "../common/secret-name.js";
import type { Target } from "../config/target.js";
import { consoleLinks } from "../ecs/console-links.js";
import type { Channel } from "../notify/deliver.js";
import type { NotificationContext } from "../notify/notification.js";
import type { RolloutListener } from "../rollout/rollout-listener.js";
import type { DestinationOptions } from "./destination.js";

/** A target, and the clients of its account. */
interface Opened {
  aws: Clients;
  target: Target;
}

/**
 * Returns what notifies the destinations of a target; nothing for a target without any.
 * @throws InputError when a secret is missing or can't be used.
 */
export async function openNotifier(
  options: Pick<DestinationOptions, "notifySecrets">,
  opened: Opened,
): Promise<{ listener?: RolloutListener }> {
  if (!opened.target.notify?.length) return {};
  const [{ createNotifier }, { channels, context }] = await Promise.all([
    import("../notify/notifier.js"),
    openChannels(options, opened),
  ]);
  return { listener: createNotifier(channels, context, systemClock) };
}

/**
 * Reads the secrets of a target's destinations.
 * @throws InputError when one is missing or can't be used.
 */
export async function openChannels(
  { notifySecrets = [] }: Pick<DestinationOptions, "notifySecrets">,
  { aws, target }: Opened,
): Promise<{ channels: Channel[]; context: NotificationContext }> {
  const { channelsOf, secretsOf } = await import("../notify/channel.js");
  const { notify = [] } = target;
  const values = await readSecrets(secretsOf(notify), notifySecrets);
  return {
    channels: channelsOf(notify, values, aws, systemClock),
    context: { target, links: consoleLinks(target, aws.endpoint) },
  };
}

/** Reads only the secrets that are needed: another target's may not exist here. */
async function readSecrets(names: readonly string[], given: readonly Secret[]): Promise<Map<string, string>> {
  const named = await Promise.all(
    given.map(async (secret): Promise<[string, Secret]> => [secretName(await secret.uri()), secret]),
  );
  const secrets = new Map(named);
  const missing = names.filter((name) => !secrets.has(name));
  if (missing.length > 0) throw missingSecrets(missing, [...secrets.keys()]);
  const values = names.map(async (name): Promise<[string, string]> => {
    try {
      return [name, ((await secrets.get(name)?.plaintext()) ?? "").trim()];
    } catch (cause) {
      throw new InputError(
        "unreadable-notify-secret",
        `The secret ${name} of the target's notify could not be read: ${neutral((cause as Error).message)} Nothing was built. Check what --notify-secret names: env://NAME, file://PATH or cmd://COMMAND on the machine that calls dagger.`,
        { cause },
      );
    }
  });
  return new Map(await Promise.all(values));
}

function missingSecrets(missing: readonly string[], given: readonly string[]): InputError {
  const flags = missing.map((name) => `--notify-secret env://${name}`).join(" ");
  const passed = given.length === 0 ? "none" : given.map((name) => neutral(name, 100)).join(", ");
  return new InputError(
    "missing-notify-secret",
    `The target's notify names ${missing.join(", ")}, which ${missing.length === 1 ? "was" : "were"} not passed. Nothing was built. Pass before the function's name: ${flags}. Passed: ${passed}.`,
  );
}
