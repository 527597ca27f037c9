import type { ReactNode } from "react";
import { ConsoleShell } from "#app/(console)/[org]/_shell/console-shell.tsx";
import { ApiProvider } from "#app/_trpc/client.tsx";
import { findOrganization } from "#app/_trpc/open-organization.ts";
import { Hydrate, serverApi } from "#app/_trpc/server.tsx";
import { ButtonLink } from "#app/_ui/button.tsx";
import { BareFrame, PageState } from "#app/_ui/page-state.tsx";
import { ReloadButton } from "#app/_ui/reload-button.tsx";
import { currentSession } from "#server/identity/current-session.ts";

type Props = { params: Promise<{ org: string }>; children: ReactNode };

/** Only dresses the page: whether one may be here is decided by the page's own calls, which may also redirect. */
export default async function OrganizationLayout({ params, children }: Props) {
  const { org } = await params;
  const found = (await currentSession()) ? await findOrganization(org) : null;
  if (found && "message" in found) return <Closed message={found.message} />;
  if (!found || "refused" in found || found.organization.slug !== org)
    return <BareFrame>{children}</BareFrame>;
  const account = serverApi(null);
  const me = await account.queryClient.fetchQuery(account.api.session.me.queryOptions());
  return (
    <ApiProvider organization={org}>
      <Hydrate queryClient={serverApi(org).queryClient}>
        <ConsoleShell me={me}>{children}</ConsoleShell>
      </Hydrate>
    </ApiProvider>
  );
}

export async function generateMetadata({ params }: Pick<Props, "params">) {
  const { org } = await params;
  const found = (await currentSession()) ? await findOrganization(org) : null;
  const name = found && "organization" in found ? found.organization.name : "Astra";
  return { title: { default: name, template: `%s · ${name}` } };
}

/** A suspended organization, or one that is being prepared or moved. */
function Closed({ message }: { message: string }) {
  return (
    <BareFrame>
      <PageState
        title="You cannot enter just now"
        text={message}
        actions={
          <>
            <ReloadButton />
            <ButtonLink href="/account" size="lg">
              Your account
            </ButtonLink>
          </>
        }
      />
    </BareFrame>
  );
}
