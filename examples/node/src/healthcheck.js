// Exits with 0 when the service responds: the slim image has no curl.
const { PORT = "3000" } = process.env;
const response = await fetch(`http://127.0.0.1:${PORT}/healthz`);
process.exit(response.ok ? 0 : 1);
