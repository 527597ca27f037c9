/** The calendar day of a moment, in UTC, as yyyy-mm-dd. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** The day that many days later, or earlier when negative. */
export function addDays(day: string, days: number): string {
  const moment = startOf(day);
  moment.setUTCDate(moment.getUTCDate() + days);
  return dayOf(moment);
}

/** The moment at which a day begins in UTC. */
export function startOf(day: string): Date {
  return new Date(`${day}T00:00:00.000Z`);
}
