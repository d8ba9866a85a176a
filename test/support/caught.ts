/** What a call throws, for assertions on its parts; undefined if it throws nothing. */
export function caught(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
