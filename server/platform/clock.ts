/** Where time comes from; passed along so that a test can stand still or jump. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };
