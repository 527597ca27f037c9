export { default } from "#app/(console)/[org]/error.tsx";
