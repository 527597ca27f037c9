/** What a mail says, before it has a form. All of it is plain text. */
export type MailContent = {
  subject: string;
  title: string;
  /** The first line, which mail programs show beside the subject. */
  lead: string;
  paragraphs?: readonly string[];
  action?: { label: string; href: string };
  /** Small print: why this mail came, and what to do when it should not have. */
  footer: string;
};

/** Writes a mail as plain text and as HTML that says the same. */
export function renderMail(content: MailContent): { subject: string; text: string; html: string } {
  return { subject: content.subject, text: renderText(content), html: renderHtml(content) };
}

function renderText({ title, lead, paragraphs = [], action, footer }: MailContent): string {
  const link = action ? [`${action.label}:\n${action.href}`] : [];
  return `${[title, lead, ...link, ...paragraphs, `-- \n${footer}`].join("\n\n")}\n`;
}

/** Tables and inline styles, since mail programs know little else; the style block only adds the dark colours. */
function renderHtml({ subject, title, lead, paragraphs = [], action, footer }: MailContent): string {
  const rest = paragraphs.map((text) => paragraph(text)).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  .canvas { background: #0f1115 !important; }
  .card { background: #171a1f !important; border-color: #2a2e36 !important; }
  .ink { color: #eef0f3 !important; }
  .muted { color: #aab0bb !important; }
  .line { border-color: #2a2e36 !important; }
  .link { color: #9db7ff !important; }
}
@media (max-width: 600px) { .card { padding: 28px 22px !important; } }
</style>
</head>
<body class="canvas" style="margin:0;padding:0;background:#f4f6f8;">
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(lead)}</div>
<table role="presentation" class="canvas" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f6f8;">
<tr><td align="center" style="padding:40px 16px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;font-family:${fonts};">
<tr><td style="padding:0 4px 20px;">${brand}</td></tr>
<tr><td class="card" style="background:#ffffff;border:1px solid #e3e6eb;border-radius:12px;padding:36px 36px 32px;">
<h1 class="ink" style="margin:0 0 12px;font-size:21px;line-height:28px;font-weight:600;letter-spacing:-0.02em;color:#171a21;">${escapeHtml(title)}</h1>
${paragraph(lead)}${action ? button(action) : ""}${rest}${action ? spelledOut(action.href) : ""}
</td></tr>
<tr><td class="muted" style="padding:20px 4px 0;font-size:12px;line-height:18px;color:#626977;">${escapeHtml(footer)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

const fonts = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const brand = `<table role="presentation" cellpadding="0" cellspacing="0"><tr>
<td align="center" valign="middle" style="width:26px;height:26px;border-radius:7px;background:#3056d3;color:#ffffff;font-size:15px;line-height:26px;">&#10022;</td>
<td class="ink" style="padding-left:9px;font-size:16px;font-weight:600;letter-spacing:-0.02em;color:#171a21;">Astra</td>
</tr></table>`;

function paragraph(text: string): string {
  return `<p class="muted" style="margin:0 0 16px;font-size:15px;line-height:23px;color:#434956;">${escapeHtml(text)}</p>`;
}

function button({ label, href }: { label: string; href: string }): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:24px 0;"><tr>
<td style="border-radius:8px;background:#3056d3;">
<a href="${escapeHtml(href)}" style="display:inline-block;padding:11px 20px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none;">${escapeHtml(label)}</a>
</td></tr></table>`;
}

/** For programs that show no buttons, and for people who look before they click. */
function spelledOut(href: string): string {
  return `<p class="muted line" style="margin:24px 0 0;padding-top:20px;border-top:1px solid #e3e6eb;font-size:12px;line-height:18px;color:#626977;">If the button does not work, open this address:<br>
<a class="link" href="${escapeHtml(href)}" style="color:#2a4cc0;word-break:break-all;">${escapeHtml(href)}</a></p>`;
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
