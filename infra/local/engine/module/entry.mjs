// The process of a module. It hands over to the SDK's own entry point, as the file does that the engine generates.
const [entrypoint, ...files] = process.argv.slice(2);
const sdk = await import(entrypoint);
await sdk.entrypoint(files);
