const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** "5 March 2027", of a moment as it is stored, in UTC. */
export function longDay(moment: string): string {
  return format.format(new Date(moment));
}
