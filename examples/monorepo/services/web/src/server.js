import { createServer } from "node:http";
import { page } from "./page.js";

const { PORT = "3000", VERSION } = process.env;
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html" });
  response.end(page(VERSION));
});
server.listen(Number(PORT), () => console.log(`Listening on port ${PORT}`));

// ECS sends SIGTERM before it stops a task. close() stops listening and lets open requests end.
process.once("SIGTERM", () => server.close());
