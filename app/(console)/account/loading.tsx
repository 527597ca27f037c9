export { PageSkeleton as default } from "#app/_ui/page-skeleton.tsx";
