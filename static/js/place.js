// Putting a whole page in the place of this one, for a tab that must fetch its pages by script.

const ATTRIBUTES = ["lang", "dir"];

const takeOver = (mine, theirs, attributes) => {
  for (const name of attributes) {
    if (theirs.hasAttribute(name)) mine.setAttribute(name, theirs.getAttribute(name));
    else mine.removeAttribute(name);
  }
};

// Scripts of a page don't run by being put there. Only files of our own can stand in a page of ours.
const addScripts = (page) => {
  for (const script of page.head.querySelectorAll("script[src]")) {
    const address = new URL(script.src, location).href;
    if ([...document.scripts].some((it) => it.src === address)) continue;
    const added = document.createElement("script");
    added.type = script.type;
    added.src = address;
    document.head.append(added);
  }
};

export const place = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  takeOver(document.documentElement, page.documentElement, ATTRIBUTES);
  const [mine, theirs] = [document.body, page.body];
  takeOver(mine, theirs, new Set([...mine.getAttributeNames(), ...theirs.getAttributeNames()]));
  mine.replaceChildren(...theirs.childNodes);
  window.htmx?.process(mine);
  addScripts(page);
  // Once more to the same anchor: now it is there.
  if (location.hash) location.replace(location.hash);
  else window.scrollTo(0, 0);
  document.dispatchEvent(new CustomEvent("segue:placed"));
};
