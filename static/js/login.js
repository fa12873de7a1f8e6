// On to the platform, without leaving this page in the history.
location.replace(document.getElementById("continue").href);
