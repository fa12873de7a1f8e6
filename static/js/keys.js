// Single keys, for who likes them: through the rows of a list or the posts of a thread, to what is unread, to the search.
// Never while somebody is typing, and not at all for who turned them off (WCAG 2.1.4): speech presses them by chance.
import { drop, keep, read } from "./web_storage.js";

const OFF = "segue.keys_off";
const TYPING = "input, textarea, select, dialog, [contenteditable], [role='listbox']";
let offHere = false; // where the browser keeps nothing, at least on this page
const areOff = () => offHere || read("localStorage", OFF) === "yes";
const dialog = () => document.getElementById("keys");
const places = () => [...document.querySelectorAll("main .rows .title, main article.post")];
const isThere = (it) => it.checkVisibility();

// From the row or post that one is in, or from the top.
const go = (step) => {
  const all = places().filter(isThere);
  const here = all.findIndex((it) => it === document.activeElement || it.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
  const place = all[Math.max(0, Math.min(all.length - 1, next))];
  place?.focus();
  place?.scrollIntoView({ block: "nearest" });
};
const press = (selector) => {
  const found = [...document.querySelectorAll(selector)].find(isThere);
  found?.click();
  return Boolean(found);
};
const search = () => {
  const box = document.getElementById("search");
  if (box?.checkVisibility()) {
    box.focus();
    box.select();
  } else {
    document.getElementById("search-link")?.click();
  }
};
const help = () => {
  const box = dialog();
  box.querySelector("input").checked = !areOff();
  box.showModal();
};

const actions = {
  j: () => go(1),
  k: () => go(-1),
  o: () => document.activeElement.matches(".rows .title") && document.activeElement.click(),
  n: () => press("#new-thread"),
  u: () => press("[data-unread-link], .chips a[href*='show=unread']"),
  "/": search,
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || areOff()) return;
  if (event.target.closest(TYPING)) return;
  const action = actions[event.key];
  if (!action || (event.key !== "/" && !dialog())) return;
  event.preventDefault();
  action();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#keys-button")) help();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("#keys-on")) return;
  offHere = !event.target.checked;
  if (offHere) keep("localStorage", OFF, "yes");
  else drop("localStorage", OFF);
});

const begin = () => {
  const button = document.getElementById("keys-button");
  if (button) button.hidden = false;
};
document.addEventListener("segue:placed", begin);
begin();
