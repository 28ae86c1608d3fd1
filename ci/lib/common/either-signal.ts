/** Returns a signal that is aborted with `own`, and with `outer` where there is one. */
export function eitherSignal(outer: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return outer ? AbortSignal.any([outer, own]) : own;
}
