import { can } from "../api/can.ts";
import { router } from "../api/trpc.ts";
import {
  cancelSubscription,
  changePlan,
  previewChange,
  resumeSubscription,
  revokeDowngrade,
  scheduleDowngrade,
} from "./change.ts";
import { confirmCheckout, openPortal, startCheckout } from "./checkout.ts";
import { getOverview, listInvoices, listPlans } from "./overview.ts";
import { ChangePlan, ChosenPlan, ConfirmCheckout, ListInvoices, NoInput } from "./schema.ts";

export const billingRouter = router({
  overview: can("billing.read", { rest: "GET /billing" }).directQuery(NoInput, getOverview),
  invoices: can("billing.read", { rest: "GET /billing/invoices" }).directQuery(ListInvoices, listInvoices),
  plans: can("billing.read", { rest: "GET /billing/plans" }).query(NoInput, listPlans),
  startCheckout: can("billing.manage").direct(ChosenPlan, startCheckout),
  confirmCheckout: can("billing.manage").direct(ConfirmCheckout, confirmCheckout),
  openPortal: can("billing.manage").direct(NoInput, openPortal),
  previewChange: can("billing.manage").directQuery(ChosenPlan, previewChange),
  change: can("billing.manage").direct(ChangePlan, changePlan),
  scheduleDowngrade: can("billing.manage").direct(ChosenPlan, scheduleDowngrade),
  revokeDowngrade: can("billing.manage").direct(NoInput, revokeDowngrade),
  cancel: can("billing.manage").direct(NoInput, cancelSubscription),
  resume: can("billing.manage").direct(NoInput, resumeSubscription),
});
