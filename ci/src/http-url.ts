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
