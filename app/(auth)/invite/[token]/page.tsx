import type { Metadata } from "next";
import { headers } from "next/headers";
import { CircleCheck, Hourglass, MailX, Unlink, UserX } from "lucide-react";
import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { OpenInvite } from "#app/(auth)/invite/[token]/open-invite.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { ReloadButton } from "#app/_ui/reload-button.tsx";
import { accountDoor } from "#server/identity/account-door.ts";
import { currentSession } from "#server/identity/current-session.ts";
import { inspectInvite } from "#server/invites/accept.ts";
import { InviteLink, type InviteView } from "#server/invites/schema.ts";
import { AppError } from "#server/platform/errors.ts";

// The address holds the link's secret: no page that is reached from here may learn it.
export const metadata: Metadata = { title: "Your invite", referrer: "no-referrer", robots: { index: false } };

type PageProps = { params: Promise<{ token: string }> };

/** Only shows: programs that open every link of a mail must not use it up. */
export default async function Page({ params }: PageProps) {
  const { token } = await params;
  const found = await look(token);
  switch (found.state) {
    case "open":
      return <OpenInvite token={token} invite={found} />;
    case "accepted":
      return (
        <AuthCard
          icon={<CircleCheck />}
          title="This invite was accepted"
          description={`Sign in with the address it was sent to, and go on in ${found.organization}.`}
        >
          <ButtonLink href="/" variant="primary" size="lg" wide>
            Go on
          </ButtonLink>
        </AuthCard>
      );
    case "expired":
      return (
        <AuthCard
          icon={<Hourglass />}
          title="This invite has run out"
          description={`An invite works for seven days. Ask whoever invited you to ${found.organization} to send it again.`}
        />
      );
    case "revoked":
      return (
        <AuthCard
          icon={<MailX />}
          title="This invite was taken back"
          description={`Somebody at ${found.organization} took it back. If that is a mistake, ask for a new one.`}
        />
      );
    case "lapsed":
      return (
        <AuthCard
          icon={<UserX />}
          title="This invite does not count any more"
          description={`Whoever sent it may not give this role at ${found.organization} now. Ask there for a new invite.`}
        />
      );
    case "dead":
      return (
        <AuthCard
          icon={<Unlink />}
          title="This link cannot be used"
          description="It is not complete, or a newer mail has taken its place. Look for the latest mail, and open its link."
        />
      );
    case "later":
      return (
        <AuthCard icon={<Hourglass />} title={found.title} description={found.words}>
          <ReloadButton />
        </AuthCard>
      );
    default:
      return found satisfies never;
  }
}

type Later = { state: "later"; title: string; words: string };

async function look(text: string): Promise<InviteView | Later> {
  const link = InviteLink.safeParse({ token: text });
  if (!link.success) return { state: "dead" };
  try {
    return await inspectInvite(link.data, accountDoor(await headers()), await currentSession());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { state: "later", title: laterTitle(error), words: error.message };
  }
}

/** The invite may be good; why it cannot be looked at now. */
function laterTitle({ code, reason }: AppError): string {
  if (code === "RATE_LIMITED") return "Too many attempts";
  return reason === "organization_suspended"
    ? "This organization is closed at present"
    : "The invite cannot be shown just now";
}
