// A slash goes to the search: into its box, or to its page where the box has no room. Never while somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const box = document.getElementById("search");
  const link = document.getElementById("search-link");
  event.preventDefault();
  if (box?.checkVisibility()) {
    box.focus();
    box.select();
  } else {
    link?.click();
  }
});
