import { LoadingNote, Skeleton } from "#app/_ui/skeleton.tsx";

/** The shape of a page with a heading and one large thing, while it is on its way. */
export function PageSkeleton() {
  return (
    <div>
      <LoadingNote>Loading the page</LoadingNote>
      <Skeleton className="h-7 w-48" />
      <Skeleton className="mt-3 h-4 w-72 max-w-full" />
      <Skeleton className="mt-8 h-8 w-64 max-w-full" />
      <Skeleton className="mt-3 h-96" />
    </div>
  );
}
