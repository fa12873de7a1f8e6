// Sends a page's waiting form on: to the tool, or back to it with the launch.
for (const form of document.querySelectorAll("form[data-auto-submit]")) form.submit();
