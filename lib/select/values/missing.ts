/** The value of a name that leads nowhere. Apart from NULL: `IS MISSING` is true of it only, and JSON output leaves it out. */
export const MISSING: unique symbol = Symbol('MISSING');
export type Missing = typeof MISSING;
