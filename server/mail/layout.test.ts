import { expect, test } from "vitest";
import { renderMail } from "./layout.ts";

const content = {
  subject: "A subject",
  title: "A title",
  lead: "The lead.",
  paragraphs: ["More.", { text: "Or", link: { label: "elsewhere", path: "/help" } }],
  action: { label: "Do it", path: "/do?token=a&b=c" },
  footer: "Why this came.",
};

test("both parts say the same, and lead to the same places", async () => {
  const { subject, text, html } = await renderMail(content);
  expect(subject).toBe("A subject");
  for (const part of ["A title", "The lead.", "More.", "Or", "elsewhere", "Do it", "Why this came."]) {
    expect(text).toContain(part);
    expect(html).toContain(part);
  }
  expect(text).toContain("http://127.0.0.1:3000/do?token=a&b=c");
  expect(text).toContain("http://127.0.0.1:3000/help");
  expect(html).toContain('href="http://127.0.0.1:3000/do?token=a&amp;b=c"');
});

test("the plain text says everything once and holds no markup", async () => {
  const { text } = await renderMail(content);
  expect(text).not.toMatch(/<|&amp;|✦/);
  expect(text.split("http://127.0.0.1:3000/do")).toHaveLength(2);
  expect(text.split("The lead.")).toHaveLength(2);
  expect(text).toMatchSnapshot();
});

test("names stand in HTML as text, whatever they hold", async () => {
  const name = `<img src=x onerror="alert('1')"> & Co`;
  const { html, text } = await renderMail({ ...content, title: name, lead: name, footer: name });
  expect(html).not.toContain("<img");
  expect(html).toContain("&lt;img src=x onerror=&quot;alert(&#x27;1&#x27;)&quot;&gt; &amp; Co");
  expect(text).toContain(name);
});

test.each(["https://evil.example/", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "do"])(
  "a link to %s is refused",
  async (path) => {
    await expect(renderMail({ ...content, action: { label: "Do it", path } })).rejects.toThrow(
      "links to this installation only",
    );
  },
);
