import type { ServerResponse } from "node:http";

const titles = {
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
};

/** Sends the error page of an Application Load Balancer. */
export function sendErrorPage(response: ServerResponse, status: keyof typeof titles): void {
  const title = titles[status];
  const lines = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ];
  const body = lines.join("\r\n");
  // An attempt to forward a target's response may have set headers.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, title.slice("502 ".length), {
    server: "awselb/2.0",
    "content-type": "text/html",
    "content-length": body.length,
  });
  response.end(body);
}
