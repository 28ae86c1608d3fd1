import { createApp } from "./app.js";

const { PORT = "3000", VERSION } = process.env;
const app = createApp(VERSION);
app.listen(Number(PORT), () => console.log(`Listening on port ${PORT}`));

// ECS sends SIGTERM before it stops a task. close() stops listening and lets open requests end.
process.once("SIGTERM", () => app.close());
