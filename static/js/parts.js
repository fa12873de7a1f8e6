// A part of the page that htmx has put in place: say what came of it, and go on where it says.
document.addEventListener("htmx:afterSwap", (event) => {
  const part = event.target;
  if (!part.matches?.(".marks, .follow")) return;
  part.querySelector("[data-focus]")?.focus();
  const announcement = document.getElementById("announcement");
  if (announcement) announcement.textContent = part.dataset.announce ?? "";
});
