/** Whoever signed in, as looked up for this request. */
export type AccountSession = {
  sessionId: string;
  accountId: string;
  name: string;
  email: string;
  emailConfirmed: boolean;
};
