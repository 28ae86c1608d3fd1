/** The SDK's options of a call that ends when the signal is aborted. */
export function abort({ signal }: { signal?: AbortSignal | undefined }): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
