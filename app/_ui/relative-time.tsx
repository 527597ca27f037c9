"use client";

import { useSyncExternalStore } from "react";
import { Tooltip } from "#app/_ui/tooltip.tsx";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** One clock for all times on the page; ticks each minute, and only while something listens. */
function subscribeToMinutes(onTick: () => void): () => void {
  const timer = setInterval(onTick, minuteMs);
  return () => clearInterval(timer);
}

function currentMinute(): number {
  return Math.floor(Date.now() / minuteMs) * minuteMs;
}

/** The present minute's beginning, in milliseconds; it ticks. */
export function useMinute(): number {
  return useSyncExternalStore(subscribeToMinutes, currentMinute, currentMinute);
}

/** False on the server and while hydrating, where the viewer's time zone is not known yet. */
function useInBrowser(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  );
}

/** "5 minutes ago", with the exact time as a tooltip; keeps itself current. */
export function RelativeTime({ date }: { date: Date }) {
  const now = useMinute();
  const inBrowser = useInBrowser();
  return (
    <Tooltip content={formatExact(date, inBrowser)}>
      <time dateTime={date.toISOString()} suppressHydrationWarning className="whitespace-nowrap">
        {formatRelative(date, now)}
      </time>
    </Tooltip>
  );
}

/** "21 Nov, 10:32:05" in the viewer's time zone, with the year when it is not this one. */
export function ClockTime({ date }: { date: Date }) {
  const inBrowser = useInBrowser();
  const now = new Date(useMinute());
  const format = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    ...(date.getUTCFullYear() === now.getUTCFullYear() ? {} : { year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(inBrowser ? {} : { timeZone: "UTC" }),
  });
  return (
    <time dateTime={date.toISOString()} className="tabular whitespace-nowrap">
      {format.format(date)}
    </time>
  );
}

/** Day, month and year in the viewer's time zone. */
export function CalendarDate({ date }: { date: Date }) {
  const inBrowser = useInBrowser();
  const format = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    ...(inBrowser ? {} : { timeZone: "UTC" }),
  });
  return (
    <time dateTime={date.toISOString()} className="whitespace-nowrap">
      {format.format(date)}
    </time>
  );
}

function formatExact(date: Date, inBrowser: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    dateStyle: "full",
    timeStyle: "short",
    ...(inBrowser ? {} : { timeZone: "UTC" }),
  }).format(date);
}

/** "now", "12 minutes ago", "yesterday", "in 3 days"; a date once it is more than four weeks away. */
function formatRelative(date: Date, nowMs: number): string {
  const diffMs = date.getTime() - nowMs;
  const size = Math.abs(diffMs);
  if (size < minuteMs) return "just now";
  if (size < hourMs) return relative.format(Math.trunc(diffMs / minuteMs), "minute");
  if (size < dayMs) return relative.format(Math.trunc(diffMs / hourMs), "hour");
  if (size < 28 * dayMs) return relative.format(Math.trunc(diffMs / dayMs), "day");
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(date);
}
