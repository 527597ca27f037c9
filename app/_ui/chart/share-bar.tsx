import type { ReactNode } from "react";
import Link from "next/link";
import { cn } from "#app/_ui/class-names.ts";

export type Share = {
  key: string;
  label: string;
  value: number;
  /** Tailwind background of this part. */
  color: string;
  icon?: ReactNode;
  /** Where the things counted here can be seen. */
  href?: string;
};

/** Parts of a whole as one bar, with a list below that says the same in words and figures. */
export function ShareBar({ label, shares }: { label: string; shares: readonly Share[] }) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  return (
    <figure aria-label={label}>
      <div aria-hidden className="flex h-2.5 gap-0.5 overflow-hidden rounded-full bg-pressed">
        {shares
          .filter((share) => share.value > 0)
          .map((share) => (
            <div
              key={share.key}
              className={cn("min-w-1", share.color)}
              style={{ flexGrow: share.value, flexBasis: 0 }}
            />
          ))}
      </div>
      <ul className="mt-4 flex flex-col">
        {shares.map((share) => (
          <ShareLine key={share.key} share={share} total={total} />
        ))}
      </ul>
    </figure>
  );
}

function ShareLine({ share, total }: { share: Share; total: number }) {
  const percent = total === 0 ? 0 : Math.round((share.value / total) * 100);
  const line = (
    <>
      <span className="flex min-w-0 flex-1 items-center gap-2">
        {share.icon ?? <span aria-hidden className={cn("size-2.5 rounded-full", share.color)} />}
        <span className="clip-line">{share.label}</span>
      </span>
      <span className="tabular font-medium text-ink">{share.value}</span>
      <span className="tabular w-10 text-right text-sm text-ink-subtle">{percent}%</span>
    </>
  );
  const style =
    "-mx-2 flex min-h-8 items-center gap-3 rounded-md px-2 text-base text-ink-muted pointer-coarse:min-h-11";
  return (
    <li>
      {share.href ? (
        <Link prefetch={false} href={share.href} className={cn(style, "hover:bg-hover hover:text-ink")}>
          {line}
        </Link>
      ) : (
        <span className={style}>{line}</span>
      )}
    </li>
  );
}
