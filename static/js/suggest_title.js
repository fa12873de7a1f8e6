// A title to begin with, until somebody writes one of their own. The server does the same without this.

document.addEventListener("change", (event) => {
  const suggested = event.target.dataset.title;
  if (!suggested) return;
  const title = document.getElementById("title");
  const others = [...document.querySelectorAll("[data-title]")].map((kind) => kind.dataset.title);
  if (title.value === "" || others.includes(title.value)) title.value = suggested;
});
