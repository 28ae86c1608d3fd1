/**
 * The one program of every image: a web server with its behaviour in environment variables, as `environmentOf` writes them. It is a shell
 * script, so that all images share one layer and start in a tenth of a second.
 */
export const program: Record<string, string> = {
  "bin/app": `#!/bin/sh
trap 'sleep "\${STOP:-0}"; exit 0' TERM
trap 'exit 1' USR1
# play FILE FIRST [SECONDS:WORD …]: each word in the file when its time has come
play() {
  file=$1; echo "$2" > "$file"; shift 2
  (for step in "$@"; do sleep "\${step%%:*}"; echo "\${step#*:}" > "$file"; done) &
}
play /tmp/target $TARGET
play /tmp/health $HEALTH
echo "listening on $LISTEN"
busybox nc -ll -p "$LISTEN" -e /bin/answer &
server=$!
if [ -n "$EXIT_AFTER" ]; then
  sleep "$EXIT_AFTER" & wait $!
  echo "ending with $EXIT"
  case $EXIT in
    memory) exec tail /dev/zero ;;
    139) sh -c 'kill -SEGV $$'; exit $? ;;
    *) exit "$EXIT" ;;
  esac
fi
wait $server
`,
  "bin/answer": `#!/bin/sh
say() {
  printf 'HTTP/1.1 %s -\\r\\ncontent-type: application/json\\r\\ncontent-length: %s\\r\\nconnection: close\\r\\n\\r\\n%s' "$1" "\${#2}" "$2"
}
read -r method path rest
# Until the empty line: a request that is not read to its end is answered with a reset.
while read -r line && [ "\${#line}" -gt 1 ]; do :; done
case $path in
  /healthz)
    state=$(cat /tmp/target)
    [ "$state" = hang ] && exec sleep 3600
    say "$state" "{}" ;;
  /version)
    sleep "\${TAKES:-0}"
    say "\${STATUS:-200}" "{\\"version\\":\\"\${SERVES:-$VERSION}\\"}" ;;
  /stay)
    printf 'HTTP/1.1 200 -\\r\\nconnection: close\\r\\n\\r\\nstaying'
    exec sleep 3600 ;;
  *) say 404 "{}" ;;
esac
`,
  "bin/check": `#!/bin/sh
state=$(cat /tmp/health)
[ "$state" = hang ] && exec sleep 60
[ "$state" = HEALTHY ]
`,
};

/** The container's health check, as in its definition; the local ECS scales its interval. */
export const healthCheck = { command: ["CMD", "/bin/check"], interval: 10, retries: 3 };
