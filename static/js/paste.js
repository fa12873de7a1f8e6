// What is pasted with its formatting becomes markdown; plain text stays as it is.
import TurndownService from "../vendor/turndown.js";

// What says nothing that markdown could say: a copy of these is a copy of plain text.
const TELLING = "a[href], b, strong, i, em, s, del, code, pre, blockquote, ul, ol, table, h1, h2, h3, h4, h5, h6";
// Office programs and web editors wrap all they copy into bold that is none.
const NOT_BOLD = "b[data-style*='font-weight:normal'], b[data-style*='font-weight: normal'], b[id^='docs-internal-guid']";
const DROPPED = "script, style, template, noscript, meta, link, title, iframe, object, embed, svg, math, [hidden]";

const cell = (node, text) => ` ${text.trim().replace(/\s*\n\s*/g, " ").replace(/\|/g, "\\|")} |`;
const isHead = (row) => row === row.closest("table").rows[0];

const makeService = () => {
  const service = new TurndownService({
    headingStyle: "atx",
    bulletListMarker: "-",
    codeBlockStyle: "fenced",
    emDelimiter: "*",
    hr: "---",
  });
  service.remove(["script", "style", "head"]);
  // Brackets stay as they are: escaped, \[ would begin a formula. What would become a link is broken up instead.
  const { escape } = service;
  service.escape = (text) =>
    escape.call(service, text)
      .replace(/\\([[\]])/g, "$1")
      .replace(/\]\(/g, "]\\(")
      .replace(/^(\[[^\]]*\]):/gm, "$1\\:");
  service.addRule("struck", { filter: ["s", "del"], replacement: (text) => `~~${text}~~` });
  service.addRule("cell", { filter: ["th", "td"], replacement: (text, node) => cell(node, text) });
  service.addRule("row", {
    filter: "tr",
    replacement: (text, row) => `\n|${text}${isHead(row) ? `\n|${" --- |".repeat(row.cells.length)}` : ""}`,
  });
  service.addRule("section", { filter: ["thead", "tbody", "tfoot"], replacement: (text) => text });
  service.addRule("table", { filter: "table", replacement: (text) => `\n\n${text.trim()}\n\n` });
  service.addRule("caption", { filter: "caption", replacement: () => "" });
  // Pictures elsewhere would tell their owner who reads; their words stay.
  service.addRule("image", { filter: "img", replacement: (_text, image) => image.getAttribute("alt") ?? "" });
  service.addRule("link", {
    filter: (node) => node.nodeName === "A" && !/^(https?|mailto):/i.test(node.getAttribute("href") ?? ""),
    replacement: (text) => text,
  });
  return service;
};

// Our policy lets no style or handler in, and says so on the console for each, though nothing of this is shown.
const inert = (html) => html.replace(/<[^>]*>/g, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));

// In a document of its own, which runs and loads nothing.
const parse = (html) => {
  const page = new DOMParser().parseFromString(inert(html), "text/html");
  for (const it of page.querySelectorAll(DROPPED)) it.remove();
  for (const it of page.querySelectorAll(NOT_BOLD)) it.replaceWith(...it.childNodes);
  return page.body;
};

// Nothing where the plain text is to be taken: there is no other, or it says as much.
export const asMarkdown = (clipboard) => {
  const html = clipboard?.getData("text/html");
  if (!html) return null;
  const body = parse(html);
  if (!body.querySelector(TELLING)) return null;
  return makeService().turndown(body).trim() || null;
};

// A part of one of our own pages.
export const nodeAsMarkdown = (node) => makeService().turndown(node).trim();
