/** Waits for `work`, but at most `ms` milliseconds and not beyond `stop`: then it fails with `late()`, or the signal's reason. */
export async function bounded<T>(work: Promise<T>, ms: number, late: () => unknown, stop: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onStop: (() => void) | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
    onStop = () => reject(stop.reason);
    stop.addEventListener('abort', onStop);
    if (stop.aborted) onStop();
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    if (onStop !== undefined) stop.removeEventListener('abort', onStop);
  }
}
