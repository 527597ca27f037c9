/** The order a list is asked for; `by` is also the id of the column that shows it. */
export type Sort<By extends string> = { by: By; direction: "asc" | "desc" };

/** One line of the sort menu. */
export type SortOption<By extends string> = { by: By; label: string; firstDirection: "asc" | "desc" };

/** The next order when a heading is pressed: the same column turns around, another one starts where it is most useful. */
export function nextSort<By extends string>(current: Sort<By>, option: SortOption<By>): Sort<By> {
  if (current.by !== option.by) return { by: option.by, direction: option.firstDirection };
  return { by: option.by, direction: current.direction === "asc" ? "desc" : "asc" };
}
