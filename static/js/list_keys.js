// j and k go through the list, o opens, n begins a thread, ? says so. Never while somebody is typing.
const rows = () => [...document.querySelectorAll("#threads .title")];

const go = (step) => {
  const links = rows();
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
};

const actions = {
  j: () => go(1),
  k: () => go(-1),
  o: () => rows().includes(document.activeElement) && document.activeElement.click(),
  n: () => document.getElementById("new-thread")?.click(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const action = document.getElementById("threads") && actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
