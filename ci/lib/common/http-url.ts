/**
 * Checks a URL at which the service answers the public.
 * @returns What is accepted in its place, or undefined for a usable URL. Never contains the URL, which can hold a password.
 */
export function urlMistake(text: string): string | undefined {
  if (!isHttp(text)) return "an http or https URL, such as https://app.example.com";
  const { username, password } = new URL(text);
  if (username || password) return "a URL without a user name and password: they would be shown in logs and reports";
  if (/[?#]/.test(text)) return "a URL without a query and a fragment, such as https://app.example.com";
  return undefined;
}

function isHttp(text: string): boolean {
  // URL drops white space at both ends and line breaks anywhere; a request would go elsewhere than the text looks.
  return !/[\s\p{Cc}\p{Cf}]/u.test(text) && /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** The text of a URL for a message, without what may be its user name and password. */
export function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1…@");
}

/**
 * Checks a path that is requested below such a URL.
 * @returns What is accepted in its place, or undefined for a usable path.
 */
export function pathMistake(path: string): string | undefined {
  // A browser's URL parser, which undici uses too, takes "//" and "/\" at the start for another host.
  if (!path.startsWith("/") || /^\/[/\\]/.test(path))
    return "a path below the URL, such as /healthz, and no other host";
  if (/[\s\\#\p{Cc}\p{Cf}]/u.test(path)) return "a path without white space, backslashes and a fragment";
  // Servers decode a path before or after they take it apart.
  const segments = decoded(decoded(path.replace(/\?.*$/s, ""))).split(/[/\\]/);
  return segments.some((one) => one === "." || one === "..")
    ? 'a path without "." and "..": it stays below the URL'
    : undefined;
}

/**
 * Returns the URL of a path below a base URL: `/version` below `https://example.com/api` is `https://example.com/api/version`.
 * @throws Error for a path that leads elsewhere.
 */
export function urlBelow(base: string, path: string): URL {
  const { origin, pathname } = new URL(base);
  const folder = pathname.replace(/\/+$/, "");
  const url = new URL(`${origin}${folder}${path}`);
  if (pathMistake(path) === undefined && url.origin === origin && url.pathname.startsWith(`${folder}/`)) return url;
  throw new Error(`${JSON.stringify(path)} is not a path below ${origin}${folder}`);
}

function decoded(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}
