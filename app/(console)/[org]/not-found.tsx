import { ButtonLink } from "#app/_ui/button.tsx";
import { PageState } from "#app/_ui/page-state.tsx";

/** Stands inside the shell for a member, and in a bare frame for a stranger; to both it says the same. */
export default function NotFound() {
  return (
    <PageState
      title="There is nothing here"
      text="It was deleted, it never existed, or it belongs to an organization that you are not a member of."
      actions={
        <ButtonLink href="/" variant="primary" size="lg">
          Go to your organization
        </ButtonLink>
      }
    />
  );
}
