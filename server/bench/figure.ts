/** One measured number, with the goal it is held against and what it was made of. */
export type Figure = {
  name: string;
  value: number;
  unit: "x" | "ms" | "trips" | "share" | "rows/s" | "MB" | "events";
  /** The most that the value may be, or the least of a throughput. */
  goal?: number;
  goalIs?: "most" | "least";
  /** How many operations, rounds or pairs stand behind the value. */
  n: number;
  /** What distinguishes figures of one name, and the parts that the value is made of. */
  details?: Record<string, string | number>;
};

export type Report = (figure: Figure) => void;

/** One measurement: it sets up what it needs in databases that are its own, and reports its figures. */
export type Bench = { run(report: Report): Promise<void> };

/** Whether a figure misses its goal; one without a goal misses nothing. */
export function isMissed({ value, goal, goalIs = "most" }: Figure): boolean {
  return goal !== undefined && (goalIs === "most" ? value > goal : value < goal);
}

/** A figure as one line of JSON. */
export function figureLine(figure: Figure): string {
  const { name, value, unit, goal, goalIs = "most", n, details = {} } = figure;
  const parts = Object.entries(details).map(([part, what]) => [
    part,
    typeof what === "number" ? rounded(what) : what,
  ]);
  return JSON.stringify({
    name,
    ...Object.fromEntries(parts),
    value: rounded(value),
    unit,
    ...(goal === undefined
      ? {}
      : { goal: `${goalIs === "most" ? "<=" : ">="}${goal}`, met: !isMissed(figure) }),
    n,
  });
}

// More digits than these no measurement on a shared machine can mean.
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Tells a person what is going on; standard output is for figures alone. */
export function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}
