"use client";

export { ShellError as default } from "#app/_ui/shell/shell-error.tsx";
