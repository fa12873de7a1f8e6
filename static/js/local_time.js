// Moments chosen in the reader's own time: the form says which zone that is. Without this script it is UTC.
const pad = (number) => String(number).padStart(2, "0");
const local = (at) =>
  `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;

const begin = () => {
  for (const input of document.querySelectorAll("input[data-moment]")) {
    if (input.dataset.at) input.value = local(new Date(input.dataset.at));
    input.form.elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    input.closest(".field").querySelector("[data-zone]").textContent = input.dataset.yours;
  }
};

document.addEventListener("segue:placed", begin);
begin();
