// Small comforts on top of pages that work without them.

// In an LMS's frame the browser does not see to `autofocus`.
document.querySelector("[autofocus]")?.focus();

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

// No answer at all: say so beside what was typed. (An answer that is an error brings its own words.)
const unreachable = document.getElementById("problem")?.dataset.unreachable;
document.addEventListener("htmx:sendError", () => {
  const problem = document.getElementById("problem");
  problem.className = "panel problem";
  problem.setAttribute("role", "alert");
  problem.textContent = unreachable;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const problem = document.getElementById("problem");
  if (!event.detail.successful) return;
  problem.className = "";
  problem.textContent = "";
});

// Back brings the typed text again, but a fresh page with a fresh key. With the key that this page had before,
// the server knows the same text as the same; a changed text is another in any case.
const keys = [...document.querySelectorAll("input[name='submission']")];
const before = history.state?.submissions;
if (before?.length === keys.length) {
  keys.forEach((key, index) => {
    key.value = before[index];
  });
} else {
  history.replaceState({ ...history.state, submissions: keys.map((key) => key.value) }, "");
}

// A form is sent once, however often its button is pressed; the server sees to it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// Back from the next page: the browser may show this one as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Ctrl+Enter (or Cmd+Enter) sends what one is writing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.target.form?.requestSubmit();
  }
});

// Tell the LMS how tall the page is; it need not listen.
if (window.parent !== window) {
  let last = 0;
  const tell = () => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (height === last) return;
    last = height;
    window.parent.postMessage({ subject: "lti.frameResize", height }, "*");
  };
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
}
