/** Runs once when the web process starts: a wrong environment or an unsafe login ends it here, with all reasons. */
export async function register(): Promise<void> {
  // Next replaces this at build time and so keeps the server's code out of the edge bundle.
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { prepareWeb } = await import("#server/api/prepare-web.ts");
  await prepareWeb();
}
