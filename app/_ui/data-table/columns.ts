import {
  createColumnHelper,
  metaHelper,
  rowSortingFeature,
  tableFeatures,
  type RowData,
  type TableOptions,
} from "@tanstack/react-table";

/** How a column is drawn. */
export type ColumnLook = {
  /** Where the cell stands in the card that a row becomes on a phone; "detail" cells follow under the title. */
  phone: "lead" | "title" | "trailing" | "detail" | "hidden";
  /** Tailwind width of the column from tablet size on; columns without one share what is left. */
  width?: string;
  /** Leaves the column out where a window is narrower than a desk's. */
  wideOnly?: true;
  align?: "end";
  /** Tailwind width of the grey bar that stands here while rows are on their way. */
  bar?: string;
};

/** Searching, filtering, sorting and paging are the server's work; the table only shows the order it was given. */
export const features = tableFeatures({ rowSortingFeature, columnMeta: metaHelper<ColumnLook>() });

/** The columns of one table. Make them outside of components: new ones on each render would rebuild all rows. */
export type Columns<Row extends RowData> = TableOptions<typeof features, Row>["columns"];

/** The typed maker of columns for rows of this type. */
export function columnsFor<Row extends RowData>() {
  return createColumnHelper<typeof features, Row>();
}
