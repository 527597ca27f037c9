import { cn } from "#app/_ui/class-names.ts";
import type { ColumnLook } from "#app/_ui/data-table/columns.ts";
import { cellStyle } from "#app/_ui/data-table/cell-style.ts";
import { Skeleton } from "#app/_ui/skeleton.tsx";

const rowKeys = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** Rows of grey bars in the widths that the real cells will have. */
export function SkeletonRows({ looks }: { looks: readonly (ColumnLook | undefined)[] }) {
  return rowKeys.map((rowKey) => (
    <tr
      key={rowKey}
      aria-hidden
      className="flex items-center gap-3 border-b border-line px-4 py-3 last:border-b-0 md:table-row md:p-0"
    >
      {looks.map((look, index) => (
        // Columns keep their order, so that the index is a stable key here.
        // oxlint-disable-next-line react/no-array-index-key
        <td key={index} className={cellStyle(look)}>
          {look?.bar && <Skeleton className={cn("h-4", look.bar)} />}
        </td>
      ))}
    </tr>
  ));
}
