// A title to begin with, until somebody writes one of their own. The server does the same without this.

const title = document.getElementById("title");
const kinds = [...document.querySelectorAll("[data-title]")];
const suggested = kinds.map((kind) => kind.dataset.title);

const suggest = () => {
  const chosen = kinds.find((kind) => kind.checked);
  if (chosen && (title.value === "" || suggested.includes(title.value))) title.value = chosen.dataset.title;
};

for (const kind of kinds) kind.addEventListener("change", suggest);
suggest();
