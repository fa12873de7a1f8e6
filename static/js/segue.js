// Small comforts on top of pages that work without them.
import { lookAtDrafts } from "./drafts.js";
import "./frame_size.js";
import "./parts.js";
import { isOurs, isTab } from "./tab.js";
import { openWindow } from "./tab_secret.js";
import { look } from "./unsent.js";

for (const happening of ["htmx:afterSettle", "segue:composing"]) document.addEventListener(happening, lookAtDrafts);

// What htmx put on the page is where the reader goes on: focus it, and say that it worked.
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  const arrived = target.matches("ol, ul") ? target.lastElementChild?.firstElementChild : null;
  const wrong = document.querySelector("#composer [aria-invalid='true']");
  (wrong ?? arrived)?.focus();
  if (arrived && !wrong) {
    document.getElementById("announcement").textContent = arrived.dataset.announce ?? "";
  }
});

// No answer at all: say so beside what was typed. (An answer that is an error brings its own words, but the
// panel that it puts in place of ours does not bring these.)
let unreachable = "";
const sayUnreachable = () => {
  const problem = document.getElementById("problem");
  if (!problem) return;
  problem.className = "panel problem";
  problem.setAttribute("role", "alert");
  problem.textContent = unreachable;
};
document.addEventListener("htmx:sendError", sayUnreachable);
document.addEventListener("segue:unreachable", sayUnreachable);
document.addEventListener("htmx:afterRequest", (event) => {
  const problem = document.getElementById("problem");
  if (!event.detail.successful) return;
  problem.className = "";
  problem.textContent = "";
});

// Back brings the typed text again, but a fresh page with a fresh key. With the key that this page had before,
// the server knows the same text as the same; a changed text is another in any case.
const keepKeys = () => {
  const keys = [...document.querySelectorAll("input[name='submission']")];
  const before = history.state?.submissions;
  if (before?.length === keys.length) {
    keys.forEach((key, index) => {
      key.value = before[index];
    });
  } else {
    history.replaceState({ ...history.state, submissions: keys.map((key) => key.value) }, "");
  }
};

// For each page: the one that the browser loaded, and those that are put in its place.
const begin = () => {
  // In an LMS's frame the browser does not see to `autofocus`.
  document.querySelector("[autofocus]")?.focus();
  unreachable = document.getElementById("problem")?.dataset.unreachable ?? unreachable;
  keepKeys();
  look();
  lookAtDrafts();
};
begin();
document.addEventListener("segue:placed", begin);

// A form is sent once, however often its button is pressed; the server sees to it as well. In the capture phase,
// so that whatever else listens hears of the first press alone.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.hasAttribute("hx-post")) return;
    // Without a line the browser would put a page of its own in the place of what was typed.
    const isLost = !navigator.onLine && form.getAttribute("method") === "post";
    if (isLost) document.dispatchEvent(new CustomEvent("segue:unreachable"));
    if (isLost || form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
  },
  true,
);

// Back from the next page: the browser may show this one as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A frame's session stays in the frame, so a new window asks the page that opened it who one is. Links that open
// one have rel="opener"; where a key or the middle button does, the browser would not tell it, and so we open it.
const openKnown = (event) => {
  const isAsked = event.ctrlKey || event.metaKey || event.shiftKey || event.button === 1;
  const link = event.target.closest?.("a[href]");
  if (!isAsked || !link || event.defaultPrevented || (window.parent === window && !isTab())) return;
  if (isOurs(link.href) && openWindow(link.href)) event.preventDefault();
};
document.addEventListener("click", openKnown);
document.addEventListener("auxclick", openKnown);

// Ctrl+Enter (or Cmd+Enter) sends what one is writing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});
