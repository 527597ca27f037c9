import { CARDS } from "./cards.ts";

/** Text of a page, already safe. */
export type Html = { html: string };

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Builds a piece of a page; whatever is not Html itself is escaped. */
export function html(
  parts: TemplateStringsArray,
  ...values: (Html | Html[] | string | number | null)[]
): Html {
  return { html: parts.reduce((text, part, place) => text + shown(values[place - 1] ?? null) + part) };
}

function shown(value: Html | Html[] | string | number | null): string {
  if (value === null) return "";
  if (Array.isArray(value)) return value.map(({ html: text }) => text).join("");
  if (typeof value === "object") return value.html;
  return String(value).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** A whole page, marked as a test. */
export function document(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <header>
          <strong>Test mode</strong
          ><span>A stand-in for Stripe on this machine. No money moves; only test cards are taken.</span>
        </header>
        <main>${body}</main>
      </body>
    </html> `.html;
}

/** What went wrong, spoken at once by a screen reader. */
export function alert(message: string | null): Html | null {
  return message ? html`<p class="alert" role="alert">${message}</p>` : null;
}

/** The fields of a card. No script: everything is sent by the form. */
export function cardFields(): Html {
  const known = Object.values(CARDS).map(
    ({ number, note }) =>
      html`<tr>
        <td>${number.replace(/(\d{4})(?=\d)/g, "$1 ")}</td>
        <td>${note}</td>
      </tr>`,
  );
  return html`<label for="card">Card number</label>
    <input
      id="card"
      name="card"
      inputmode="numeric"
      autocomplete="cc-number"
      placeholder="4242 4242 4242 4242"
      required
      aria-describedby="card-note"
    />
    <div class="pair">
      <div>
        <label for="expiry">Expiry (MM/YY)</label>
        <input id="expiry" name="expiry" autocomplete="cc-exp" placeholder="12 / 34" required />
      </div>
      <div>
        <label for="cvc">Security code</label>
        <input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123" required />
      </div>
    </div>
    <p class="note" id="card-note">Any future date and any security code will do.</p>
    <details>
      <summary>Test cards</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Test cards">
        <table>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">What happens</th>
            </tr>
          </thead>
          <tbody>
            ${known}
          </tbody>
        </table>
      </div>
    </details>`;
}

/** The payer's bank asks; the answer goes to the same place with the same card. */
export function bankPage(card: string, name: string | null, email: string | null): string {
  return document(
    "Your bank asks",
    html`<section class="card narrow">
      <h1>Your bank asks</h1>
      <p>In place of your bank's page: do you confirm this payment?</p>
      <form method="post">
        <input type="hidden" name="card" value="${card}" /><input type="hidden" name="name" value="${name}" />
        <input type="hidden" name="email" value="${email}" />
        <button name="bank" value="yes">Confirm</button
        ><button class="quiet" name="bank" value="no">Refuse</button>
      </form>
    </section>`,
  );
}

/** A page with one message, as for a link that is used up. */
export function messagePage(title: string, message: string): string {
  return document(
    title,
    html`<section class="card narrow">
      <h1>${title}</h1>
      <p>${message}</p>
    </section>`,
  );
}

const STYLE = `
:root { --canvas: #f4f6f8; --surface: #fff; --line: #d9dde4; --ink: #171a21; --muted: #565d6b; --accent: #2a4cc0; --on-accent: #fff; --warn: #7a4b00; --warn-soft: #fff3d6; --bad: #a3192b; --bad-soft: #fdecee; }
@media (prefers-color-scheme: dark) { :root { --canvas: #0f1115; --surface: #171a1f; --line: #343943; --ink: #eef0f3; --muted: #a3aab6; --accent: #9db7ff; --on-accent: #10131a; --warn: #ffd88a; --warn-soft: #33280f; --bad: #ffa3ad; --bad-soft: #3a171c; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; background: var(--canvas); color: var(--ink); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 2px 12px; justify-content: center; padding: 8px 16px; background: var(--warn-soft); color: var(--warn); font-size: 13px; }
main { max-width: 880px; margin: 0 auto; padding: 32px 16px 64px; }
.columns { display: grid; grid-template-columns: 1fr 1fr; gap: 32px; align-items: start; }
.card { padding: 24px; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); }
.card + .card { margin-top: 20px; } .narrow { max-width: 460px; margin: 0 auto; }
h1 { margin: 0 0 12px; font-size: 22px; line-height: 1.25; letter-spacing: -0.01em; } h2 { margin: 0 0 12px; font-size: 16px; }
.total { margin: 0 0 16px; font-size: 32px; font-weight: 600; letter-spacing: -0.02em; }
a { color: var(--accent); } p { margin: 0 0 12px; } .muted, .note { color: var(--muted); } .note { margin: 6px 0 12px; font-size: 13px; }
label { display: block; margin: 14px 0 4px; font-size: 13px; font-weight: 500; }
input { width: 100%; min-height: 40px; padding: 8px 12px; border: 1px solid var(--muted); border-radius: 8px; background: var(--canvas); color: inherit; font: inherit; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
button, .button { display: inline-block; min-height: 40px; margin: 16px 8px 0 0; padding: 8px 18px; border: 1px solid var(--accent); border-radius: 8px; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 500; text-decoration: none; cursor: pointer; }
.quiet { background: transparent; color: var(--accent); } .wide { width: 100%; margin-right: 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.alert { padding: 10px 14px; border-radius: 8px; background: var(--bad-soft); color: var(--bad); }
ul.lines { margin: 0 0 16px; padding: 0; list-style: none; } ul.lines li { display: flex; justify-content: space-between; gap: 16px; padding: 10px 0; border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; } table { width: 100%; border-spacing: 0; font-size: 14px; } th, td { padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; } th { color: var(--muted); font-weight: 500; }
td form, td a { margin: 0; } summary { padding: 6px 0; cursor: pointer; font-size: 13px; } details table { font-size: 13px; }
@media (max-width: 720px) { .columns { grid-template-columns: 1fr; } }
`;
