import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

const tiles = ["a", "b", "c", "d"] as const;

/** The shape of the overview while it is on its way. */
export function OverviewSkeleton() {
  return (
    <div className="flex flex-col gap-4">
      <LoadingNote>Loading the overview</LoadingNote>
      <div className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
        {tiles.map((tile) => (
          <Skeleton key={tile} className="h-23" />
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-[3fr_2fr]">
        <Skeleton className="h-64" />
        <Skeleton className="h-64" />
      </div>
    </div>
  );
}
