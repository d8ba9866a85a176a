/**
 * How long an event that fails is tried: with growing delays for 13 days, a day less than its queue keeps it. The longest
 * delay leaves room for the run itself, since SQS takes at most 12 hours from when a message was received.
 */
const FIRST_S = 30;
const LONGEST_S = 11 * 3600;
const PATIENCE_MS = 13 * 86_400_000;

/** @param receives how often the message was received: 1 after the first attempt. */
export function delaySeconds(receives: number): number {
  return Math.min(LONGEST_S, FIRST_S * 2 ** Math.min(20, Math.max(0, receives - 1)));
}

/** Whether it was tried for long enough. Times in milliseconds since 1970. */
export function isExhausted(sentAt: number, now: number): boolean {
  return now - sentAt >= PATIENCE_MS;
}
