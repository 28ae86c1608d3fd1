import type { Aws } from "../aws/clients.js";
import type { Clock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { exchange, MiB } from "../http/exchange.js";
import { eventBridgeAttempt, snsAttempt } from "./aws-destinations.js";
import type { Attempt, Channel } from "./deliver.js";
import type { Notification, NotifyEntry, NotifyEvent } from "./notification.js";
import { slackBody } from "./slack.js";
import { teamsBody } from "./teams.js";
import { parseSigningKey, signedHeaders } from "./webhook.js";

const allEvents: readonly NotifyEvent[] = ["start", "paused", "success", "failure"];

/** Returns the names of the secrets that the destinations need. */
export function secretsOf(entries: readonly NotifyEntry[]): string[] {
  return [
    ...new Set(
      entries.flatMap((entry) => [
        ...("urlSecret" in entry ? [entry.urlSecret] : []),
        ...("signingSecret" in entry ? [entry.signingSecret] : []),
      ]),
    ),
  ];
}

/**
 * Makes the channels of a target's destinations, and checks the values of their secrets.
 * @param secrets Values by name.
 * @throws InputError that names the secret and never its value.
 */
export function channelsOf(
  entries: readonly NotifyEntry[],
  secrets: ReadonlyMap<string, string>,
  aws: Pick<Aws, "lazy">,
  clock: Clock,
): Channel[] {
  return entries.map((entry, index) => {
    const place = `notify.${index} (${entry.type})`;
    const on = entry.on ?? allEvents;
    switch (entry.type) {
      case "sns":
        return { label: `sns ${entry.topicArn.split(":").at(-1)}`, on, attempt: snsAttempt(entry.topicArn, aws) };
      case "eventbridge":
        return { label: `eventbridge ${entry.bus.split("/").at(-1)}`, on, attempt: eventBridgeAttempt(entry.bus, aws) };
      default: {
        const url = parseUrl(place, entry, secrets);
        const label = `${entry.type} ${entry.urlSecret}`;
        return {
          label,
          on,
          attempt: httpAttempt(url, requestOf(place, entry, secrets, clock), clock, [...secrets.values()]),
        };
      }
    }
  });
}

type HttpEntry = Extract<NotifyEntry, { urlSecret: string }>;
type MakeRequest = (notification: Notification) => { body: string; headers: Record<string, string> };

function requestOf(place: string, entry: HttpEntry, secrets: ReadonlyMap<string, string>, clock: Clock): MakeRequest {
  const json = { "content-type": "application/json; charset=utf-8", "user-agent": "slipway" };
  if (entry.type === "slack") return (it) => ({ body: JSON.stringify(slackBody(it)), headers: json });
  if (entry.type === "teams") return (it) => ({ body: JSON.stringify(teamsBody(it)), headers: json });
  const key = parseSigningKey(secretValue(place, entry.signingSecret, secrets));
  if (!key) {
    throw new InputError(
      "bad-signing-secret",
      `The secret ${entry.signingSecret} of ${place} is no signing key; its value is not shown. Nothing was changed. Accepted: whsec_ and 24 to 64 bytes in Base64, as in: echo "whsec_$(openssl rand -base64 32)".`,
    );
  }
  return (it) => {
    const body = JSON.stringify(it);
    return { body, headers: { ...json, ...signedHeaders(key, it.data.id, body, clock.now()) } };
  };
}

function secretValue(place: string, name: string, secrets: ReadonlyMap<string, string>): string {
  const value = secrets.get(name);
  if (value !== undefined && value !== "") return value;
  throw new InputError(
    "empty-notify-secret",
    `The secret ${name} of ${place} is empty. Nothing was changed. Set what --notify-secret names, or remove the destination from the target.`,
  );
}

const loopback = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

function parseUrl(place: string, entry: HttpEntry, secrets: ReadonlyMap<string, string>): URL {
  const text = secretValue(place, entry.urlSecret, secrets);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && loopback.test(url.hostname));
  if (!url || !isSafe || url.username || url.password) {
    throw new InputError(
      "bad-notify-url",
      `The secret ${entry.urlSecret} of ${place} is no URL to send to; its value is not shown. Nothing was changed. Accepted: an https URL without a user name and password.`,
    );
  }
  // https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
  if (entry.type === "teams" && /(?:^|\.)(?:webhook\.office|outlook\.office)\.com$/.test(url.hostname)) {
    throw new InputError(
      "retired-connector",
      `The secret ${entry.urlSecret} of ${place} is the URL of a Microsoft 365 connector (${url.hostname}), which Microsoft has retired. Nothing was changed. Accepted: the URL of a workflow from the template "Post to a channel when a webhook request is received".`,
    );
  }
  return url;
}

/** Bytes of an answer that are read; only its first words are shown. */
const mostBytes = MiB / 16;

function httpAttempt(url: URL, request: MakeRequest, clock: Clock, secrets: readonly string[]): Attempt {
  return async (notification, limit, signal) => {
    try {
      const answer = await exchange({
        origin: new URL(url.origin),
        path: `${url.pathname}${url.search}`,
        method: "POST",
        ...request(notification),
        ...{ limit, mostBytes, signal, direct: loopback.test(url.hostname) },
      });
      const { status, headers, body } = answer;
      if (status >= 200 && status < 300) return undefined;
      const text = redacted(neutral(Buffer.from(body).toString("utf8").slice(0, 400), 120), secrets);
      const retryAfter = parseRetryAfter(headers["retry-after"], clock);
      return {
        reason: `HTTP ${status}${text === "" ? "" : ` (${text})`}`,
        isPassing: status === 408 || status === 425 || status === 429 || status >= 500,
        ...(retryAfter !== undefined && { retryAfter }),
      };
    } catch (error) {
      if (signal.aborted) return { reason: "no complete answer in time", isPassing: false };
      return { reason: redacted(neutral((error as Error).message, 200), secrets), isPassing: true };
    }
  };
}

/** Characters of the shortest part of a secret that is replaced: shorter ones are words, such as `services`. */
const shortestPart = 6;

/** Replaces each secret, and the parts of one that is a URL: a receiver may return the path that it does not know. */
function redacted(text: string, secrets: readonly string[]): string {
  const parts = secrets.flatMap((secret) => [secret, ...(URL.canParse(secret) ? partsOf(new URL(secret)) : [])]);
  const known = parts.filter((part) => part.length >= shortestPart).sort((a, b) => b.length - a.length);
  return known.reduce((rest, part) => rest.replaceAll(part, "***"), text);
}

function partsOf({ pathname, search, searchParams }: URL): string[] {
  return [`${pathname}${search}`, pathname, ...pathname.split("/"), ...searchParams.values()];
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function parseRetryAfter(value: string | undefined, clock: Clock): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
