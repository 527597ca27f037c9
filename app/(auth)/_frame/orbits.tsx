const flattening = 0.62;
const orbits = [390, 520, 670, 840] as const;
const bodies = [
  { orbit: 520, angle: 180, size: 4, opacity: 0.7 },
  { orbit: 670, angle: 62, size: 3, opacity: 0.5 },
  { orbit: 670, angle: -66, size: 2.5, opacity: 0.55 },
  { orbit: 390, angle: -14, size: 2.5, opacity: 0.55 },
] as const;

/** Faint orbits around the card, after the mark; decoration that a phone leaves out. */
export function Orbits() {
  return (
    <svg
      aria-hidden
      viewBox="-850 -850 1700 1700"
      className="pointer-events-none absolute top-1/2 left-1/2 -z-10 size-[1700px] -translate-x-1/2 -translate-y-1/2 text-line max-sm:hidden"
    >
      <g transform="rotate(-24)">
        <g fill="none" stroke="currentColor">
          {orbits.map((radius) => (
            <ellipse key={radius} rx={radius} ry={radius * flattening} />
          ))}
        </g>
        <g className="text-accent" fill="currentColor">
          {bodies.map(({ orbit, angle, size, opacity }) => (
            <circle key={angle} {...placeOn(orbit, angle)} r={size} opacity={opacity} />
          ))}
        </g>
      </g>
    </svg>
  );
}

/** Rounded, so that server and browser write the same digits. */
function placeOn(orbit: number, degrees: number): { cx: number; cy: number } {
  const angle = (degrees * Math.PI) / 180;
  return {
    cx: Math.round(orbit * Math.cos(angle)),
    cy: Math.round(orbit * flattening * Math.sin(angle)),
  };
}
