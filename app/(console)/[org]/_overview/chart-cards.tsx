"use client";

import { useOrganization } from "#app/(console)/[org]/_shell/organization.ts";
import { StatusIcon, statusLook } from "#app/(console)/[org]/_tasks/task-status.tsx";
import { Card, CardBody, CardHeader } from "#app/_ui/card.tsx";
import { BarChart } from "#app/_ui/chart/bar-chart.tsx";
import { ShareBar } from "#app/_ui/chart/share-bar.tsx";
import { formatLongDay, formatShortDay } from "#app/_ui/plain-date.ts";
import type { Overview } from "#server/projects/schema.ts";

/** Tasks completed on each of the last days. */
export function CompletedCard({ days }: { days: Overview["completedByDay"] }) {
  const bars = days.map(({ day, count }) => ({
    label: formatShortDay(day),
    longLabel: formatLongDay(day),
    value: count,
  }));
  return (
    <Card className="flex flex-col">
      <CardHeader title="Completed tasks" />
      <CardBody className="flex-1">
        <BarChart label="Tasks completed per day" unit="Tasks" bars={bars} />
      </CardBody>
    </Card>
  );
}

/** How the tasks are spread over the statuses. */
export function StatusCard({ counts }: { counts: Overview["tasksByStatus"] }) {
  const { slug } = useOrganization();
  const shares = counts.map(({ status, count }) => ({
    key: status,
    label: statusLook[status].label,
    value: count,
    color: statusLook[status].bar,
    icon: <StatusIcon status={status} />,
    href: `/${slug}/tasks?status=${status}`,
  }));
  return (
    <Card>
      <CardHeader title="Tasks by status" />
      <CardBody>
        <ShareBar label="Tasks by status" shares={shares} />
      </CardBody>
    </Card>
  );
}
