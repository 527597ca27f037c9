/** The first stop of the Tab key: jumps over the navigation. */
export function SkipLink() {
  return (
    <a
      href="#content"
      className="sr-only z-80 rounded-md bg-accent px-3 py-2 text-base font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
    >
      Skip to content
    </a>
  );
}
