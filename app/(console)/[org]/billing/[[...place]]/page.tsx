import { redirect } from "next/navigation";
import type { PageInput } from "#app/_trpc/types.ts";

/** Where Stripe's pages lead back to; what was done there is told by Stripe itself. */
export default async function Page({ params }: PageInput<{ org: string }>) {
  const { org } = await params;
  redirect(`/${org}/settings`);
}
