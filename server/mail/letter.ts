/** A link to a place of this installation. A mail can lead nowhere else. */
export type PlaceLink = { label: string; /** Begins with one slash. */ path: string };

/** What a mail says, before it has a form. All of it is plain text. */
export type MailContent = {
  subject: string;
  title: string;
  /** The first line, which mail programs show beside the subject. */
  lead: string;
  paragraphs?: readonly (string | { text: string; link: PlaceLink })[];
  /** The one thing to do. */
  action?: PlaceLink;
  /** Small print: why this mail came, and what to do when it should not have. */
  footer: string;
};

/** A mail that is ready to be rendered: whom it goes to, and what it says. */
export type Letter = { to: { name: string; address: string }; content: MailContent };
