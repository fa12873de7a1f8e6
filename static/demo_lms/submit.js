// Sends a page's waiting form on: to the tool, or back to it with the launch.
const submit = () => {
  for (const form of document.querySelectorAll("form[data-auto-submit]")) form.submit();
};

// What keeps things for the tool has to be there before the tool is.
if (document.getElementById("storage-frame")) window.addEventListener("load", submit);
else submit();
