// Whom one means: a list below the @ while one types a name, and one's own name stands out where others wrote it.
import { authorization, isTab } from "./tab.js";
import { launch } from "./tab_secret.js";

const PAUSE = 150;
let asked = 0;

const ask = async (form, typed) => {
  const headers = { "HX-Request": "true", ...(isTab() ? authorization() : {}) };
  const group = form.elements.group?.value ?? form.dataset.group ?? "";
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, typed, group });
  const answer = await fetch(`/l/${launch}/mentions/suggestions`, { method: "POST", headers, body });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".suggestions");
};

// Only the last of what is typed quickly is asked for.
const suggest = async (form, typed) => {
  asked += 1;
  const mine = asked;
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  if (mine !== asked) return { matched: false };
  const fragment = await ask(form, typed).catch(() => null);
  return { matched: mine === asked && Boolean(fragment?.children.length), fragment };
};

// These events don't bubble.
document.addEventListener(
  "text-expander-change",
  (event) => {
    const form = event.target.closest("form");
    const { provide, text } = event.detail;
    if (form && text.trim()) provide(suggest(form, text));
  },
  true,
);
document.addEventListener(
  "text-expander-value",
  (event) => {
    event.detail.value = event.detail.item.dataset.value;
  },
  true,
);
// A text of several lines stays one: the role that the element gives it is for single lines (ARIA in HTML).
document.addEventListener(
  "text-expander-activate",
  (event) => {
    const input = event.target.querySelector("textarea");
    queueMicrotask(() => ["role", "aria-expanded"].forEach((name) => input.removeAttribute(name)));
  },
  true,
);
document.addEventListener(
  "text-expander-committed",
  (event) => event.detail.input.dispatchEvent(new Event("input", { bubbles: true })),
  true,
);

const markMine = () => {
  const { person } = document.body.dataset;
  for (const it of document.querySelectorAll(`.mention[data-mention="${person}"]`)) it.classList.add("me");
};
for (const happening of ["segue:placed", "htmx:afterSettle"]) document.addEventListener(happening, markMine);
markMine();
