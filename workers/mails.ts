import {
  alreadyRegisteredLetter,
  changeEmailLetter,
  confirmEmailLetter,
  emailChangedLetter,
  passwordChangedLetter,
  resetPasswordLetter,
} from "#server/identity/account-mail.ts";
import { inviteLetter } from "#server/invites/letter.ts";
import type { MailWriters } from "#server/mail/deliver.ts";
import { notificationLetter } from "#server/notifications/letter.ts";

/** Which function writes which mail. A kind of server/mail/kinds.ts without an entry here does not compile. */
export const mailWriters: MailWriters = {
  platform: {
    confirm_email: confirmEmailLetter,
    reset_password: resetPasswordLetter,
    password_changed: passwordChangedLetter,
    already_registered: alreadyRegisteredLetter,
    change_email: changeEmailLetter,
    email_changed: emailChangedLetter,
  },
  tenant: { notification: notificationLetter, invite: inviteLetter },
};
