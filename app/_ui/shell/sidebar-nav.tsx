"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "#app/_ui/class-names.ts";
import { isAt, type PlaceGroup } from "#app/_ui/shell/navigation.ts";

/** The sidebar's places; the current one is marked for the eye and by aria-current. */
export function SidebarNav({ groups, label }: { groups: readonly PlaceGroup[]; label: string }) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="flex flex-col gap-5">
      {groups.map((group) => (
        <div key={group.label ?? ""}>
          {group.label && <p className="mb-1 px-2 text-xs font-medium text-ink-subtle">{group.label}</p>}
          <ul className="flex flex-col gap-0.5">
            {group.places.map((place) => {
              const here = isAt(place, pathname);
              return (
                <li key={place.href}>
                  <Link
                    href={place.href}
                    aria-current={here ? "page" : undefined}
                    className={cn(
                      "flex h-8 items-center gap-2.5 rounded-md px-2 text-base transition-colors duration-100 pointer-coarse:h-11",
                      here
                        ? "bg-pressed font-medium text-ink [&_svg]:text-ink"
                        : "text-ink-muted hover:bg-hover hover:text-ink",
                    )}
                  >
                    <place.icon aria-hidden className="size-4 shrink-0 text-ink-subtle" />
                    <span className="clip-line">{place.label}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
