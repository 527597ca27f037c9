/** Everything that is counted is counted by hours, and held against a plan by calendar months, both in UTC. */
export const hourMs = 3_600_000;

/** The beginning of the hour of a moment. */
export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / hourMs) * hourMs);
}

/** The beginning of the calendar month of a moment. */
export function monthOf(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
}

/** The beginning of the calendar month that is so many months after the one of a moment. */
export function monthAfter(at: Date, months = 1): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months));
}
