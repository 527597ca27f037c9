import type { Metadata } from "next";
import { ForgotPassword } from "#app/(auth)/forgot-password/forgot-password.tsx";

export const metadata: Metadata = { title: "Forgotten password" };

export default function Page() {
  return <ForgotPassword />;
}
