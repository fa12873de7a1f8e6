// Pictures in a tab without cookies: a browser can't send what the tab keeps along with them, so each is asked for
// by script, when it comes near, and gets an address that is signed for a minute.
import { ask, isTab } from "./tab.js";

const MARGIN = "600px";

const show = async (picture) => {
  try {
    const { next } = await ask(picture.dataset.signed);
    if (next) picture.src = next;
  } catch {
    // Its description stands in its place.
  }
};

const near = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      show(target);
    }
  },
  { rootMargin: MARGIN },
);

export const lookForPictures = (root = document) => {
  if (!isTab()) return;
  for (const picture of root.querySelectorAll("img[data-signed]:not([src])")) near.observe(picture);
};

lookForPictures();
document.addEventListener("segue:placed", () => lookForPictures());
document.addEventListener("htmx:load", () => lookForPictures());
document.addEventListener("segue:arrived", () => lookForPictures());
