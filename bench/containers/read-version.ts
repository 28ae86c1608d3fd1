import { get } from "node:http";

/** Requests the version once from the public URL. Returns the version, or a status such as `HTTP 503`. */
export function readVersion(url: string, host: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get(`${url}/version`, { headers: { host }, agent: false, timeout: 5_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", () => resolve("no answer"));
      response.on("end", () =>
        resolve(
          response.statusCode === 200
            ? (JSON.parse(body) as { version: string }).version
            : `HTTP ${response.statusCode}`,
        ),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", () => resolve("no answer"));
  });
}
