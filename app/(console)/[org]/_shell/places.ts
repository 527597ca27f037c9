import {
  CircleQuestionMark,
  CreditCard,
  FolderKanban,
  KeyRound,
  LayoutGrid,
  ListTodo,
  ScrollText,
  Settings2,
  ShieldCheck,
  Users,
  Webhook,
  Zap,
} from "lucide-react";
import type { Place, PlaceGroup } from "#app/_ui/shell/navigation.ts";
import type { Permission } from "#server/access/permissions.ts";

type GuardedPlace = Place & { needs: Permission | null };
type GuardedGroup = { label: string | null; places: readonly GuardedPlace[] };

function allPlaces(slug: string): readonly GuardedGroup[] {
  const at = `/${slug}`;
  return [
    { label: null, places: workPlaces(at) },
    { label: "Organization", places: organizationPlaces(at) },
  ];
}

function workPlaces(at: string): readonly GuardedPlace[] {
  return [
    {
      href: at,
      label: "Overview",
      icon: LayoutGrid,
      exact: true,
      needs: "organization.read",
      keywords: ["home", "dashboard"],
    },
    { href: `${at}/projects`, label: "Projects", icon: FolderKanban, needs: "projects.read" },
    {
      href: `${at}/tasks`,
      label: "Tasks",
      icon: ListTodo,
      needs: "tasks.read",
      keywords: ["to do", "issues"],
    },
  ];
}

function organizationPlaces(at: string): readonly GuardedPlace[] {
  return [
    {
      href: `${at}/members`,
      label: "Members",
      icon: Users,
      needs: "members.read",
      keywords: ["people", "team", "invite", "seats", "suspend", "owner"],
    },
    {
      href: `${at}/roles`,
      label: "Roles",
      icon: ShieldCheck,
      needs: "roles.read",
      keywords: ["permissions", "access", "custom"],
    },
    {
      href: `${at}/api-keys`,
      label: "API keys",
      icon: KeyRound,
      needs: "api_keys.read",
      keywords: ["token", "secret", "developer", "scopes", "machine", "rest"],
    },
    {
      href: `${at}/webhooks`,
      label: "Webhooks",
      icon: Webhook,
      needs: "webhooks.read",
      keywords: ["endpoint", "deliveries", "undelivered", "resend", "replay", "callback"],
    },
    {
      href: `${at}/events`,
      label: "Events",
      icon: Zap,
      needs: "events.read",
      keywords: ["happened", "envelope", "webhooks", "poll"],
    },
    {
      href: `${at}/audit-log`,
      label: "Audit log",
      icon: ScrollText,
      needs: "audit_log.read",
      keywords: ["history", "activity", "verify", "export", "retention", "siem"],
    },
    {
      href: `${at}/billing`,
      label: "Billing",
      icon: CreditCard,
      needs: "billing.read",
      keywords: ["plan", "upgrade", "invoices", "payment", "card", "usage", "subscription", "trial"],
    },
    {
      href: `${at}/settings`,
      label: "Settings",
      icon: Settings2,
      needs: "organization.read",
      keywords: ["name", "address", "slug", "delete"],
    },
    {
      href: `${at}/help`,
      label: "Help",
      icon: CircleQuestionMark,
      needs: null,
      keywords: ["shortcuts", "about"],
    },
  ];
}

/** The places of an organization that this member may enter; what is left out here the server refuses as well. */
export function placesFor(slug: string, can: (permission: Permission) => boolean): PlaceGroup[] {
  return allPlaces(slug)
    .map((group) => ({ ...group, places: group.places.filter((place) => !place.needs || can(place.needs)) }))
    .filter((group) => group.places.length > 0);
}
