// Words that are selected in a post can be quoted: a button near them, on the keyboard's way too, puts them
// into the composer, behind whatever stands there. Where nothing does, it becomes an answer to that post.
import { insertAtEnd } from "./insert_text.js";
import { nodeAsMarkdown } from "./paste.js";
import { carried } from "./tab.js";
import { isBlank, look } from "./unsent.js";

const REST = 120;
const GAP = 6;
const OWN_SIGNS = /[\\`*_[\]<>#~|$&!]/g;
let timer = null;
let quoted = null;

const composer = () => document.querySelector("form#composer");
const button = () => document.getElementById("quote");
const elementOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
const proseOf = (node) => node && elementOf(node).closest("article[id^='post-'] .prose");

// Of one text of one post; nothing where more is selected, or nothing to write in is there.
const selected = () => {
  const selection = document.getSelection();
  if (!composer() || selection.isCollapsed || !selection.toString().trim()) return null;
  const prose = proseOf(selection.anchorNode);
  if (prose && prose === proseOf(selection.focusNode)) return { prose, range: selection.getRangeAt(0) };
  return wholeText(selection.getRangeAt(0));
};
// A text that is selected to its end: by a triple click, say, the selection ends where the next thing begins.
const wholeText = (range) => {
  const prose = proseOf(range.startContainer);
  if (!prose || range.endOffset > 0) return null;
  const within = document.createRange();
  within.selectNodeContents(prose);
  within.setStart(range.startContainer, range.startOffset);
  const between = document.createRange();
  between.setStartAfter(prose);
  if (between.comparePoint(range.endContainer, range.endOffset) < 0) return null;
  between.setEnd(range.endContainer, range.endOffset);
  return between.toString().trim() || between.cloneContents().querySelector("article") ? null : { prose, range: within };
};

const nameOf = (post) => {
  const line = post.querySelector(".byline");
  const name = line?.querySelector("[data-quoted-as]")?.dataset.quotedAs ?? line?.querySelector("b")?.textContent ?? "";
  return name.replace(OWN_SIGNS, "\\$&");
};

const asQuote = ({ prose, range }) => {
  const part = document.createElement("div");
  part.append(range.cloneContents());
  // Who was named there is not named once more.
  for (const it of part.querySelectorAll(".mention")) it.replaceWith(it.textContent.replace(/^@/, ""));
  const lines = nodeAsMarkdown(part).split("\n").map((line) => `> ${line}`.trimEnd());
  const who = document.getElementById("quote-button").content.firstElementChild.dataset.wrote;
  return `${who.replace("…", () => nameOf(prose.closest("article")))}\n\n${lines.join("\n")}\n\n`;
};

const hide = () => {
  button()?.remove();
  quoted = null;
};

// Behind the text, so that the keyboard gets there next in that post; where the selection ends, for the eye.
const show = (found) => {
  hide();
  quoted = found;
  const made = document.getElementById("quote-button").content.firstElementChild.cloneNode(true);
  made.id = "quote";
  found.prose.after(made);
  stand(made, found);
};
const stand = (made, found) => {
  const last = [...found.range.getClientRects()].at(-1) ?? found.prose.getBoundingClientRect();
  const around = made.offsetParent.getBoundingClientRect();
  const room = Math.max(0, document.documentElement.clientWidth - made.offsetWidth - GAP);
  made.style.insetBlockStart = `${last.bottom - around.top + GAP}px`;
  made.style.left = `${Math.max(GAP, Math.min(last.right, room)) - around.left}px`;
};

const notice = () => {
  if (document.activeElement === button()) return;
  const found = selected();
  if (found) show(found);
  else hide();
};

// The composer that answers this post, in the place of an empty one; the address says so too, as its link would.
const answer = async (post) => {
  const link = post.querySelector("a[href*='reply_to=']");
  const form = composer();
  const id = post.id.replace("post-", "");
  const address = form.dataset.composer;
  if (!link || !address || !isBlank(form) || form.elements.in_reply_to.value === id) return;
  const reply = await fetch(`${address}?reply_to=${id}`, { headers: { ...carried(), "HX-Request": "true" }, cache: "no-store" });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const fresh = page.querySelector("form#composer");
  if (!reply.ok || !fresh || !isBlank(form)) return;
  form.replaceWith(fresh);
  window.htmx?.process(fresh);
  const submissions = [...document.querySelectorAll("input[name='submission']")].map((it) => it.value);
  history.replaceState({ ...history.state, submissions }, "", link.href);
  look();
  document.dispatchEvent(new CustomEvent("segue:composing"));
};

const quote = async () => {
  const { prose } = quoted;
  const text = asQuote(quoted);
  hide();
  document.getSelection().removeAllRanges();
  // Without an answer the words still go where one writes.
  await answer(prose.closest("article")).catch(() => {});
  const field = composer().querySelector("textarea");
  field.closest("text-composer")?.show?.("write");
  insertAtEnd(field, text);
  field.setSelectionRange(field.value.length, field.value.length);
  field.scrollIntoView({ block: "nearest" });
};

document.addEventListener("selectionchange", () => {
  clearTimeout(timer);
  timer = setTimeout(notice, REST);
});
// A press would take the selection away before it is known.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("#quote")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#quote")) quote();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !button()) return;
  hide();
  document.getSelection().removeAllRanges();
});
document.addEventListener("segue:placed", hide);
window.addEventListener("resize", () => button() && stand(button(), quoted));
