// Registers the TypeScript loader in the process that imports this file, also by `node --import`. Plain Node.
//
// tsx keeps what it has compiled in `$TMPDIR/tsx-UID` and runs what it finds there, whoever owns that directory: on a shared machine
// another user could make it first. Without the cache a process needs 0.1 to 0.2 s more processor time to start.
// https://github.com/privatenumber/tsx/blob/master/src/utils/transform/cache.ts
process.env.TSX_DISABLE_CACHE = "1";
const { register } = await import("tsx/esm/api");
register();
