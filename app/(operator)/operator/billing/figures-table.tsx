import type { ReactNode } from "react";
import { cn } from "#app/_ui/class-names.ts";

export type FiguresRow = { key: string; name: ReactNode; cells: readonly ReactNode[]; sum?: boolean };

type FiguresTableProps = { label: string; heads: readonly string[]; rows: readonly FiguresRow[] };

/** Figures under their names, small enough to stand in a card on a phone as well. The first head is over the names. */
export function FiguresTable({ label, heads, rows }: FiguresTableProps) {
  const [first, ...others] = heads;
  return (
    <div className="border-t border-line">
      <table className="w-full table-fixed text-sm sm:text-base" aria-label={label}>
        <thead>
          <tr className="align-bottom text-sm text-ink-subtle">
            <th scope="col" className="w-[28%] px-5 py-2 text-left font-normal sm:w-1/3">
              {first}
            </th>
            {others.map((head) => (
              <th key={head} scope="col" className="py-2 pl-2 text-right font-normal last:pr-5 sm:px-3">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, cells, sum = false }) => (
            <tr key={key} className={cn("border-t border-line", sum && "bg-sunken font-medium")}>
              <th scope="row" className="px-5 py-2.5 text-left align-top font-medium text-ink">
                {name}
              </th>
              {cells.map((cell, index) => (
                <td
                  key={heads[index + 1]}
                  className="tabular py-2.5 pl-2 sm:px-3 text-right align-top text-ink last:pr-5"
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
