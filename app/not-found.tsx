import type { Metadata } from "next";
import { ButtonLink } from "#app/_ui/button.tsx";
import { BareFrame, PageState } from "#app/_ui/page-state.tsx";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <BareFrame>
      <PageState
        title="There is nothing here"
        text="The page does not exist, or it belongs to an organization that you are not a member of."
        actions={
          <ButtonLink href="/" variant="primary" size="lg">
            Go to your organization
          </ButtonLink>
        }
      />
    </BareFrame>
  );
}
