import { Banner } from "#app/_ui/banner.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";

/** Says why no organization can be entered yet, and what helps. */
export function UnconfirmedNotice({ email }: { email: string }) {
  return (
    <Banner
      tone="warning"
      className="mb-6"
      title="Confirm your e-mail address."
      actions={
        <ButtonLink size="sm" href="/check-mail">
          Send the mail again
        </ButtonLink>
      }
    >
      We have written to {email}. Until you open the link in that mail, you cannot enter an organization.
    </Banner>
  );
}
