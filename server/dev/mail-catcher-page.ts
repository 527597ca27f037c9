import type { CaughtMail } from "./mail-catcher-server.ts";

/** The catcher's page: the list of mails, and the one that is open. */
export function mailPage(mails: readonly CaughtMail[], open: CaughtMail | undefined, to: string): string {
  const query = to ? `?to=${encodeURIComponent(to)}` : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${open ? `${escape(open.subject)} · ` : ""}Astra mails</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body class="${open ? "reading" : ""}">
<header><a class="name" href="/">Astra mails</a><span>Caught on this machine, delivered to nobody. The last 200 are kept until it stops.</span></header>
<div class="columns">
<nav aria-label="Mails">${to ? filterNote(to) : ""}${list(mails, open, query)}</nav>
<main>${open ? reader(open, query) : nothingOpen(mails.length)}</main>
</div>
${open ? "" : `<script>${lookAgain}</script>`}
</body>
</html>
`;
}

/** Loads the list anew when there is something new. The page's policy names this text's hash and no other script. */
export const lookAgain = `
const newest = async () => (await (await fetch("/api/mails/newest")).json()).id;
const known = newest();
setInterval(async () => {
  if (!document.hidden && (await newest()) !== (await known)) location.reload();
}, 2000);
`;

function filterNote(to: string): string {
  return `<p class="filter">To <b>${escape(to)}</b> only. <a href="/">Show all</a></p>`;
}

function list(mails: readonly CaughtMail[], open: CaughtMail | undefined, query: string): string {
  if (mails.length === 0) return "";
  const items = mails.map((mail) => {
    const current = mail.id === open?.id ? ' aria-current="page"' : "";
    return `<li><a href="/mails/${mail.id}${query}"${current}>
<span class="row"><b class="clip">${escape(mail.to.join(", "))}</b>${time(mail.receivedAt)}</span>
<span class="clip subject">${escape(mail.subject) || "(no subject)"}</span>
<span class="clip muted">${escape(mail.text.replace(/\s+/g, " ").slice(0, 120))}</span></a></li>`;
  });
  return `<ol>${items.join("")}</ol>`;
}

function reader(mail: CaughtMail, query: string): string {
  const headers = mail.headers
    .map(({ name, value }) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`)
    .join("");
  // An empty sandbox: no script, no form, its links open a tab of their own or nothing.
  const html = mail.html
    ? `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mails/${mail.id}/html" title="The mail as HTML"></iframe>`
    : "";
  const links = [...new Set(mail.text.match(/https?:\/\/[^\s<>"]+/g))]
    .map((href) => `<li><a href="${escape(href)}" rel="noreferrer">${escape(href)}</a></li>`)
    .join("");
  return `<p class="back"><a href="/${query}">← All mails</a></p>
<h1>${escape(mail.subject) || "(no subject)"}</h1>
<dl><dt>From</dt><dd>${escape(mail.from)}</dd><dt>To</dt><dd>${escape(mail.to.join(", "))}</dd><dt>Received</dt><dd>${time(mail.receivedAt)}</dd></dl>
${links ? `<section><h2>Links</h2><ul class="links">${links}</ul></section>` : ""}
${html}
<details${html ? "" : " open"}><summary>Plain text</summary><pre>${escape(mail.text)}</pre></details>
<details><summary>Headers</summary><div class="scroll"><table>${headers}</table></div></details>`;
}

function nothingOpen(count: number): string {
  const words =
    count === 0
      ? "<h1>No mails yet</h1><p>What Astra sends appears here within seconds.</p>"
      : "<h1>Choose a mail</h1><p>New ones appear by themselves.</p>";
  return `<div class="empty">${words}</div>`;
}

function time(iso: string): string {
  return `<time datetime="${escape(iso)}">${escape(iso.slice(11, 19))} UTC</time>`;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

const STYLE = `
:root { --canvas: #f4f6f8; --surface: #fff; --line: #e3e6eb; --ink: #171a21; --muted: #5d6472; --accent: #2a4cc0; --soft: #eaeefc; }
@media (prefers-color-scheme: dark) { :root { --canvas: #0f1115; --surface: #171a1f; --line: #2a2e36; --ink: #eef0f3; --muted: #9aa1ad; --accent: #9db7ff; --soft: #1e2740; } }
* { box-sizing: border-box; }
body { margin: 0; height: 100dvh; display: flex; flex-direction: column; background: var(--canvas); color: var(--ink); font: 14px/1.5 ui-sans-serif, system-ui, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; padding: 12px 20px; border-bottom: 1px solid var(--line); background: var(--surface); color: var(--muted); font-size: 13px; }
.name { color: var(--ink); font-size: 15px; font-weight: 600; text-decoration: none; }
.columns { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(260px, 360px) 1fr; }
nav { overflow-y: auto; border-right: 1px solid var(--line); background: var(--surface); }
ol { list-style: none; margin: 0; padding: 0; }
li > a { display: block; }
ol a { padding: 12px 20px; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; }
ol a:hover { background: var(--canvas); }
ol a[aria-current] { background: var(--soft); }
ol a:focus-visible { outline-offset: -2px; }
.row { display: flex; justify-content: space-between; gap: 12px; }
.clip { display: block; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
time { flex-shrink: 0; color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
.muted { color: var(--muted); font-size: 13px; }
.filter { margin: 0; padding: 10px 20px; border-bottom: 1px solid var(--line); font-size: 13px; }
main { overflow-y: auto; padding: 24px 28px; }
h1 { margin: 0 0 12px; font-size: 20px; line-height: 1.3; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 13px; color: var(--muted); font-weight: 500; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0 0 20px; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; } dd time { font-size: inherit; color: inherit; }
.links { margin: 0 0 20px; padding: 0; list-style: none; overflow-wrap: anywhere; font-size: 13px; }
iframe { display: block; width: 100%; height: min(720px, 70dvh); border: 1px solid var(--line); border-radius: 10px; background: var(--canvas); }
details { margin-top: 16px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
summary { padding: 10px 14px; cursor: pointer; font-weight: 500; }
pre { margin: 0; padding: 4px 14px 14px; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.55 ui-monospace, monospace; }
.scroll { overflow-x: auto; padding: 0 14px 12px; }
table { border-spacing: 0; font-size: 12px; } th { padding: 2px 16px 2px 0; text-align: left; vertical-align: top; color: var(--muted); font-weight: 500; white-space: nowrap; } td { overflow-wrap: anywhere; }
.back { margin: 0 0 12px; display: none; }
.empty { display: grid; place-content: center; height: 100%; text-align: center; color: var(--muted); } .empty h1 { color: var(--ink); margin-bottom: 4px; } .empty p { margin: 0; max-width: 44ch; }
@media (max-width: 760px) {
  body { height: auto; min-height: 100dvh; }
  .columns { display: block; } nav { border: 0; } main { padding: 20px; }
  .reading nav { display: none; } .back { display: block; }
  iframe { height: 560px; }
}
`;
