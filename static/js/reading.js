// What one has read: a post counts once it was in view for a moment, in a window that is in front. Scrolling past
// is not reading. Sent in batches, and whatever is left when the page goes.
import { carried } from "./tab.js";

const DWELL = 1500;
const GATHER = 3000;
const MOST = 100;
const waiting = new Map();
let read = new Set();
let timer = null;

const send = () => {
  clearTimeout(timer);
  timer = null;
  const form = document.getElementById("read");
  if (!form || read.size === 0) return;
  const body = new URLSearchParams(new FormData(form));
  const numbers = [...read].slice(0, MOST);
  body.set("numbers", numbers.join(","));
  read = new Set([...read].slice(MOST));
  // An answer that does not come changes nothing for the reader: the posts stay unread, and are read again.
  fetch(form.getAttribute("action"), { method: "POST", body, headers: carried(), keepalive: true }).catch(() => {});
};

const note = (post) => {
  waiting.delete(post);
  seen.unobserve(post);
  read.add(post.dataset.number);
  timer ??= setTimeout(send, GATHER);
};

const begin = (post) => {
  if (!waiting.has(post)) waiting.set(post, setTimeout(note, DWELL, post));
};
const end = (post) => {
  clearTimeout(waiting.get(post));
  waiting.delete(post);
};

// Half of the post, or half of the window where the post is longer than that.
const isInView = ({ isIntersecting, intersectionRatio, intersectionRect, rootBounds }) =>
  isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? 0) / 2);
const inView = new Set();
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (isInView(entry)) inView.add(entry.target);
      else inView.delete(entry.target);
      if (isInView(entry) && document.visibilityState === "visible") begin(entry.target);
      else end(entry.target);
    }
  },
  { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] },
);

const watch = () => {
  for (const post of document.querySelectorAll("[data-unread]:not([data-watched])")) {
    post.dataset.watched = "";
    seen.observe(post);
  }
};
watch();
document.addEventListener("segue:placed", watch);
document.addEventListener("segue:arrived", watch);
document.addEventListener("htmx:afterSwap", watch);

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") inView.forEach(begin);
  else {
    inView.forEach(end);
    send();
  }
});
window.addEventListener("pagehide", send);
