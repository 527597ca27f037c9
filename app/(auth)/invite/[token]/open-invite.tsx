import { AuthCard } from "#app/(auth)/_frame/auth-card.tsx";
import { AcceptForm } from "#app/(auth)/invite/[token]/accept-form.tsx";
import { JoinForm } from "#app/(auth)/invite/[token]/join-form.tsx";
import { OtherAddress } from "#app/(auth)/invite/[token]/other-address.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { CalendarDate } from "#app/_ui/relative-time.tsx";
import type { InviteView } from "#server/invites/schema.ts";

type Open = Extract<InviteView, { state: "open" }>;

/** An invite that can be accepted: into what, as what, and the step that fits who looks. */
export function OpenInvite({ token, invite }: { token: string; invite: Open }) {
  const { organization, role, invitedBy, email, expiresAt } = invite;
  return (
    <AuthCard
      title={`Join ${organization}`}
      description={
        <p>
          {invitedBy ? `${invitedBy} invites you` : "You are invited"} to work in{" "}
          <strong className="font-medium text-ink">{organization}</strong> as{" "}
          <strong className="font-medium text-ink">{role}</strong>. The invite is for{" "}
          <strong className="font-medium wrap-anywhere text-ink">{email}</strong>.
        </p>
      }
      footer={
        <span className="text-sm">
          It can be accepted until <CalendarDate date={expiresAt} />.
        </span>
      }
    >
      <Step token={token} invite={invite} />
    </AuthCard>
  );
}

function Step({ token, invite }: { token: string; invite: Open }) {
  const { organization, email, hasAccount, signedIn } = invite;
  if (signedIn?.matches) return <AcceptForm token={token} organization={organization} />;
  if (signedIn) return <OtherAddress signedInAs={signedIn.email} invited={email} />;
  if (!hasAccount) return <JoinForm token={token} email={email} organization={organization} />;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-base text-ink-muted">
        There is an account with this address. Sign in, and you come back here.
      </p>
      <ButtonLink
        href={`/sign-in?next=${encodeURIComponent(`/invite/${token}`)}`}
        variant="primary"
        size="lg"
        wide
      >
        Sign in to accept
      </ButtonLink>
    </div>
  );
}
