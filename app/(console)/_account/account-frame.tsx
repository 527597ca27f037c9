import type { ReactNode } from "react";
import { AccountShell } from "#app/(console)/_account/account-shell.tsx";
import { ApiProvider } from "#app/_trpc/client.tsx";
import { serverApi } from "#app/_trpc/server.tsx";
import { currentSession } from "#server/identity/current-session.ts";

/** Dresses the pages that belong to the person and to no organization; whether one may be here the page decides. */
export async function AccountFrame({ children }: { children: ReactNode }) {
  if (!(await currentSession())) return children;
  const { api, queryClient } = serverApi(null);
  const me = await queryClient.fetchQuery(api.session.me.queryOptions());
  return (
    <ApiProvider organization={null}>
      <AccountShell me={me}>{children}</AccountShell>
    </ApiProvider>
  );
}
