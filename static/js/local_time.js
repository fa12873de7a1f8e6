// A moment chosen in the reader's own time: the field beside it says it in full. Without this script it is UTC.
const pad = (number) => String(number).padStart(2, "0");
const local = (at) =>
  `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;

const tell = (input) => {
  const at = new Date(input.value);
  input.form.elements[input.dataset.moment].value = Number.isNaN(at.getTime()) ? "" : at.toISOString();
};

const begin = () => {
  for (const input of document.querySelectorAll("input[data-moment]")) {
    if (input.dataset.at) input.value = local(new Date(input.dataset.at));
    const zone = input.closest(".field").querySelector("[data-zone]");
    if (zone) zone.textContent = input.dataset.yours;
    tell(input);
  }
};

document.addEventListener("input", (event) => {
  if (event.target.matches?.("input[data-moment]")) tell(event.target);
});
document.addEventListener("segue:placed", begin);
begin();
