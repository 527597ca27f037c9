import { render, toPlainText } from "@react-email/render";
import { createElement as h, type CSSProperties, type ReactNode } from "react";
import { env } from "../platform/env.ts";
import type { MailContent, PlaceLink } from "./letter.ts";

/**
 * Writes a mail as HTML, and as plain text made from it, so that both say the same. React escapes what it is
 * given. Throws for a link that would leave this installation.
 */
export async function renderMail(
  content: MailContent,
): Promise<{ subject: string; text: string; html: string }> {
  const html = await render(page(content));
  const text = toPlainText(html, { selectors: [{ selector: "h1", options: { uppercase: false } }] });
  return { subject: content.subject, text: `${text}\n`, html };
}

/** The whole address of a place of this installation. Throws for a path that leads elsewhere. */
function addressOf({ path }: PlaceLink): string {
  const address = new URL(path, env().PUBLIC_URL);
  if (!path.startsWith("/") || address.origin !== new URL(env().PUBLIC_URL).origin) {
    throw new Error("a mail links to this installation only");
  }
  return address.href;
}

const ink = "#171a21";
const body = "#434956";
const small = "#626977";
const edge = "#e3e6eb";
const brandColor = "#3056d3";
const fonts = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const darkColors = `
@media (prefers-color-scheme: dark) {
  .canvas { background: #0f1115 !important; }
  .card { background: #171a1f !important; border-color: #2a2e36 !important; }
  .ink { color: #eef0f3 !important; }
  .muted { color: #aab0bb !important; }
  .line { border-color: #2a2e36 !important; }
  .link { color: #9db7ff !important; }
}
@media (max-width: 600px) { .card { padding: 28px 22px !important; } }
`;

/** Tables and inline styles, since mail programs know little else; the style block only adds the dark colours. */
function page(content: MailContent): ReactNode {
  return h(
    "html",
    { lang: "en" },
    h(
      "head",
      null,
      h("meta", { charSet: "utf-8" }),
      h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("meta", { name: "supported-color-schemes", content: "light dark" }),
      h("title", null, content.subject),
      h("style", null, darkColors),
    ),
    h(
      "body",
      { className: "canvas", style: { margin: 0, padding: 0, background: "#f4f6f8" } },
      htmlOnly("div", { display: "none", maxHeight: 0, overflow: "hidden" }, content.lead),
      table(
        { className: "canvas", width: "100%", style: { background: "#f4f6f8" } },
        h("td", { align: "center", style: { padding: "40px 16px" } }, sheet(content)),
      ),
    ),
  );
}

function sheet(content: MailContent): ReactNode {
  const { title, lead, paragraphs = [], action, footer } = content;
  const rows = [
    h("td", { style: { padding: "0 4px 20px" } }, brand()),
    h(
      "td",
      {
        className: "card",
        style: {
          background: "#ffffff",
          border: `1px solid ${edge}`,
          borderRadius: 12,
          padding: "36px 36px 32px",
        },
      },
      h("h1", { className: "ink", style: titleStyle }, title),
      paragraph(lead, 0),
      action && button(action),
      paragraphs.map((part, index) => paragraph(part, index + 1)),
      action && spelledOut(action),
    ),
    h(
      "td",
      {
        className: "muted",
        style: { padding: "20px 4px 0", fontSize: 12, lineHeight: "18px", color: small },
      },
      h("p", { style: { margin: 0 } }, footer),
    ),
  ];
  return table({ width: "100%", style: { maxWidth: 520, fontFamily: fonts } }, ...rows);
}

const titleStyle: CSSProperties = {
  margin: "0 0 12px",
  fontSize: 21,
  lineHeight: "28px",
  fontWeight: 600,
  letterSpacing: "-0.02em",
  color: ink,
};

/** One table that is only there for its shape, with one cell a row. */
function table(
  { style, ...rest }: { className?: string; width?: string; style?: CSSProperties },
  ...cells: ReactNode[]
): ReactNode {
  return h(
    "table",
    { role: "presentation", cellPadding: 0, cellSpacing: 0, style, ...rest },
    h("tbody", null, ...cells.map((cell, index) => h("tr", { key: index }, cell))),
  );
}

/** What the plain text leaves out: it says it already, or it is ornament. */
function htmlOnly(tag: "div" | "p", style: CSSProperties, ...children: ReactNode[]): ReactNode {
  return h(tag, { "data-skip-in-text": "true", style }, ...children);
}

function brand(): ReactNode {
  const mark: CSSProperties = {
    display: "inline-block",
    width: 26,
    height: 26,
    borderRadius: 7,
    background: brandColor,
    color: "#ffffff",
    fontSize: 15,
    lineHeight: "26px",
    textAlign: "center",
    verticalAlign: "middle",
  };
  const name: CSSProperties = {
    paddingLeft: 9,
    fontSize: 16,
    fontWeight: 600,
    letterSpacing: "-0.02em",
    color: ink,
    verticalAlign: "middle",
  };
  return htmlOnly(
    "div",
    {},
    h("span", { "aria-hidden": true, style: mark }, "✦"),
    h("span", { className: "ink", style: name }, "Astra"),
  );
}

type Part = NonNullable<MailContent["paragraphs"]>[number];

function paragraph(part: Part, key: number): ReactNode {
  const style = { margin: "0 0 16px", fontSize: 15, lineHeight: "23px", color: body };
  if (typeof part === "string") return h("p", { key, className: "muted", style }, part);
  const link = { className: "link", href: addressOf(part.link), style: { color: "#2a4cc0" } };
  return h("p", { key, className: "muted", style }, part.text, " ", h("a", link, part.link.label));
}

function button(action: PlaceLink): ReactNode {
  const style: CSSProperties = {
    display: "inline-block",
    padding: "11px 20px",
    fontSize: 15,
    lineHeight: "20px",
    fontWeight: 600,
    color: "#ffffff",
    textDecoration: "none",
  };
  return table(
    { style: { margin: "24px 0" } },
    h(
      "td",
      { style: { borderRadius: 8, background: brandColor } },
      h("a", { href: addressOf(action), style }, action.label),
    ),
  );
}

/** For programs that show no buttons, and for people who look before they click. */
function spelledOut(action: PlaceLink): ReactNode {
  const href = addressOf(action);
  const style = {
    margin: "24px 0 0",
    paddingTop: 20,
    borderTop: `1px solid ${edge}`,
    fontSize: 12,
    lineHeight: "18px",
    color: small,
  };
  return h(
    "p",
    { "data-skip-in-text": "true", className: "muted line", style },
    "If the button does not work, open this address:",
    h("br"),
    h("a", { className: "link", href, style: { color: "#2a4cc0", wordBreak: "break-all" } }, href),
  );
}
