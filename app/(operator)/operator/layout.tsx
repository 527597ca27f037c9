import type { ReactNode } from "react";
import { OperatorShell } from "#app/(operator)/operator/operator-shell.tsx";
import { ApiProvider } from "#app/_trpc/client.tsx";
import { BareFrame } from "#app/_ui/page-state.tsx";
import { serverApi } from "#app/_trpc/server.tsx";
import { currentSession } from "#server/identity/current-session.ts";

/** Dresses the operator's pages in a frame of their own; whether one may be here the page decides. */
export default async function OperatorLayout({ children }: { children: ReactNode }) {
  if (!(await currentSession())) return <BareFrame>{children}</BareFrame>;
  const { api, queryClient } = serverApi(null);
  const me = await queryClient.fetchQuery(api.session.me.queryOptions());
  if (!me.operator) return <BareFrame>{children}</BareFrame>;
  return (
    <ApiProvider organization={null}>
      <OperatorShell me={me}>{children}</OperatorShell>
    </ApiProvider>
  );
}
